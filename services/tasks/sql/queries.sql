-- Statements that see one organisation's rows. Locks are taken in one order: node, resource, task.

-- name: commit_lazily
-- For what may be lost when the database server crashes, since it comes again or nobody has built on it yet: this
-- transaction waits for no fsync.
select set_config('synchronous_commit', 'off', true);

-- name: ledger_flush
-- Something to commit, so that the commit waits for the disk.
select pg_logical_emit_message(true, 'stralix', '')::text;

-- name: node_lock
-- The transaction commits lazily, see flush.h. And how much runs of this organisation and in all: that may be a little old, a window is no promise.
select state, running, coalesce(hold_until > now(), false), hold_reason,
       (select count(*) from task where state = 'running'), (select coalesce(sum(o.running), 0)::bigint from node o),
       set_config('synchronous_commit', 'off', true)
  from node where id = $1 for no key update;

-- name: node_count
update node set running = running + $2::integer, assigned = assigned + $3::integer where id = $1;

-- name: node_hold
update node set hold_until = now() + make_interval(secs => $2::bigint / 1000.0), hold_reason = $3 where id = $1;

-- name: node_register
-- An address, a key or capabilities may change; state, uids and counts don't.
insert into node (id, uid, name, address, report_key, capabilities, http_port, https_port, dns_port, state)
values ($1, $2::uuid, $3, $4, $5, $6::text[], $7::integer, $8::integer, $9::integer, 'trusted')
on conflict (id) do update
   set name = excluded.name, address = excluded.address, report_key = excluded.report_key,
       capabilities = excluded.capabilities, http_port = excluded.http_port, https_port = excluded.https_port,
       dns_port = excluded.dns_port
returning uid, state, (extract(epoch from created_at) * 1000)::bigint;

-- name: node_place
-- The less loaded of two that may take it; counts the resource and takes the next uid. Who looked at the same time may
-- have taken the last room: the row's own look at its limit, under its lock, is the last word.
with two as (
	select id, assigned from node
	 where state = 'trusted' and reachable and last_heartbeat_at > now() - interval '45 seconds'
	   and $1 = any (capabilities) and case when $2::text is null then not only_chosen else id = $2 end
	   and id <> all ($3::text[]) and ($1 <> 'website' or website_limit = 0 or assigned < website_limit)
	   and ($4::text is null or coalesce(heartbeat -> 'phpVersions' ? $4, false))
	 order by random() limit 2
)
update node set assigned = node.assigned + 1, next_uid = node.next_uid + 1
 where id = (select id from two order by assigned limit 1)
   and state = 'trusted' and ($1 <> 'website' or website_limit = 0 or node.assigned < node.website_limit)
returning id, name, address, next_uid - 1, http_port, https_port,
       coalesce(jsonb_path_query_array(heartbeat, '$.phpVersions[*]')::text, ''), dns_port;

-- name: node_named
-- Whether a name is a node's; below it as well, if the node's is a domain and no mere word.
select 1 from node
 where lower(name) = lower($1)
    or (position('.' in name) > 0 and right(lower($1), length(name) + 1) = '.' || lower(name))
 limit 1;

-- name: node_why
-- Why a node can't be placed on: its trust, whether it answers, is able, how full it is, whether it has that PHP.
select state, reachable and last_heartbeat_at > now() - interval '45 seconds', $2 = any (capabilities), assigned,
       website_limit, $3::text is null or coalesce(heartbeat -> 'phpVersions' ? $3, false)
  from node where id = $1;

-- name: node_none
-- Why placement finds none: how many would do (one had its last room taken by somebody else), are able, are only full,
-- have that PHP.
select count(*) filter (where is_open and answers and has_room and has_php), count(*),
       count(*) filter (where is_open and answers and has_php), count(*) filter (where has_php)
  from (select state = 'trusted' and not only_chosen as is_open,
               reachable and last_heartbeat_at > now() - interval '45 seconds' as answers,
               $1 <> 'website' or website_limit = 0 or assigned < website_limit as has_room,
               $3::text is null or coalesce(heartbeat -> 'phpVersions' ? $3, false) as has_php
          from node where $1 = any (capabilities) and id <> all ($2::text[])) as n;

-- name: node_touch
-- A person changes a node: its row, until the change commits.
select uid, state, version::text from node where id = $1 for no key update;

-- name: node_settings
update node set description = $2, location = $3, website_limit = $4::integer, only_chosen = $5::boolean,
       version = version + 1
 where id = $1
returning version::text;

-- name: node_state
update node set state = $2, suspend_reason = $3, version = version + 1,
       suspended_at = case when $2 = 'suspended' then now() end
 where id = $1
returning version::text, coalesce((extract(epoch from suspended_at) * 1000)::bigint, 0);

-- name: resource_placed
select n.id, n.name, n.address, r.uid, n.http_port, n.https_port,
       coalesce(jsonb_path_query_array(n.heartbeat, '$.phpVersions[*]')::text, ''), n.dns_port
  from resource r join node n on n.id = r.node_id where r.id = $1::uuid;

