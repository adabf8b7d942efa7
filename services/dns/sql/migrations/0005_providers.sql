-- Zones at other DNS providers: the accounts, and what is known of each zone that one of them serves.
-- sealed: the token, to this service's vault key. name_servers: with blanks between. due_at null: nothing to look at.
create table dns_accounts (
	id uuid primary key,
	org_id uuid not null,
	name text not null,
	kind text not null check (kind in ('powerdns', 'cloudflare')),
	base_url text not null default '',
	server_id text not null default '',
	name_servers text not null default '',
	sealed bytea not null,
	state text not null check (state in ('checking', 'active', 'failed')),
	message text not null default '',
	attempt integer not null default 0,
	checked_at timestamptz,
	due_at timestamptz,
	lease uuid,
	lease_until timestamptz,
	version bigint not null default 1,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create unique index dns_accounts_name on dns_accounts (org_id, lower(name));
create index dns_accounts_due on dns_accounts (due_at) where due_at is not null;

-- A zone at a provider has one row here: provider is its kind, account_id whose it is, node_id that id as text.
alter table zone_nodes add column provider text not null default '';
alter table zone_nodes add column account_id uuid;
create index zone_nodes_account on zone_nodes (account_id) where account_id is not null and state <> 'purged';

-- How far it is with such a row; id is that row's. wanted: stralix.v1.ZoneState of the newest generation; applied: of what
-- the provider was last made to have; showing: sets of it that name servers are asked for; others: stralix.v1.
-- GetZoneChangeReply with what others changed there meanwhile. since: when the step began.
create table provider_zones (
	id uuid primary key references zone_nodes (id),
	zone_id uuid not null,
	org_id uuid not null,
	account_id uuid not null,
	step text not null default 'take_in' check (step in ('take_in', 'apply', 'show', 'rest')),
	may_create boolean not null,
	removes boolean not null default false,
	remote_id text not null default '',
	name_servers text not null default '',
	wanted bytea not null default '',
	applied bytea not null default '',
	showing bytea not null default '',
	others bytea not null default '',
	message text not null default '',
	attempt integer not null default 0,
	since timestamptz not null default now(),
	looked_at timestamptz,
	due_at timestamptz,
	lease uuid,
	lease_until timestamptz
);
create index provider_zones_zone on provider_zones (zone_id);
create index provider_zones_due on provider_zones (due_at) where due_at is not null;
create index provider_zones_leased on provider_zones (org_id, lease_until) where lease_until is not null;

do $$
declare
	t text;
begin
	foreach t in array array['dns_accounts', 'provider_zones'] loop
		execute format('alter table %I enable row level security', t);
		execute format('alter table %I force row level security', t);
		execute format('create policy org on %I for all to dns'
		               ' using (org_id = nullif(current_setting(''stralix.org'', true), '''')::uuid)', t);
		execute format('create policy wide on %I for select to dns_wide using (true)', t);
		execute format('create policy owner on %I for all to dns_owner using (true)', t);
		execute format('grant select, insert, update, delete on %I to dns', t);
		execute format('grant select on %I to dns_wide', t);
	end loop;
end
$$;
