-- Statements that see one organisation's records, and the chain, which is the installation's.

-- name: record_insert
-- The columns that it gives are those of enum audit_field; none when the record is there already.
insert into records (id, org_id, at, service, action, actor_id, actor_name, source_ip, request_id, target_kind,
                     target_id, target_name, target_node, before, after, outcome, behalf_id, behalf_name)
values ($1::uuid, $2::uuid, $3::timestamptz, $4, $5, $6, $7, $8, $9, $10, $11::uuid, $12, $13, $14, $15, $16, $17, $18)
on conflict do nothing
returning seq::text, id::text, coalesce(org_id::text, ''), (extract(epoch from at) * 1000000)::bigint::text,
       service, action, actor_id, actor_name, behalf_id, behalf_name, source_ip, request_id,
       target_kind, coalesce(target_id::text, ''), target_name, target_node, before, after, outcome,
       (extract(epoch from stored_at) * 1000000)::bigint::text;

-- name: chain_append
select chain_append($1::uuid, $2::int::smallint, $3::bytea);

-- name: chain_flush
-- Something to commit, so that the commit waits for the disk.
select pg_logical_emit_message(true, 'stralix', '')::text;

-- name: chain_end
-- How the chain ends, unless a checkpoint says so already.
select c.position, c.hash
  from (select position, hash from chain order by position desc limit 1) as c
 where not exists (select from checkpoints k where k.position = c.position);

-- name: checkpoint_insert
insert into checkpoints (position, token) values ($1::bigint, $2) on conflict do nothing;
