-- A table as every service has them: an organisation's rows, and nobody else's.
create table item (
	id uuid primary key,
	org_id uuid not null,
	name text not null unique,
	size bigint not null check (size >= 0),
	data bytea
);
alter table item enable row level security;
alter table item force row level security;
create policy org on item for all to shop using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on item for all to shop_wide using (true);
grant select, insert, update, delete on item to shop, shop_wide;
