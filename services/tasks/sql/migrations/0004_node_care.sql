-- What people say of a node, and what may be placed on it. state 'suspended': trusted as before, but nothing new.
-- website_limit 0: none. only_chosen: placement passes it by, staff may still choose it. version: of what people set.
alter table node
	add column description text not null default '',
	add column location text not null default '',
	add column website_limit integer not null default 0 check (website_limit >= 0),
	add column only_chosen boolean not null default false,
	add column suspend_reason text not null default '',
	add column suspended_at timestamptz,
	add column version bigint not null default 1;
