-- Statements that look across organisations. Every one is written so that one plan fits all parameters: the service
-- asks for generic plans.

-- name: zone_find
select * from zone_view where id = $1::uuid and state <> 'purged';

-- name: zone_placements
select id, zone_id, node_id, node_name, address, port, state, message, epoch, n, serial, applied_serial, task_id, provider,
       account_id
  from zone_nodes
 where zone_id = any ($1::uuid[]) and state <> 'purged'
 order by zone_id, node_id;

-- name: zone_records
select id, name, type, ttl, data, comment, managed_by, owner_kind, owner_id, in_step, message, updated_at
  from records
 where zone_id = $1::uuid
 order by id;

-- name: zone_due
-- What is past its grace period.
select id, org_id
  from zones
 where state = 'deleted' and purge_at <= now()
 order by purge_at
 limit 50;

-- name: zone_lonely
-- Live zones on one node alone, the oldest first. Not signed ones: their keys are sealed to the node that they are on; they
-- get another with another key. Not those of other providers.
select z.id, z.org_id
  from zones z
 where z.serving = 'live' and z.state in ('active', 'failed') and z.id > $1::uuid
   and (select count(*) from zone_nodes p where p.zone_id = z.id and p.state <> 'purged') < 2
   and not exists (select from keys k where k.zone_id = z.id)
   and not exists (select from zone_nodes p where p.zone_id = z.id and p.provider <> '')
 order by z.id
 limit 20;

-- Lists: $1 the organisations, null for all; $2 part of the name, taken literally, $3 state, $4 node; $5 the last row of the
-- page before, $6 limit. Ids are version 7: their order is that of making.

-- part: zone_fits
       ($1::uuid[] is null or org_id = any ($1::uuid[])) and state <> 'purged'
   and ($2::text is null or position(lower($2::text) in name) > 0 or position(lower($2::text) in display_name) > 0)
   and ($3::text is null or state = $3::text)
   and ($4::text is null or exists (select from zone_nodes p where p.zone_id = z.id and p.node_id = $4::text))

-- name: zone_count
select count(*)
  from zones z
 where
-- use: zone_fits

-- part: zone_rows
select *
  from zone_view z
 where
-- use: zone_fits

-- name: zone_name_up
-- use: zone_rows
   and name > coalesce($5::text, '')
 order by name asc limit $6::int;

-- name: zone_name_down
-- use: zone_rows
   and name < coalesce($5::text, chr(1114111))
 order by name desc limit $6::int;

-- name: zone_made_up
-- use: zone_rows
   and id > coalesce($5::uuid, '00000000-0000-0000-0000-000000000000')
 order by id asc limit $6::int;

-- name: zone_made_down
-- use: zone_rows
   and id < coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
 order by id desc limit $6::int;

-- name: change_list
-- $2 the last of the page before.
select id, serial, kind, note, actor_id, actor_name, created_at, added, removed, undoes, undone_by, request_id,
       (select count(*) from changes c where c.zone_id = $1::uuid)
  from changes
 where zone_id = $1::uuid and id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
 order by id desc limit $3::int;

-- name: change_find
select id, serial, kind, note, actor_id, actor_name, created_at, added, removed, undoes, undone_by, request_id, sets
  from changes
 where zone_id = $1::uuid and id = $2::uuid;

-- Accounts at other providers and the zones there, across organisations.

-- name: account_list
select id, org_id, name, kind, base_url, server_id, name_servers, sealed, state, message, attempt, checked_at, version,
       created_at, updated_at, lease,
       (select count(*) from zone_nodes n where n.account_id = a.id and n.state <> 'purged') as zones
  from dns_accounts a
 where org_id = $1::uuid
 order by lower(name), id;

-- name: account_find
select id, org_id, name, kind, base_url, server_id, name_servers, sealed, state, message, attempt, checked_at, version,
       created_at, updated_at, lease,
       (select count(*) from zone_nodes n where n.account_id = a.id and n.state <> 'purged') as zones
  from dns_accounts a
 where id = $1::uuid;

-- name: provider_zone_find
select id, zone_id, org_id, account_id, step, may_create, removes, remote_id, name_servers, wanted, applied, showing, others,
       message, attempt, since, looked_at, due_at, lease
  from provider_zones
 where id = $1::uuid;

-- name: provider_due
-- Whose turn it is, the longest due first: accounts, and zones; two of each organisation, so that none waits for another's.
select id, org_id, account
  from (select id, org_id, account, due_at, row_number() over (partition by org_id order by due_at) as place
          from (select id, org_id, true as account, due_at
                  from dns_accounts
                 where due_at <= now() and (lease_until is null or lease_until < now())
                union all
                select id, org_id, false, due_at
                  from provider_zones
                 where due_at <= now() and (lease_until is null or lease_until < now())) as due) as ordered
 where place <= 2
 order by due_at
 limit 32;

-- name: template_list
select id, org_id, name, description, content, version, created_at, updated_at
  from templates
 where org_id = $1::uuid
 order by lower(name), id;

-- name: template_find
select id, org_id, name, description, content, version, created_at, updated_at from templates where id = $1::uuid;

-- name: managed_show
-- What became of an owner's records: where they stand, and whether all servers of that zone have taken it over; else what
-- the record, the zone, or another provider that has it says about that.
select m.name, m.type, m.data, r.zone_id, coalesce(r.in_step, false),
       coalesce(nullif(r.message, ''), nullif(z.message, ''),
                (select p.message from provider_zones p where p.zone_id = z.id and z.state <> 'active'), ''),
       z.state = 'active' and not exists (select from zone_nodes p where p.zone_id = z.id and p.state <> 'active'),
       coalesce(z.state = 'failed', false)
  from managed m
  left join records r on r.owner_id = m.owner_id and r.owner_kind = m.owner_kind and r.name = m.name and r.type = m.type
                     and r.data = m.data
  left join zones z on z.id = r.zone_id
 where m.owner_kind = $1 and m.owner_id = $2::uuid
 order by m.name, m.type, m.data;

-- name: owner_find
select org_id from owners where kind = $1 and id = $2::uuid;

-- name: limits_set
-- $1 organisations, $2 a kind, $3 its limit or null, $4 the version: what is older than what is kept changes nothing.
insert into quota as q (org_id, name, used, lim, version)
select o.id, $2, 0, $3::bigint, $4::bigint from unnest($1::uuid[]) as o (id) order by o.id
on conflict (org_id, name) do update set lim = excluded.lim, version = excluded.version
 where q.version < excluded.version;

-- name: usage_show
select name, used, lim from quota where org_id = $1::uuid and name = $2;

-- name: keys_show
select id, flags, algorithm, public, state, created_at, announce_at, leaving from keys where zone_id = $1::uuid order by id;

-- name: secondaries_show
select id, address, port, notify, name_server, tsig_name, tsig_algorithm, created_at, keyless
  from secondaries
 where zone_id = $1::uuid
 order by id;

-- name: keys_silent
-- Zones with a key that the zone above may be told of now and isn't yet.
select z.id, z.org_id
  from keys k
  join zones z on z.id = k.zone_id
 where k.announce_at <= now() and z.serving = 'live'
 order by k.announce_at
 limit 50;

-- name: catalog_zone
select id from zones where name = $1 and serving = 'live' and state <> 'purged';

-- name: zone_astray
-- Settled zones whose servers know something else of the catalog.
select id, org_id
  from zones
 where serving = 'live' and state in ('active', 'failed') and catalog_mark <> $1
 order by id
 limit 50;

-- name: awaited_find
select placement_id, node_id from awaited_nodes where zone_id = $1::uuid;
