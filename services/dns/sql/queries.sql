-- Statements that see one organisation's zones.

-- name: zone_insert
insert into zones (id, org_id, name, display_name, reverse, serving, state, epoch, n, serial, records, settings, task_id,
                   created_at, updated_at)
values ($1::uuid, $2::uuid, $3, $4, $5::boolean, $6, $7, $8::bigint, $9::bigint, $10::bigint, $11::int, $12::bytea,
        $13::uuid, to_timestamp($14::bigint / 1000.0), to_timestamp($14::bigint / 1000.0));

-- name: zone_lock
-- The row, ours until the transaction ends.
select id, org_id, name, display_name, reverse, serving, state, message, epoch, n, version, serial, records, settings, task_id,
       created_at, updated_at, purge_at, (select count(*) from keys k where k.zone_id = zones.id)
  from zones
 where id = $1::uuid and state <> 'purged'
   for update of zones;

-- name: zone_update
update zones
   set serving = $2, state = $3, message = $4, epoch = $5::bigint, n = $6::bigint, version = $7::bigint,
       serial = $8::bigint, records = $9::int, settings = $10::bytea, task_id = $11::uuid,
       updated_at = to_timestamp($12::bigint / 1000.0), purge_at = to_timestamp(nullif($13::bigint, 0) / 1000.0)
 where id = $1::uuid;

-- name: zone_covering
-- The organisation's zones among these names, the nearest first.
select id
  from zones
 where org_id = $1::uuid and name = any ($2::text[]) and state <> 'purged' and serving = 'live'
 order by length(name) desc;

-- name: zone_oldest
-- The organisation's first zone that is answered for.
select id
  from zones
 where org_id = $1::uuid and state <> 'purged' and serving = 'live' and not reverse
 order by id
 limit 1;

-- name: zones_below
-- The names of an organisation's zones below this one: those that begin, from behind, with it and a dot ('/' comes after that).
select name
  from zones
 where org_id = $1::uuid and state <> 'purged' and serving = 'live'
   and backwards > reverse($2) || '.' and backwards < reverse($2) || '/'
 order by name;

-- name: placement_insert
insert into zone_nodes (id, zone_id, org_id, node_id, node_name, address, port, state, epoch, n, task_id, provider, account_id)
values ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7::int, $8, $9::bigint, $10::bigint, $11::uuid, $12, $13::uuid);

-- name: placement_update
update zone_nodes
   set state = $2, message = $3, epoch = $4::bigint, n = $5::bigint, serial = $6::bigint, applied_serial = $7::bigint,
       task_id = $8::uuid
 where id = $1::uuid;

-- name: placements
select id, zone_id, node_id, node_name, address, port, state, message, epoch, n, serial, applied_serial, task_id, provider,
       account_id
  from zone_nodes
 where zone_id = any ($1::uuid[]) and state <> 'purged'
 order by zone_id, node_id;

-- name: placement_zone
select zone_id from zone_nodes where id = $1::uuid;

-- name: records
select id, name, type, ttl, data, comment, managed_by, owner_kind, owner_id, in_step, message, updated_at
  from records
 where zone_id = $1::uuid
 order by id;

-- name: records_put
-- $3 ids and, in the same order, what they say.
insert into records as r (id, zone_id, org_id, name, type, ttl, data, comment, managed_by, owner_kind, owner_id, in_step,
                          message)
select v.id::uuid, $1::uuid, $2::uuid, v.name, v.type, v.ttl::bigint, v.data, v.comment, v.managed_by, v.owner_kind,
       nullif(v.owner_id, '')::uuid, v.in_step::boolean, v.message
  from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
              $12::text[], $13::text[])
       as v (id, name, type, ttl, data, comment, managed_by, owner_kind, owner_id, in_step, message)
on conflict (id) do update
   set name = excluded.name, type = excluded.type, ttl = excluded.ttl, data = excluded.data, comment = excluded.comment,
       in_step = excluded.in_step, message = excluded.message, updated_at = now();

-- name: records_erase
delete from records where zone_id = $1::uuid;

-- name: records_delete
delete from records where zone_id = $1::uuid and id = any ($2::uuid[]);

