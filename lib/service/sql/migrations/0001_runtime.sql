-- What every service has: words to others that aren't said yet, answers to repeated requests, quotas. The schema, the
-- role of the process and the first part of <role>_wide have the same name: the service's.

-- resource: rows of one resource and subject leave in the order of their ids; '' for no order. refused: the other side
-- won't have it; it is tried again rarely and holds nothing up.
create table outbox (
	id bigint generated always as identity primary key,
	org_id uuid,
	kind text not null check (kind in ('rpc', 'event')),
	subject text not null,
	payload bytea not null,
	resource text not null default '',
	actor text not null,
	request_id text not null default '',
	traceparent text not null default '',
	created_at timestamptz not null default now(),
	attempts integer not null default 0,
	refused boolean not null default false,
	next_at timestamptz not null default now()
);
create index outbox_due on outbox (next_at, id);
create index outbox_resource on outbox (resource, subject, id) where resource <> '';

-- A key is held by one call until held_until, then done with its answer. reply is NULL when it held a secret.
create table idempotency (
	actor text not null,
	method text not null,
	key text not null,
	digest bytea not null,
	holder uuid not null,
	held_until timestamptz not null,
	status text not null default 'held' check (status in ('held', 'done')),
	reply bytea,
	created_at timestamptz not null default now(),
	primary key (actor, method, key)
);
create index idempotency_created on idempotency (created_at);

create table quota (
	org_id uuid not null,
	name text not null,
	used bigint not null default 0 check (used >= 0),
	lim bigint not null check (lim >= 0),
	primary key (org_id, name)
);

alter table outbox enable row level security;
alter table outbox force row level security;
alter table quota enable row level security;
alter table quota force row level security;

do $$
declare
	process text := current_schema();
	wide text := current_schema() || '_wide';
	org text := 'nullif(current_setting(''stralix.org'', true), '''')::uuid';
begin
	execute format('create policy org on outbox for all to %I using (org_id is null or org_id = %s)', process, org);
	execute format('create policy wide on outbox for all to %I using (true)', wide);
	execute format('create policy org on quota for all to %I using (org_id = %s)', process, org);
	execute format('create policy wide on quota for all to %I using (true)', wide);
	execute format('grant usage on schema %I to %I, %I', process, process, wide);
	execute format('grant select, insert, update, delete on outbox, idempotency, quota to %I, %I', process, wide);
end
$$;
