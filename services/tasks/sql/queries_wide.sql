-- Across organisations: staff lists with the organisations as parameter, the dispatcher's looks, the sweeper's repairs.

-- A task that waits says what its node is held for, if it is.

-- name: task_get
select t.id, t.org_id, t.resource_id, t.node_id, t.kind, t.verb, t.target_name, t.epoch, t.n, t.attempt, t.state,
       case when t.state <> 'queued' then t.message
            when n.hold_reason = 'offline' then 'node ' || n.id || ' is offline; the task runs when it is back'
            when n.hold_reason = 'clock' then 'The clock of node ' || n.id || ' is wrong; the task runs when it is set.'
            else t.message end as message,
       t.steps::text, t.request_id, t.actor_id, t.actor_name, coalesce(t.superseded_by::text, ''),
       (extract(epoch from t.created_at) * 1000)::bigint, (extract(epoch from t.started_at) * 1000)::bigint,
       (extract(epoch from t.finished_at) * 1000)::bigint,
       case when t.state = 'queued' then (extract(epoch from t.next_attempt_at) * 1000)::bigint end,
       coalesce(t.object_id::text, '')
  from task t join node n on n.id = t.node_id where t.id = $1::uuid;

-- name: task_list
-- $1 cursor, $2 state, $3 node, $4 target, $5 limit, $6 what is looked for.
select t.id, t.org_id, t.resource_id, t.node_id, t.kind, t.verb, t.target_name, t.epoch, t.n, t.attempt, t.state,
       case when t.state <> 'queued' then t.message
            when n.hold_reason = 'offline' then 'node ' || n.id || ' is offline; the task runs when it is back'
            when n.hold_reason = 'clock' then 'The clock of node ' || n.id || ' is wrong; the task runs when it is set.'
            else t.message end as message,
       t.steps::text, t.request_id, t.actor_id, t.actor_name, coalesce(t.superseded_by::text, ''),
       (extract(epoch from t.created_at) * 1000)::bigint, (extract(epoch from t.started_at) * 1000)::bigint,
       (extract(epoch from t.finished_at) * 1000)::bigint,
       case when t.state = 'queued' then (extract(epoch from t.next_attempt_at) * 1000)::bigint end,
       coalesce(t.object_id::text, '')
  from task t join node n on n.id = t.node_id
 where ($1::uuid is null or t.id < $1::uuid) and ($2::text is null or t.state = $2) and ($3::text is null or t.node_id = $3)
   and ($4::uuid is null or t.resource_id = $4::uuid or t.object_id = $4::uuid)
   and ($6::text is null or position(lower($6) in lower(t.target_name)) > 0 or lower($6) in (t.resource_id::text, t.id::text, t.object_id::text))
 order by t.id desc
 limit $5::integer;

-- name: task_list_of
-- The same of some organisations, $7.
select t.*
  from unnest($7::uuid[]) as o (id)
 cross join lateral (
       select t.id, t.org_id, t.resource_id, t.node_id, t.kind, t.verb, t.target_name, t.epoch, t.n, t.attempt, t.state,
              case when t.state <> 'queued' then t.message
                   when n.hold_reason = 'offline' then 'node ' || n.id || ' is offline; the task runs when it is back'
                   when n.hold_reason = 'clock' then 'The clock of node ' || n.id || ' is wrong; the task runs when it is set.'
                   else t.message end as message, t.steps::text, t.request_id, t.actor_id, t.actor_name, coalesce(t.superseded_by::text, ''),
              (extract(epoch from t.created_at) * 1000)::bigint, (extract(epoch from t.started_at) * 1000)::bigint,
              (extract(epoch from t.finished_at) * 1000)::bigint,
              case when t.state = 'queued' then (extract(epoch from t.next_attempt_at) * 1000)::bigint end,
              coalesce(t.object_id::text, '')
         from task t join node n on n.id = t.node_id
        where t.org_id = o.id and ($1::uuid is null or t.id < $1::uuid) and ($2::text is null or t.state = $2)
          and ($3::text is null or t.node_id = $3) and ($4::uuid is null or t.resource_id = $4::uuid or t.object_id = $4::uuid)
          and ($6::text is null or position(lower($6) in lower(t.target_name)) > 0
               or lower($6) in (t.resource_id::text, t.id::text, t.object_id::text))
        order by t.id desc
        limit $5::integer) as t
 order by t.id desc
 limit $5::integer;

