-- Statements that see one organisation's records.

-- name: record_insert
insert into records (id, org_id, at, service, action, actor_id, actor_name, source_ip, request_id, target_kind,
                     target_id, target_name, target_node, before, after, outcome)
values ($1::uuid, $2::uuid, $3::timestamptz, $4, $5, $6, $7, $8, $9, $10, $11::uuid, $12, $13, $14, $15, $16)
on conflict do nothing;
