-- Organisations, people, what they sign in with, and who owns which domain.

create table organisations (
	id uuid primary key,
	name text not null check (length(name) between 1 and 80),
	state text not null default 'active' check (state in ('active', 'suspended')),
	created_at timestamptz not null default now()
);

create table users (
	id uuid primary key,
	org_id uuid not null references organisations (id),
	email text not null check (email = lower(email)),
	name text not null check (length(name) between 1 and 80),
	role text not null check (role in ('customer', 'staff', 'admin')),
	password text not null check (password like '$argon2id$%'),
	state text not null default 'active' check (state in ('active', 'disabled')),
	created_at timestamptz not null default now()
);
create unique index users_email on users (email);
create index users_org on users (org_id);

-- The organisations that a member of staff looks after.
create table staff_orgs (
	user_id uuid not null references users (id) on delete cascade,
	org_id uuid not null references organisations (id) on delete cascade,
	primary key (user_id, org_id)
);

-- digest: SHA-256 of the token, which is kept nowhere.
create table sessions (
	id uuid primary key,
	org_id uuid not null references organisations (id),
	user_id uuid not null references users (id) on delete cascade,
	digest bytea not null unique check (octet_length(digest) = 32),
	idle interval not null,
	created_at timestamptz not null default now(),
	last_seen_at timestamptz not null default now(),
	expires_at timestamptz not null
);
create index sessions_user on sessions (user_id);
create index sessions_expires on sessions (expires_at);

create table api_tokens (
	id uuid primary key,
	org_id uuid not null references organisations (id),
	user_id uuid not null references users (id) on delete cascade,
	name text not null check (length(name) between 1 and 80),
	digest bytea not null unique check (octet_length(digest) = 32),
	scopes text[] not null default '{}',
	created_at timestamptz not null default now(),
	last_seen_at timestamptz,
	expires_at timestamptz not null
);
create index api_tokens_user on api_tokens (user_id);

-- Sign-in attempts of an address or an account since the start of its window.
create table login_attempts (
	key text primary key,
	started_at timestamptz not null default now(),
	attempts integer not null
);
create index login_attempts_started on login_attempts (started_at);

-- A name may have several holders (a website, a mail domain), all of one organisation.
create table claims (
	domain text not null,
	resource_id uuid not null,
	org_id uuid not null references organisations (id),
	resource_kind text not null,
	state text not null default 'held' check (state in ('held', 'confirmed')),
	held_until timestamptz not null,
	created_at timestamptz not null default now(),
	primary key (domain, resource_id)
);
-- Children of a name are those whose reversed text starts with the reversed name and a dot.
create index claims_children on claims (reverse(domain) text_pattern_ops);
create index claims_held on claims (held_until) where state = 'held';

alter table organisations enable row level security;
alter table organisations force row level security;
create policy org on organisations for all to authz using (id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on organisations for all to authz_wide using (true);
create policy owner on organisations for all to authz_owner using (true);

alter table users enable row level security;
alter table users force row level security;
create policy org on users for all to authz using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on users for all to authz_wide using (true);
create policy owner on users for all to authz_owner using (true);

alter table staff_orgs enable row level security;
alter table staff_orgs force row level security;
create policy org on staff_orgs for all to authz using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on staff_orgs for all to authz_wide using (true);
create policy owner on staff_orgs for all to authz_owner using (true);

alter table sessions enable row level security;
alter table sessions force row level security;
create policy org on sessions for all to authz using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on sessions for all to authz_wide using (true);
create policy owner on sessions for all to authz_owner using (true);

alter table api_tokens enable row level security;
alter table api_tokens force row level security;
create policy org on api_tokens for all to authz using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on api_tokens for all to authz_wide using (true);
create policy owner on api_tokens for all to authz_owner using (true);

alter table claims enable row level security;
alter table claims force row level security;
create policy org on claims for all to authz using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on claims for all to authz_wide using (true);
create policy owner on claims for all to authz_owner using (true);

grant select, insert on organisations, users, staff_orgs to authz;
grant select, insert, delete on sessions, api_tokens to authz;
grant select on organisations, users, staff_orgs to authz_wide;
grant select, delete on sessions, api_tokens to authz_wide;
grant update (last_seen_at) on sessions, api_tokens to authz_wide;
grant select, insert, update, delete on login_attempts, claims to authz_wide;
