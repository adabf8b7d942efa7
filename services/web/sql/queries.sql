-- Statements that see one organisation's websites.

-- name: website_insert
insert into websites (id, org_id, domain, display_domain, node_id, node_name, address, http_port, https_port, uid, serving,
                      state, epoch, n, task_id, created_at, updated_at, settings)
values ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8::int, $9::int, $10::bigint, $11, $12, $13::bigint, $14::bigint,
        $15::uuid, to_timestamp($16::bigint / 1000.0), to_timestamp($16::bigint / 1000.0), $17::bytea);

-- name: website_lock
-- The row, ours until the transaction ends.
select id, org_id, domain, display_domain, node_id, node_name, address, http_port, https_port, uid, serving, state, message,
       epoch, n, applied_serving, applied_epoch, applied_n, task_id, created_at, updated_at, purge_at, settings,
       applied_settings, suspended, suspend_reason
  from websites
 where id = $1::uuid and state <> 'purged'
   for update;

-- name: website_update
update websites
   set serving = $2, state = $3, message = $4, epoch = $5::bigint, n = $6::bigint, applied_serving = $7,
       applied_epoch = $8::bigint, applied_n = $9::bigint, task_id = $10::uuid,
       updated_at = to_timestamp($11::bigint / 1000.0), purge_at = to_timestamp(nullif($12::bigint, 0) / 1000.0),
       settings = $13::bytea, applied_settings = $14::bytea, suspended = $15::boolean,
       suspend_reason = $16
 where id = $1::uuid;
