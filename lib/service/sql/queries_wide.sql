-- name: outbox_relax
-- What is deleted and comes back after a crash is said twice, which all receivers bear: no need to wait for the disk.
-- And the outbox is nearly empty whenever the server counts it, so that reading it whole looks cheap; a plan made then
-- would stay when it is full of rows, or of what has been deleted since. Hence by index alone.
select set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true),
       set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true);

-- name: outbox_take
-- Rows that are due, each the first of its resource, locked until the transaction ends: other copies pass them by.
-- Organisations take turns, so that the many words of one don't hold up another's few; they are found by skipping from
-- one to the next in the index. The orders and the sum leave one index each: the turns', the resource's.
with recursive org (id) as (
	(select coalesce(org_id, '00000000-0000-0000-0000-000000000000') from outbox order by 1 limit 1)
	union all
	select (select coalesce(n.org_id, '00000000-0000-0000-0000-000000000000') from outbox n
	         where coalesce(n.org_id, '00000000-0000-0000-0000-000000000000') > org.id order by 1 limit 1)
	  from org where org.id is not null
), due as (
	select first.id
	  from org
	 cross join lateral (
		select q.id, row_number() over (order by q.id) as turn
		  from (select o.id from outbox o
		         where coalesce(o.org_id, '00000000-0000-0000-0000-000000000000') = org.id and o.next_at <= now()
		           and not exists (select from outbox before
		                            where before.resource <> '' and before.resource = o.resource
		                              and before.subject = o.subject and before.id + 0 < o.id and not before.refused)
		         order by coalesce(o.org_id, '00000000-0000-0000-0000-000000000000'), o.id
		         limit 64) as q) as first
	 where org.id is not null
	 order by first.turn, first.id
	 limit 64
)
select o.id, o.kind, o.subject, o.payload, o.actor, o.request_id, o.traceparent, o.attempts
  from outbox o
 where o.id = any (array(select id from due)) and o.next_at <= now() -- an array: a look at each id, not at all that is due
 order by o.id
   for update skip locked;

-- name: outbox_delete
delete from outbox where id = any($1::bigint[]);

-- name: outbox_postpone
update outbox o
   set attempts = o.attempts + 1, refused = late.refused, next_at = now() + make_interval(secs => late.delay_ms / 1000.0)
  from unnest($1::bigint[], $2::bigint[], $3::boolean[]) as late (id, delay_ms, refused)
 where o.id = late.id;

-- name: outbox_count
select count(*), count(*) filter (where refused), coalesce(extract(epoch from now() - min(created_at)), 0)::bigint
  from outbox;

-- name: key_expire
delete from idempotency where created_at < now() - interval '24 hours';