-- name: change_insert
insert into changes (id, zone_id, org_id, serial, kind, note, actor_id, actor_name, request_id, added, removed, undoes, sets)
values ($1::uuid, $2::uuid, $3::uuid, $4::bigint, $5, $6, $7, $8, $9, $10::int, $11::int, $12::uuid, $13::bytea);

-- name: change_undone
update changes set undone_by = $2::uuid where id = $1::uuid;

-- name: owner_put
-- Answers whether this word is newer than what is kept.
insert into owners as o (kind, id, org_id, version) values ($1, $2::uuid, $3::uuid, $4::bigint)
on conflict (kind, id) do update set version = excluded.version, org_id = excluded.org_id
 where o.version <= excluded.version
returning 1;

-- name: managed_delete
delete from managed where owner_kind = $1 and owner_id = $2::uuid returning name;

-- name: managed_insert
insert into managed (owner_kind, owner_id, org_id, name, type, ttl, data)
values ($1, $2::uuid, $3::uuid, $4, $5, $6::bigint, $7)
on conflict do nothing;

-- name: managed_for
-- What is wanted at a zone's name or below it.
select owner_kind, owner_id, name, type, ttl, data
  from managed
 where org_id = $1::uuid and (name = $2 || '.' or right(name, length($2) + 2) = '.' || $2 || '.')
   and backwards >= '.' || reverse($2) and backwards < '.' || reverse($2) || '/'
 order by name, type, data;

-- Accounts at other providers and the zones there, within one organisation.

-- name: account_insert
insert into dns_accounts (id, org_id, name, kind, base_url, server_id, name_servers, sealed, state, due_at)
values ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8::bytea, 'checking', now());

-- name: account_lock
select id, org_id, name, kind, base_url, server_id, name_servers, sealed, state, message, attempt, checked_at, version,
       created_at, updated_at, lease,
       (select count(*) from zone_nodes n where n.account_id = a.id and n.state <> 'purged') as zones
  from dns_accounts a
 where id = $1::uuid
   for update of a;

-- name: account_share
-- It stays as long as the transaction lasts.
select id, name, kind from dns_accounts where id = $1::uuid for share;

-- name: account_update
-- It is looked at anew; who works on it has lost it.
update dns_accounts
   set name = $2, base_url = $3, server_id = $4, name_servers = $5, sealed = $6::bytea, state = 'checking', message = '',
       attempt = 0, due_at = now(), lease = null, lease_until = null, version = version + 1, updated_at = now()
 where id = $1::uuid;

-- name: account_rename
-- Its zones name it.
update zone_nodes set node_name = $2 where account_id = $1::uuid and state <> 'purged';

-- name: account_delete
delete from dns_accounts where id = $1::uuid;

-- name: account_claim
-- Takes what is due, unless somebody else has it. $2 the lease, $3 its seconds.
update dns_accounts
   set lease = $2::uuid, lease_until = now() + make_interval(secs => $3::int)
 where id = (select id from dns_accounts
              where id = $1::uuid and due_at <= now() and (lease_until is null or lease_until < now())
                for update skip locked);

-- name: account_judge
-- What came of looking at it. $6 seconds until the next time; null: none.
update dns_accounts
   set state = $3, message = $4, attempt = $5::int, checked_at = now(), due_at = now() + make_interval(secs => $6::int),
       lease = null, lease_until = null
 where id = $1::uuid and lease = $2::uuid;

-- name: account_hurry
-- Zones that wait for a token that was no good are tried with the new one.
update provider_zones set due_at = now(), attempt = 0 where account_id = $1::uuid and step <> 'rest';

-- name: provider_zone_insert
insert into provider_zones (id, zone_id, org_id, account_id, may_create)
values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::boolean);

-- name: provider_zone_wants
-- A new generation. Who works on the one before finds it when it is done.
update provider_zones
   set wanted = $2::bytea, step = case when step = 'take_in' then step else 'apply' end, message = '', attempt = 0,
       since = now(), due_at = now()
 where id = $1::uuid;

-- name: provider_zone_removes
update provider_zones set removes = $2::boolean where zone_id = $1::uuid;