-- name: task_total
select count(*) from task
 where ($1::uuid[] is null or org_id = any ($1::uuid[])) and ($2::text is null or state = $2)
   and ($3::text is null or node_id = $3) and ($4::uuid is null or resource_id = $4::uuid or object_id = $4::uuid)
   and ($5::text is null or position(lower($5) in lower(target_name)) > 0 or lower($5) in (resource_id::text, id::text, object_id::text));

-- name: task_where
-- Whose a task is and who works on it; the node's report is believed for no other.
select org_id, node_id, request_id from task where id = $1::uuid;

-- name: php_versions
-- Of the nodes that a new website may be placed on without anybody choosing; the newest first.
select version
  from (select distinct jsonb_array_elements_text(heartbeat -> 'phpVersions') as version
          from node
         where state = 'trusted' and reachable and last_heartbeat_at > now() - interval '45 seconds' and not only_chosen
           and 'website' = any (capabilities) and jsonb_typeof(heartbeat -> 'phpVersions') = 'array') as v
 order by string_to_array(version, '.')::int[] desc
 limit 32;

-- name: node_list
-- $1 one node or all, $2 cursor, $3 limit.
select n.id, n.uid, n.name, n.address, n.state, n.capabilities::text, n.http_port, n.https_port, n.assigned, n.running,
       q.n, n.reachable and n.last_heartbeat_at > now() - interval '45 seconds',
       (extract(epoch from n.last_heartbeat_at) * 1000)::bigint, coalesce(n.heartbeat::text, ''),
       (extract(epoch from n.created_at) * 1000)::bigint, case when n.hold_until > now() then n.hold_reason else '' end,
       n.drift_policy,
       n.description, n.location, n.website_limit, n.only_chosen, n.suspend_reason,
       (extract(epoch from n.suspended_at) * 1000)::bigint, n.version::text,
       (extract(epoch from q.oldest) * 1000)::bigint, n.dns_port
  from node n
 cross join lateral (select count(*) as n, min(created_at) as oldest
                       from task t where t.node_id = n.id and t.state = 'queued') as q
 where ($1::text is null or n.id = $1) and ($2::text is null or n.id > $2)
 order by n.id
 limit $3::integer;

-- name: node_total
select count(*) from node;

-- name: node_book
-- What is known of every node in memory.
select id, state, report_key, coalesce((extract(epoch from last_heartbeat_at) * 1000)::bigint, 0),
       reachable and hold_reason = ''
  from node;

-- name: node_beats
-- Heartbeats of the last seconds, all at once: ids, JSON texts, milliseconds. A node whose clock is wrong is held; one
-- that was held because it was offline, or because of its clock, is let go when that is over; says who that is news of,
-- and whose daemons are other than they were; and a sealing key that isn't the one that is kept. The first one is kept here.
with beat as (
	select id, text::jsonb as body, to_timestamp(at_ms::bigint / 1000.0) as at, clock_ok::boolean as clock_ok
	  from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as b (id, text, at_ms, clock_ok)
), before as (
	select n.id, not n.reachable or n.hold_reason <> case when b.clock_ok then '' else 'clock' end as news,
	       n.heartbeat->'daemons' is distinct from b.body->'daemons' as changed,
	       n.seal_key as seal_key, coalesce(b.body->>'sealKey', '') as said
	  from node n join beat b on b.id = n.id
	 order by n.id
	   for no key update of n
)
update node n
   set last_heartbeat_at = greatest(n.last_heartbeat_at, b.at), heartbeat = b.body, reachable = true,
       hold_until = case when not b.clock_ok then now() + interval '60 seconds' end,
       hold_reason = case when not b.clock_ok then 'clock' else '' end,
       seal_key = case when n.seal_key = '' then before.said else n.seal_key end
  from beat b, before
 where n.id = b.id and before.id = n.id
returning n.id, before.news, before.changed,
          case when before.seal_key <> '' and before.said not in ('', before.seal_key) then before.said else '' end;

