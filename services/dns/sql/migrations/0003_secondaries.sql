-- announce_at: when the zone's CDS and CDNSKEY are to name this key: every cache has forgotten the keys without it by then;
-- null: they may. leaving: they say that the zone above is to have no DS any more (RFC 8078 §4).
alter table keys add column announce_at timestamptz, add column leaving boolean not null default false;
create index keys_announce on keys (announce_at) where announce_at is not null;

-- Name servers that others run and that may transfer a zone. The secret of a key (TSIG) stands nowhere: it is sealed to each
-- node of the zone (secondary_boxes). A key has its name for whole name servers, so it is nobody else's.
create table secondaries (
	id uuid primary key,
	zone_id uuid not null references zones (id),
	org_id uuid not null,
	address text not null,
	port integer not null,
	notify boolean not null,
	name_server text not null default '',
	tsig_name text not null,
	tsig_algorithm text not null,
	created_at timestamptz not null default now()
);
create unique index secondaries_where on secondaries (zone_id, address, port);
create unique index secondaries_key on secondaries (tsig_name);
create table secondary_boxes (
	secondary_id uuid not null references secondaries (id) on delete cascade,
	placement_id uuid not null references zone_nodes (id),
	org_id uuid not null,
	sealed bytea not null,
	primary key (secondary_id, placement_id)
);
do $$
declare
	t text;
begin
	foreach t in array array['secondaries', 'secondary_boxes'] loop
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
