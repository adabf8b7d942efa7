-- Nodes, what is placed on them, and the ledger of all work that they do.

-- A node belongs to no organisation. running and assigned are counted under the row's lock, since a transaction sees
-- one organisation's tasks only. hold: nothing is sent before hold_until (offline, clock). key: of its reports.
create table node (
	id text primary key check (id ~ '^[a-z0-9-]{1,63}$'),
	uid uuid not null unique,
	name text not null check (length(name) between 1 and 80),
	address text not null,
	http_port integer not null check (http_port between 1 and 65535),
	https_port integer not null check (https_port between 1 and 65535),
	report_key text not null,
	capabilities text[] not null,
	state text not null check (state in ('pending', 'trusted', 'suspended', 'revoked')),
	next_uid bigint not null default 100000 check (next_uid < 4294967294),
	assigned integer not null default 0 check (assigned >= 0),
	running integer not null default 0 check (running >= 0),
	reachable boolean not null default false,
	last_heartbeat_at timestamptz,
	heartbeat jsonb,
	hold_until timestamptz,
	hold_reason text not null default '',
	created_at timestamptz not null default now()
);

-- A resource keeps its row for ever: uids are never given twice, and what was removed doesn't come back.
create table resource (
	id uuid primary key,
	org_id uuid not null,
	kind text not null,
	node_id text not null references node (id),
	uid bigint,
	reserved_until timestamptz,
	epoch_enqueued bigint not null default 0,
	n_enqueued bigint not null default 0,
	epoch_done bigint not null default 0,
	n_done bigint not null default 0,
	removed_at timestamptz,
	unique (node_id, uid)
);
create index resource_reserved on resource (reserved_until) where reserved_until is not null;

create table task (
	id uuid primary key,
	org_id uuid not null,
	resource_id uuid not null references resource (id),
	node_id text not null references node (id),
	kind text not null,
	verb text not null,
	target_name text not null,
	epoch bigint not null,
	n bigint not null,
	desired bytea not null,
	state text not null check (state in ('queued', 'running', 'success', 'failed', 'superseded', 'denied', 'cancelled')),
	message text not null default '',
	attempt integer not null default 0 check (attempt >= 0),
	steps jsonb not null default '[]',
	seq bigint not null default 0,
	lease_until timestamptz,
	next_attempt_at timestamptz not null default now(),
	actor_id text not null,
	actor_name text not null,
	permission text not null,
	request_id text not null,
	traceparent text not null,
	owner text not null,
	superseded_by uuid,
	created_at timestamptz not null default now(),
	started_at timestamptz,
	finished_at timestamptz
);
create unique index task_running on task (resource_id) where state = 'running';
create index task_resource on task (resource_id, epoch, n) where state = 'queued';
create index task_queued on task (node_id, next_attempt_at) where state = 'queued';
create index task_lease on task (lease_until) where state = 'running';
create index task_org on task (org_id, id);
create index task_of_resource on task (resource_id, id);

alter table resource enable row level security;
alter table resource force row level security;
create policy org on resource for all to tasks using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on resource for all to tasks_wide using (true);
create policy owner on resource for all to tasks_owner using (true);
alter table task enable row level security;
alter table task force row level security;
create policy org on task for all to tasks using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on task for all to tasks_wide using (true);
create policy owner on task for all to tasks_owner using (true);

grant select, insert, update on node, resource, task to tasks;
grant select, update on node, resource, task to tasks_wide;
grant delete on resource to tasks_wide;
