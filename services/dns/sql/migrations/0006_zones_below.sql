-- What is below a name is found by its end: names from behind, in the order of their bytes. Columns, as row security lets no
-- function of a column choose an index.
alter table zones add column backwards text collate "C" not null generated always as (reverse(name)) stored;
create index zones_below on zones (org_id, backwards) where state <> 'purged';
alter table managed add column backwards text collate "C" not null generated always as (reverse(name)) stored;
create index managed_below on managed (org_id, backwards);
