-- Certificates of websites, from the wish for one to its end. names: with spaces between, the website's own first. A lease
-- says who works on it; next_try_at when somebody shall look at it again.
create table certificates (
	id uuid primary key,
	org_id uuid not null,
	website_id uuid not null references websites (id),
	domain text not null,
	names text not null,
	source text not null check (source in ('acme', 'own')),
	state text not null check (state in ('waiting', 'preflight', 'ordering', 'validating', 'issuing', 'installing', 'active',
	                                     'failed', 'replaced', 'expired', 'revoked')),
	message text not null default '',
	attempt integer not null default 0,
	next_try_at timestamptz,
	order_url text not null default '',
	chain text not null default '',
	sealed_key bytea not null default '',
	csr bytea not null default '',
	issuer text not null default '',
	fingerprint text not null default '',
	serial text not null default '',
	key_type text not null default '',
	renewal_id text not null default '',
	not_before timestamptz,
	not_after timestamptz,
	renew_at timestamptz,
	warned_days integer not null default 0,
	replaces uuid,
	task_id uuid,
	lease uuid,
	lease_until timestamptz,
	created_at timestamptz not null,
	updated_at timestamptz not null
);
create unique index certificates_active on certificates (website_id) where state = 'active';
create unique index certificates_coming on certificates (website_id, source)
 where state in ('waiting', 'preflight', 'ordering', 'validating', 'issuing', 'installing', 'failed');
create index certificates_website on certificates (website_id, id);
create index certificates_due on certificates (next_try_at) where next_try_at is not null;
create index certificates_org_id on certificates (org_id, id);
create index certificates_not_after on certificates (not_after, id);

-- What happened on the way, for people.
create table certificate_steps (
	id bigint generated always as identity primary key,
	certificate_id uuid not null references certificates (id) on delete cascade,
	org_id uuid not null,
	at timestamptz not null,
	state text not null,
	outcome text not null check (outcome in ('done', 'waiting', 'failed')),
	message text not null,
	problem text not null default '',
	names bytea not null default ''
);
create index certificate_steps_of on certificate_steps (certificate_id, id);

alter table certificates enable row level security;
alter table certificates force row level security;
create policy org on certificates for all to web using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on certificates for select to web_wide using (true);
create policy owner on certificates for all to web_owner using (true);
alter table certificate_steps enable row level security;
alter table certificate_steps force row level security;
create policy org on certificate_steps for all to web using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on certificate_steps for select to web_wide using (true);
create policy owner on certificate_steps for all to web_owner using (true);
grant select, insert, update, delete on certificates, certificate_steps to web;
grant select on certificates, certificate_steps to web_wide;

-- The account at an authority: one for the installation, its key sealed to web's own. current: whose thumbprint new states
-- of websites have.
create table acme_account (
	directory text primary key,
	id uuid not null,
	sealed_key bytea not null,
	thumbprint text not null,
	url text not null default '',
	current boolean not null default true
);
grant select, insert, update on acme_account to web;
grant select on acme_account to web_wide;

-- What was asked of an authority lately, so that all copies together stay below its limits.
create table acme_spent (
	id bigint generated always as identity primary key,
	directory text not null,
	kind text not null check (kind in ('order', 'domain', 'failure')),
	name text not null,
	at timestamptz not null default now()
);
create index acme_spent_of on acme_spent (directory, kind, name, at);
create index acme_spent_at on acme_spent (at);
grant select, insert, delete on acme_spent to web;
grant select on acme_spent to web_wide;

-- What a website is served with; the thumbprint that its node answers authorities with; whether certificates come by
-- themselves (of its settings).
alter table websites
	add column certificate_id uuid,
	add column applied_certificate_id uuid,
	add column thumbprint text not null default '',
	add column applied_thumbprint text not null default '',
	add column certificate_mode text not null default 'automatic' check (certificate_mode in ('automatic', 'own', 'none'));