-- name: node_seal_key
-- Another key in the place of the one that was kept; nothing when somebody else has done it.
update node n set seal_key = $2
  from (select id, seal_key from node where id = $1 for no key update) as before
 where n.id = before.id and n.seal_key <> $2
returning n.uid, n.name, before.seal_key;

-- name: node_seal_keys
select id, seal_key from node where id = any ($1::text[]) and state in ('trusted', 'suspended') and seal_key <> ''
 order by id;

-- name: node_lost
update node set reachable = false
 where reachable and last_heartbeat_at < now() - interval '45 seconds'
returning id;

-- name: nodes_due
-- Nodes with work that could be sent now.
select n.id from node n
 where n.state in ('trusted', 'suspended') and n.running < $1::integer and coalesce(n.hold_until <= now(), true)
   and exists (select from task t
                where t.node_id = n.id and t.state = 'queued' and t.next_attempt_at <= now()
                  and not exists (select from task r where r.resource_id = t.resource_id and r.state = 'running'));

-- name: tasks_due
-- A node's resources with work that could be sent now, at most $2; organisations take turns, none above what its own
-- window $3 leaves, nor above $5 times what is left of the installation's window $4.
-- The organisations are found by skipping from one to the next in the index, since a queue may be long; and nothing is
-- read when the node takes nothing, since every new task asks. What runs there is few and read once.
with recursive busy as materialized (
	select array_agg(resource_id) as ids from task where node_id = $1 and state = 'running'
), room as materialized (
	select $5::bigint * ($4::bigint - coalesce(sum(running), 0)) as share from node
), org (id) as (
	(select org_id from task
	  where node_id = $1 and state = 'queued'
	    and exists (select from node where id = $1 and state in ('trusted', 'suspended') and running < $2::bigint
	                                   and coalesce(hold_until <= now(), true))
	  order by org_id limit 1)
	union all
	select (select t.org_id from task t where t.node_id = $1 and t.state = 'queued' and t.org_id > org.id
	         order by t.org_id limit 1)
	  from org where org.id is not null
)
select org.id, due.resource_id
  from org
 cross join lateral (
	select t.resource_id, t.id, row_number() over (order by t.id) as turn
	  from (select q.resource_id, q.id from task q
	         where q.node_id = $1 and q.org_id = org.id and q.state = 'queued' and q.next_attempt_at <= now()
	           and (select ids is null or q.resource_id <> all (ids) from busy)
	         order by q.id
	         limit least($2::bigint, greatest(least($3::bigint, (select share from room)) -
	                                          (select count(*) from task r
	                                            where r.org_id = org.id and r.state = 'running'), 0))) as t
       ) as due
 where org.id is not null
 order by due.turn, due.id
 limit $2::bigint;

-- name: leases_expired
-- Takes over what nobody has heard of for a while, to ask the node again.
update task set lease_until = now() + interval '15 seconds'
 where id in (select id from task where state = 'running' and lease_until < now()
               order by lease_until limit 100 for update skip locked)
returning id, org_id, resource_id, node_id, kind, verb, target_name, epoch, n, attempt, state, actor_id, permission,
          request_id, traceparent, owner, seq, desired;

-- name: reservations_expired
-- Places that nothing was ever enqueued for. Their uids are not given again.
with gone as (
	delete from resource r where r.reserved_until < now() and not exists (select from task t where t.resource_id = r.id)
	returning node_id
), counts as (
	select node_id, count(*) as n from gone group by node_id
)
update node set assigned = node.assigned - counts.n from counts where node.id = counts.node_id;

-- name: nodes_drifted
-- Nodes that are to be restored by themselves and have seen drift since they last were; none that has such an order still.
select n.id, n.name, n.drift_org, (n.heartbeat -> 'drift' ->> 'observedMs')::bigint
  from node n
 where n.drift_policy = 'restore' and n.drift_org is not null and n.state = 'trusted' and n.reachable
   and (n.heartbeat -> 'drift' ->> 'files')::bigint > 0
   and (n.heartbeat -> 'drift' ->> 'observedMs')::bigint > n.drift_taken_ms
   and not exists (select from task t where t.node_id = n.id and t.kind = 'node' and t.state in ('queued', 'running'))
 order by n.id;
