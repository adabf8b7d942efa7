-- name: key_hold
-- Holds a key for one call, and says what was there: ours, or another's digest, status and answer.
with ours as (
	insert into idempotency as i (actor, method, key, digest, holder, held_until)
	values ($1, $2, $3, $4::bytea, $5::uuid, now() + make_interval(secs => $6::bigint / 1000.0))
	on conflict (actor, method, key) do update
	   set digest = excluded.digest, holder = excluded.holder, held_until = excluded.held_until
	 where i.status = 'held' and i.held_until < now()
	returning 1
)
select exists (select from ours), i.digest = $4::bytea, i.status = 'done', i.reply,
       set_config('synchronous_commit', 'off', true) -- a hold that is lost with the machine is no loss
  from (select 1) as one
  left join idempotency i on i.actor = $1 and i.method = $2 and i.key = $3;

-- name: key_release
delete from idempotency
 where actor = $1 and method = $2 and key = $3 and holder = $4::uuid and status = 'held';

-- name: key_done
update idempotency set status = 'done', reply = $5::bytea
 where actor = $1 and method = $2 and key = $3 and holder = $4::uuid and status = 'held';

-- name: outbox_insert
-- All rows of a change at once. A row that its change relays itself rests a second, but not behind another of its
-- resource; the answer says for each whether it rests.
insert into outbox (org_id, kind, subject, payload, resource, actor, request_id, traceparent, next_at)
select $1::uuid, row.kind, row.subject, decode(row.payload, 'hex'), row.resource, $6, $7, $8,
       now() + case
	       when row.kind = 'rpc' and row.subject = 'rpc.tasks.Enqueue'
	            and not exists (select from outbox before
	                             where before.resource = row.resource and before.subject = row.subject
	                               and before.resource <> '' and not before.refused)
	       then interval '1 second' else interval '0' end
  from unnest($2::text[], $3::text[], $4::text[], $5::text[]) with ordinality
       as row (kind, subject, payload, resource, place)
 order by row.place
returning id, next_at > now();

-- name: quota_change
-- Counts; answers whether the limit allowed it. No limit: lim is null.
with changed as (
	insert into quota as q (org_id, name, used, lim) values ($1::uuid, $2, greatest($3::bigint, 0), null)
	on conflict (org_id, name) do update set used = greatest(q.used + $3::bigint, 0)
	 where $3::bigint < 0 or q.lim is null or q.used + $3::bigint <= q.lim
	returning 1
)
select exists (select from changed);
