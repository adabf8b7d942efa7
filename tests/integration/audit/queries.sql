-- What somebody with every right on the database may do to the records; $1 and $2 are positions in the chain. Each says
-- how many rows it touched. In each the triggers are off: the test sees to it once.

-- name: edit_text
-- $3 says which column, $4 what it gets behind it; $2 is for the others.
update records r set service = case $3::int when 0 then service || $4 else service end,
       action = case $3 when 1 then action || $4 else action end,
       actor_id = case $3 when 2 then actor_id || $4 else actor_id end,
       actor_name = case $3 when 3 then actor_name || $4 else actor_name end,
       behalf_id = case $3 when 4 then behalf_id || $4 else behalf_id end,
       behalf_name = case $3 when 5 then behalf_name || $4 else behalf_name end,
       source_ip = case $3 when 6 then source_ip || $4 else source_ip end,
       request_id = case $3 when 7 then request_id || $4 else request_id end,
       target_kind = case $3 when 8 then target_kind || $4 else target_kind end,
       target_name = case $3 when 9 then target_name || $4 else target_name end,
       target_node = case $3 when 10 then target_node || $4 else target_node end,
       before = case $3 when 11 then before || $4 else before end,
       after = case $3 when 12 then after || $4 else after end,
       outcome = case $3 when 13 then outcome || $4 else outcome end
  from chain c
 where c.record_id = r.id and c.position = $1::bigint and $2::bigint > 0;

-- name: edit_time
update records r set at = at + $2::bigint * interval '1 microsecond' from chain c where c.record_id = r.id and c.position = $1::bigint;

-- name: edit_stored
update records r set stored_at = stored_at + $2::bigint * interval '1 microsecond' from chain c where c.record_id = r.id and c.position = $1::bigint;

-- name: edit_org
update records r set org_id = gen_random_uuid() from chain c where c.record_id = r.id and c.position = $1::bigint;

-- name: edit_target
update records r set target_id = null from chain c where c.record_id = r.id and c.position = $1::bigint;

-- name: edit_move_text
-- A letter goes from the end of one column to the start of the next: lengths count.
update records r set actor_id = left(actor_id, -1), actor_name = right(actor_id, 1) || actor_name
  from chain c where c.record_id = r.id and c.position = $1::bigint;

-- name: delete_record
delete from records where id = (select record_id from chain where position = $1::bigint);

-- name: delete_link
delete from chain where position = $1::bigint;

-- name: delete_both
with gone as (delete from chain where position = $1::bigint returning record_id)
delete from records where id in (select record_id from gone);

-- name: delete_and_close
-- Deletes both and moves the next link into the gap.
with gone as (delete from chain where position = $1::bigint returning record_id),
     old as (delete from records where id in (select record_id from gone))
update chain set position = position - 1 where position > $1;

-- name: swap_records
-- Two links name each other's records.
update chain a set record_id = b.record_id from chain b
 where (a.position = $1::bigint and b.position = $2::bigint) or (a.position = $2 and b.position = $1);

-- name: swap_content
update records a set action = b.action, at = b.at, before = b.before, after = b.after, actor_id = b.actor_id
  from records b
 where (a.id, b.id) in (select x.record_id, y.record_id from chain x, chain y
                         where (x.position = $1::bigint and y.position = $2::bigint) or (x.position = $2 and y.position = $1));

-- name: swap_links
-- Two links change their whole content.
update chain a set record_id = b.record_id, previous = b.previous, hash = b.hash from chain b
 where (a.position = $1::bigint and b.position = $2::bigint) or (a.position = $2 and b.position = $1);

-- name: cut_tail
with gone as (delete from chain where position >= $1::bigint returning record_id)
delete from records where id in (select record_id from gone);

-- name: cut_tail_and_checkpoints
with gone as (delete from chain where position >= $1::bigint returning record_id),
     said as (delete from checkpoints where position >= $1)
delete from records where id in (select record_id from gone);

-- name: put_in
insert into records (id, org_id, at, service, action, actor_id, actor_name, source_ip, request_id, target_kind, target_name,
                     target_node, before, after, outcome)
values (gen_random_uuid(), null, now(), 'web', 'website.create', 'somebody', '', '', '', '', '', '', '', '', 'success');

-- name: forge_link
update chain set hash = sha256(previous || $2::bytea) where position = $1::bigint;
