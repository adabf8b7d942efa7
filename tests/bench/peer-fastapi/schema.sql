-- The peer's tables. tests/bench/seed.mjs fills them with the same organisations, users, tokens and domains as the panel's.
create table orgs (id bigint primary key, name text not null);
create table users (id bigint primary key, org_id bigint not null references orgs (id), email text not null unique);
create table sessions (token_sha256 bytea primary key, user_id bigint not null references users (id), expires_at timestamptz not null);
create table websites (id bigint generated always as identity primary key, org_id bigint not null references orgs (id),
  domain text not null unique, php_version text not null, enabled boolean not null default true, created_at timestamptz not null default now());
create index websites_org on websites (org_id, id);
create table audit_log (id bigint generated always as identity primary key, org_id bigint not null, user_id bigint not null,
  action text not null, target text not null, at timestamptz not null default now());
create table tasks (id bigint generated always as identity primary key, org_id bigint not null, kind text not null,
  payload jsonb not null, state text not null default 'queued', created_at timestamptz not null default now());
grant select, insert on all tables in schema public to nobody;
