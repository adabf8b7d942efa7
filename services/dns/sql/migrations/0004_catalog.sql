-- keyless: of the installation's catalog (RFC 9432): its address is enough, for consumers that sign no transfers of members.
alter table secondaries add column keyless boolean not null default false;

-- What a zone's nodes were last told of the catalog; another than now: they are to be told anew.
alter table zones add column catalog_mark text not null default '';

-- A node that a signed zone gets when this key is the only one: the key is sealed to it already (key_boxes, of a placement
-- that isn't there yet).
alter table key_boxes drop constraint key_boxes_placement_id_fkey;
create table awaited_nodes (
	zone_id uuid primary key references zones (id),
	org_id uuid not null,
	key_id uuid not null references keys (id) on delete cascade,
	placement_id uuid not null,
	node_id text not null
);
alter table awaited_nodes enable row level security;
alter table awaited_nodes force row level security;
create policy org on awaited_nodes for all to dns using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on awaited_nodes for select to dns_wide using (true);
create policy owner on awaited_nodes for all to dns_owner using (true);
grant select, insert, update, delete on awaited_nodes to dns;
grant select on awaited_nodes to dns_wide;
