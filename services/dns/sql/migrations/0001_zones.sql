-- Zones: what is desired, where it is served, its records and their history, and the tombstones of what is gone.
-- settings: stralix.v1.ZoneSettings, packed. version: of the settings; n: of all that a server gets.
create table zones (
	id uuid primary key,
	org_id uuid not null,
	name text not null,
	display_name text not null,
	reverse boolean not null,
	serving text not null check (serving in ('live', 'deleted', 'removed')),
	state text not null check (state in ('pending', 'active', 'failed', 'deleting', 'deleted', 'purging', 'purged')),
	message text not null default '',
	epoch bigint not null,
	n bigint not null,
	version bigint not null default 1,
	serial bigint not null check (serial between 0 and 4294967295),
	records integer not null default 0,
	settings bytea not null default '',
	task_id uuid,
	created_at timestamptz not null,
	updated_at timestamptz not null,
	purge_at timestamptz
);
create unique index zones_name on zones (name) where state <> 'purged';
create index zones_org_name on zones (org_id, name);
create index zones_org_id on zones (org_id, id);
create index zones_id_live on zones (id) where state <> 'purged';
create index zones_purge on zones (purge_at) where state = 'deleted';

-- A zone on one node: id is the resource's. applied_serial: that the node took over last.
create table zone_nodes (
	id uuid primary key,
	zone_id uuid not null references zones (id),
	org_id uuid not null,
	node_id text not null,
	node_name text not null,
	address text not null,
	port integer not null check (port between 1 and 65535),
	state text not null check (state in ('pending', 'active', 'failed', 'deleting', 'deleted', 'purging', 'purged')),
	message text not null default '',
	epoch bigint not null,
	n bigint not null,
	serial bigint not null default 0,
	applied_serial bigint not null default 0,
	task_id uuid,
	unique (zone_id, node_id)
);
create index zone_nodes_node on zone_nodes (node_id) where state <> 'purged';

-- One row a record. ttl 0: the zone's. type by name, data in one spelling. managed_by: '' a person's own, else the service
-- whose it is; in_step: it stands in the zone, else message says why not.
create table records (
	id uuid primary key,
	zone_id uuid not null references zones (id),
	org_id uuid not null,
	name text not null,
	type text not null,
	ttl bigint not null check (ttl between 0 and 2147483647),
	data text not null,
	comment text not null default '',
	managed_by text not null default '',
	owner_kind text not null default '',
	owner_id uuid,
	in_step boolean not null default true,
	message text not null default '',
	updated_at timestamptz not null default now()
);
create index records_zone on records (zone_id);
create index records_owner on records (owner_id, owner_kind) where owner_id is not null;

-- What other services want to stand in an organisation's zones, whether or not there is a zone for it.
create table owners (
	kind text not null,
	id uuid not null,
	org_id uuid not null,
	version bigint not null,
	primary key (kind, id)
);
create table managed (
	owner_kind text not null,
	owner_id uuid not null,
	org_id uuid not null,
	name text not null,
	type text not null,
	ttl bigint not null,
	data text not null,
	primary key (owner_kind, owner_id, name, type, data)
);
create index managed_org on managed (org_id, name);

-- The history. sets: stralix.v1.GetZoneChangeReply with the sets before and after, packed.
create table changes (
	id uuid primary key,
	zone_id uuid not null references zones (id),
	org_id uuid not null,
	serial bigint not null,
	kind text not null,
	note text not null default '',
	actor_id text not null,
	actor_name text not null,
	request_id text not null default '',
	added integer not null,
	removed integer not null,
	undoes uuid,
	undone_by uuid,
	sets bytea not null,
	created_at timestamptz not null default now()
);
create index changes_zone on changes (zone_id, id);

-- Own templates. content: stralix.v1.ZoneTemplate with records and variables, packed.
create table templates (
	id uuid primary key,
	org_id uuid not null,
	name text not null,
	description text not null default '',
	content bytea not null,
	version bigint not null default 1,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create unique index templates_name on templates (org_id, lower(name));

do $$
declare
	t text;
begin
	foreach t in array array['zones', 'zone_nodes', 'records', 'owners', 'managed', 'changes', 'templates'] loop
		execute format('alter table %I enable row level security', t);
		execute format('alter table %I force row level security', t);
		execute format('create policy org on %I for all to dns'
		               ' using (org_id = nullif(current_setting(''stralix.org'', true), '''')::uuid)', t);
		execute format('create policy wide on %I for select to dns_wide using (true)', t);
		execute format('create policy owner on %I for all to dns_owner using (true)', t);
		execute format('grant select, insert, update on %I to dns', t);
		execute format('grant select on %I to dns_wide', t);
	end loop;
end
$$;
grant delete on records, managed, owners, templates to dns;

-- Which word about an organisation's limits holds: authz numbers them, they come through its outbox in any order.
alter table quota add column version bigint not null default 0;

-- A zone as the process reads it, by place: new columns come last, so that the release before can read on.
create view zone_view with (security_invoker = true) as
select id, org_id, name, display_name, reverse, serving, state, message, epoch, n, version, serial, records, settings, task_id,
       created_at, updated_at, purge_at
  from zones;
grant select on zone_view to dns, dns_wide;
