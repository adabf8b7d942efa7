-- Lists across organisations. Ids are version 7: newest first is by id downwards.
-- $1 cursor (an id), $2 target, $3 action or its kind, $4 limit, $5 who (an id or a name), $6 the target's kind,
-- $7 and $8 from and until (Unix ms), $9 the organisations.

-- name: record_list
select id, coalesce(org_id::text, '') as org, (extract(epoch from at) * 1000)::bigint as at_ms, service, action, actor_id,
       actor_name, source_ip, request_id, target_kind, coalesce(target_id::text, '') as target, target_name, target_node,
       before, after, outcome, behalf_id, behalf_name
  from records
 where ($1::uuid is null or id < $1::uuid) and ($2::uuid is null or target_id = $2::uuid)
   and ($3::text is null or action = $3::text or starts_with(action, $3::text || '.'))
   and ($5::text is null or actor_id = $5::text or behalf_id = $5::text or actor_name = $5::text)
   and ($6::text is null or target_kind = $6::text)
   and ($7::bigint is null or at >= to_timestamp($7::bigint / 1000.0))
   and ($8::bigint is null or at < to_timestamp($8::bigint / 1000.0))
 order by id desc
 limit $4::int;

-- name: record_list_of
select r.*
  from (select distinct unnest($9::uuid[])) as o (org_id)
 cross join lateral (
       select id, coalesce(org_id::text, '') as org, (extract(epoch from at) * 1000)::bigint as at_ms, service, action, actor_id,
             actor_name, source_ip, request_id, target_kind, coalesce(target_id::text, '') as target, target_name, target_node,
             before, after, outcome, behalf_id, behalf_name
         from records
        where org_id = o.org_id and ($1::uuid is null or id < $1::uuid) and ($2::uuid is null or target_id = $2::uuid)
         and ($3::text is null or action = $3::text or starts_with(action, $3::text || '.'))
         and ($5::text is null or actor_id = $5::text or behalf_id = $5::text or actor_name = $5::text)
         and ($6::text is null or target_kind = $6::text)
         and ($7::bigint is null or at >= to_timestamp($7::bigint / 1000.0))
         and ($8::bigint is null or at < to_timestamp($8::bigint / 1000.0))
        order by id desc
        limit $4::int) as r
 order by r.id desc
 limit $4::int;

-- name: record_count
-- $1 and $4 are for the lists alone.
select count(*)
  from records
 where ($9::uuid[] is null or org_id = any ($9::uuid[])) and ($1::uuid is null or true) and ($4::int is null or true) and ($2::uuid is null or target_id = $2::uuid)
   and ($3::text is null or action = $3::text or starts_with(action, $3::text || '.'))
   and ($5::text is null or actor_id = $5::text or behalf_id = $5::text or actor_name = $5::text)
   and ($6::text is null or target_kind = $6::text)
   and ($7::bigint is null or at >= to_timestamp($7::bigint / 1000.0))
   and ($8::bigint is null or at < to_timestamp($8::bigint / 1000.0));

-- Records and the chain: what isn't linked (written before there was a chain, or by a copy of the release before).

-- name: record_last
select coalesce(max(seq), 0)::bigint from records;

-- name: record_unlinked
-- $1 behind this place in the order of storing, $2 up to that one; columns of enum audit_field.
select r.seq::text, r.id::text, coalesce(r.org_id::text, ''), (extract(epoch from r.at) * 1000000)::bigint::text,
       r.service, r.action, r.actor_id, r.actor_name, r.behalf_id, r.behalf_name, r.source_ip, r.request_id,
       r.target_kind, coalesce(r.target_id::text, ''), r.target_name, r.target_node, r.before, r.after, r.outcome,
       (extract(epoch from r.stored_at) * 1000000)::bigint::text
  from records r
 where r.seq > $1::bigint and r.seq <= $2::bigint and not exists (select from chain c where c.record_id = r.id)
 order by r.seq;
