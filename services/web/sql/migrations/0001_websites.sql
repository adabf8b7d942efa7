-- Websites: what is desired, what was last seen at work, and the tombstones of what is gone.
create table websites (
	id uuid primary key,
	org_id uuid not null,
	domain text not null,
	display_domain text not null,
	node_id text not null,
	node_name text not null,
	address text not null,
	http_port integer not null,
	https_port integer not null,
	uid bigint not null,
	serving text not null check (serving in ('live', 'deleted', 'removed')),
	state text not null check (state in ('pending', 'active', 'failed', 'deleting', 'deleted', 'purging', 'purged')),
	message text not null default '',
	epoch bigint not null,
	n bigint not null,
	applied_serving text not null default '' check (applied_serving in ('', 'live', 'deleted', 'removed')),
	applied_epoch bigint not null default 0,
	applied_n bigint not null default 0,
	task_id uuid not null,
	created_at timestamptz not null,
	updated_at timestamptz not null,
	purge_at timestamptz
);
create unique index websites_domain on websites (domain) where state <> 'purged';
create index websites_org_domain on websites (org_id, domain);
create index websites_org_id on websites (org_id, id);
create index websites_purge on websites (purge_at) where state = 'deleted';

alter table websites enable row level security;
alter table websites force row level security;
create policy org on websites for all to web using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on websites for select to web_wide using (true);
create policy owner on websites for all to web_owner using (true);

grant select, insert, update on websites to web;
grant select on websites to web_wide;
