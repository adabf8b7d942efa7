-- Keys that zones are signed with. The private halves stand nowhere: each is sealed to each node of the zone (key_boxes).
-- public: the point, x and y. state active: signs, and the parent zone is to name it; retired: signs still, until it does.
create table keys (
	id uuid primary key,
	zone_id uuid not null references zones (id),
	org_id uuid not null,
	flags integer not null,
	algorithm integer not null,
	public bytea not null,
	state text not null check (state in ('active', 'retired')),
	created_at timestamptz not null default now()
);
create index keys_zone on keys (zone_id);
create table key_boxes (
	key_id uuid not null references keys (id) on delete cascade,
	placement_id uuid not null references zone_nodes (id),
	org_id uuid not null,
	sealed bytea not null,
	primary key (key_id, placement_id)
);
do $$
declare
	t text;
begin
	foreach t in array array['keys', 'key_boxes'] loop
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

create or replace view zone_view with (security_invoker = true) as
select id, org_id, name, display_name, reverse, serving, state, message, epoch, n, version, serial, records, settings, task_id,
       created_at, updated_at, purge_at, (select count(*) from keys k where k.zone_id = zones.id) as keys
  from zones;
