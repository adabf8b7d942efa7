-- What verifying reads, as a role that sees every record.

-- name: walk
-- Links behind a position, in order, each with its checkpoint and its record; the record's columns are those of enum
-- audit_field.
select c.position, c.version, c.previous, c.hash, c.record_id, coalesce(k.token, ''), r.id is not null,
       r.seq::text, r.id::text, coalesce(r.org_id::text, ''), (extract(epoch from r.at) * 1000000)::bigint::text,
       r.service, r.action, r.actor_id, r.actor_name, r.behalf_id, r.behalf_name, r.source_ip, r.request_id,
       r.target_kind, coalesce(r.target_id::text, ''), r.target_name, r.target_node, r.before, r.after, r.outcome,
       (extract(epoch from r.stored_at) * 1000000)::bigint::text
  from chain c
  left join records r on r.id = c.record_id
  left join checkpoints k on k.position = c.position
 where c.position > $1::bigint
 order by c.position
 limit $2::int;

-- name: lost
-- Checkpoints of links that aren't there, and records that no link names (id and 0).
select k.position, k.token from checkpoints k where not exists (select from chain c where c.position = k.position)
union all
select 0::bigint, r.id::text from records r where not exists (select from chain c where c.record_id = r.id and c.position > 0)
 limit $1::int;