-- name: provider_zone_claim
-- Of one organisation at most two at a time: a provider that is slow keeps nobody else waiting.
update provider_zones
   set lease = $2::uuid, lease_until = now() + make_interval(secs => $3::int)
 where id = (select id from provider_zones
              where id = $1::uuid and due_at <= now() and (lease_until is null or lease_until < now())
                for update skip locked)
   and (select count(*) from provider_zones o where o.lease_until > now()) < 2;

-- name: provider_zone_lock
select lease from provider_zones where id = $1::uuid for update;

-- name: provider_zone_update
-- $12 seconds until the next step; null: none.
update provider_zones
   set step = $2, remote_id = $3, name_servers = $4, applied = $5::bytea, showing = $6::bytea, others = $7::bytea,
       message = $8, attempt = $9::int, since = case when $10::boolean then now() else since end,
       looked_at = case when $11::boolean then now() else looked_at end,
       due_at = now() + make_interval(secs => $12::double precision), lease = null, lease_until = null
 where id = $1::uuid;

-- name: template_insert
insert into templates (id, org_id, name, description, content) values ($1::uuid, $2::uuid, $3, $4, $5::bytea);

-- name: template_lock
select id, org_id, name, description, content, version, created_at, updated_at
  from templates
 where id = $1::uuid
   for update;

-- name: template_update
update templates set name = $2, description = $3, content = $4::bytea, version = version + 1, updated_at = now()
 where id = $1::uuid;

-- name: template_delete
delete from templates where id = $1::uuid;

-- name: key_insert
insert into keys (id, zone_id, org_id, flags, algorithm, public, state, announce_at)
values ($1::uuid, $2::uuid, $3::uuid, $4::int, $5::int, $6::bytea, 'active', to_timestamp(nullif($7::bigint, 0) / 1000.0));

-- name: key_box_insert
insert into key_boxes (key_id, placement_id, org_id, sealed) values ($1::uuid, $2::uuid, $3::uuid, $4::bytea);

-- name: keys_retire
update keys set state = 'retired' where zone_id = $1::uuid and id <> $2::uuid;

-- name: keys_forget
-- Those in this state, or all.
delete from keys where zone_id = $1::uuid and ($2::text is null or state = $2);

-- name: keys_sealed
-- With the box of each of the zone's nodes; without one its node can't sign.
select k.id, k.flags, k.algorithm, b.placement_id, b.sealed
  from keys k
  join key_boxes b on b.key_id = k.id
 where k.zone_id = $1::uuid
 order by k.id, b.placement_id;

-- name: zone_keys
select id, flags, algorithm, public, state, created_at, announce_at, leaving from keys where zone_id = $1::uuid order by id;

-- name: keys_announce
update keys set announce_at = null where zone_id = $1::uuid;

-- name: keys_leave
update keys set leaving = $2::boolean where zone_id = $1::uuid;

-- name: zone_secondaries
select id, address, port, notify, name_server, tsig_name, tsig_algorithm, created_at, keyless
  from secondaries
 where zone_id = $1::uuid
 order by id;

-- name: secondary_insert
insert into secondaries (id, zone_id, org_id, address, port, notify, name_server, tsig_name, tsig_algorithm, keyless)
values ($1::uuid, $2::uuid, $3::uuid, $4, $5::int, $6::boolean, $7, $8, $9, $10::boolean);

-- name: secondary_box_insert
insert into secondary_boxes (secondary_id, placement_id, org_id, sealed) values ($1::uuid, $2::uuid, $3::uuid, $4::bytea);

-- name: secondary_delete
delete from secondaries where zone_id = $1::uuid and id = $2::uuid;

-- name: secondaries_erase
delete from secondaries where zone_id = $1::uuid;

-- name: secondaries_sealed
-- With the box of one of the zone's nodes.
select s.id, b.sealed
  from secondaries s
  join secondary_boxes b on b.secondary_id = s.id
 where s.zone_id = $1::uuid and b.placement_id = $2::uuid
 order by s.id;

-- name: zone_mark
update zones set catalog_mark = $2 where id = $1::uuid;

-- name: awaited_put
insert into awaited_nodes (zone_id, org_id, key_id, placement_id, node_id)
values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5)
on conflict (zone_id) do update
   set key_id = excluded.key_id, placement_id = excluded.placement_id, node_id = excluded.node_id;

-- name: awaited_take
delete from awaited_nodes where zone_id = $1::uuid returning node_id;