-- name: resource_reserve
insert into resource (id, org_id, kind, node_id, uid, reserved_until)
values ($1::uuid, $2::uuid, $3, $4, $5::bigint, now() + interval '15 minutes');

-- name: resource_lock
select node_id, epoch_enqueued, n_enqueued, removed_at is not null from resource where id = $1::uuid for update;

-- name: resource_insert
insert into resource (id, org_id, kind, node_id) values ($1::uuid, $2::uuid, $3, $4);

-- name: resource_enqueued
update resource set epoch_enqueued = $2::bigint, n_enqueued = $3::bigint, reserved_until = null where id = $1::uuid;

-- name: resource_done
update resource
   set epoch_done = $2::bigint, n_done = $3::bigint, removed_at = case when $4::boolean then now() else removed_at end
 where id = $1::uuid and (epoch_done, n_done) <= ($2::bigint, $3::bigint);

-- name: task_insert
insert into task (id, org_id, resource_id, node_id, kind, verb, target_name, epoch, n, desired, state, message, actor_id,
                  actor_name, permission, request_id, traceparent, owner, finished_at, object_id)
values ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8::bigint, $9::bigint, $10::bytea, $11, $12, $13, $14, $15, $16,
        $17, $18, case when $11 <> 'queued' then now() end, $19::uuid)
on conflict (id) do nothing;

-- name: task_supersede
-- What waits for the same resource and is older.
update task set state = 'superseded', superseded_by = $2::uuid, finished_at = now(),
       message = 'A newer change of the same ' || kind || ' took its place.'
 where resource_id = $1::uuid and state = 'queued' and id <> $2::uuid and (epoch, n) < ($3::bigint, $4::bigint)
returning id, org_id, resource_id, node_id, kind, verb, target_name, epoch, n, attempt, state, actor_id, permission,
          request_id, traceparent, owner, seq;

-- name: task_claim
-- The newest that waits for the resource, when nothing of it runs. The first lease is little longer than the wait for the
-- node's answer: should this process die before it sends, another one does.
update task set state = 'running', attempt = attempt + 1, lease_until = now() + interval '15 seconds', message = '',
       started_at = coalesce(started_at, now()), steps = '[]'
 where id = (select id from task
              where resource_id = $1::uuid and state = 'queued' and next_attempt_at <= now()
              order by epoch desc, n desc limit 1)
   and not exists (select from task where resource_id = $1::uuid and state = 'running')
returning id, org_id, resource_id, node_id, kind, verb, target_name, epoch, n, attempt, state, actor_id, permission,
          request_id, traceparent, owner, seq, desired;

-- name: task_lock
select id, org_id, resource_id, node_id, kind, verb, target_name, epoch, n, attempt, state, actor_id, permission,
       request_id, traceparent, owner, seq
  from task where id = $1::uuid for update;

-- name: task_place
select node_id, resource_id from task where id = $1::uuid;

-- name: task_rival
select id from task where resource_id = $1::uuid and state = 'running' and id <> $2::uuid;

-- name: task_newer
select id from task
 where resource_id = $1::uuid and (epoch, n) > ($2::bigint, $3::bigint)
 order by epoch desc, n desc limit 1;

-- name: task_progress
update task set steps = $2::jsonb, seq = $3::bigint, lease_until = now() + interval '60 seconds'
 where id = $1::uuid and state = 'running' and seq < $3::bigint and attempt <= $4::integer;

-- name: task_resume
-- The node works on it although an answer was lost and it was put back.
update task set state = 'running', attempt = $4::integer, steps = $2::jsonb, seq = $3::bigint, message = '',
       started_at = coalesce(started_at, now()), lease_until = now() + interval '60 seconds'
 where id = $1::uuid;

-- name: task_requeue
update task set state = 'queued', message = $2, steps = coalesce($3::jsonb, steps), seq = greatest(seq, $4::bigint),
       attempt = $5::integer, next_attempt_at = now() + make_interval(secs => $6::bigint / 1000.0), lease_until = null
 where id = $1::uuid;

-- name: task_hasten
update task set next_attempt_at = now() where id = $1::uuid and state = 'queued';

-- name: task_finish
update task set state = $2, message = $3, steps = coalesce($4::jsonb, steps), seq = greatest(seq, $5::bigint),
       attempt = $6::integer, superseded_by = $7::uuid, finished_at = now(), lease_until = null
 where id = $1::uuid;

-- name: node_name
select name from node where id = $1;

-- name: node_drift_policy
update node set drift_policy = $2, drift_org = $3::uuid where id = $1 returning uid;

-- name: node_drift_take
-- The look of $2 (Unix ms) gets its restore, once.
update node set drift_taken_ms = $2::bigint where id = $1 and drift_policy = 'restore' and drift_taken_ms < $2::bigint;
