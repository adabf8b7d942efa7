-- Statements that look across organisations: sign-in, tokens, claims, lists, repair.

-- name: user_by_email
select u.id, u.org_id, u.email, u.name, u.role, u.password, u.state = 'active' and o.state = 'active',
       o.name, (extract(epoch from o.created_at) * 1000)::bigint, u.must_change
  from users u
  join organisations o on o.id = u.org_id
 where u.email = $1;

-- name: user_find
select * from user_view where id = $1::uuid;

-- Lists: $1 the organisations, null for all; a part of a text is taken literally; an id is the last row's of the page
-- before.
-- name: user_list
select *
  from user_view
 where ($1::uuid[] is null or org_id = any ($1::uuid[])) and ($2::uuid is null or id > $2::uuid)
   and ($4::text is null or position(lower($4::text) in email) > 0 or position(lower($4::text) in lower(name)) > 0)
   and ($5::text is null or role = $5::text) and ($6::text is null or state = $6::text)
 order by id
 limit $3::int;

-- name: user_count
select count(*)
  from users
 where ($1::uuid[] is null or org_id = any ($1::uuid[]))
   and ($2::text is null or position(lower($2::text) in email) > 0 or position(lower($2::text) in lower(name)) > 0)
   and ($3::text is null or role = $3::text) and ($4::text is null or state = $4::text);

-- name: user_actor
select u.role, u.org_id = $2::uuid or exists (select 1 from staff_orgs a where a.user_id = u.id and a.org_id = $2::uuid),
       exists (select 1 from organisations where id = $2::uuid)
  from users u
  join organisations o on o.id = u.org_id
 where u.id = $1::uuid and u.state = 'active' and o.state = 'active';

-- A window starts with its first attempt; the answer says how many there were and when it ends.
-- name: attempt_count
insert into login_attempts as a (key, attempts) values ($1, 1)
on conflict (key) do update
   set attempts = case when a.started_at + make_interval(secs => $2::int) <= now() then 1
                       else least(a.attempts + 1, 1000000) end,
       started_at = case when a.started_at + make_interval(secs => $2::int) <= now() then now() else a.started_at end
returning attempts, greatest(1, ceil(extract(epoch from started_at + make_interval(secs => $2::int) - now())))::int;

-- name: attempt_forgive
update login_attempts set attempts = greatest(attempts - 1, 0) where key = any ($1::text[]);

-- name: attempt_expire
delete from login_attempts where started_at + make_interval(secs => $1::int) <= now();

-- name: session_identity
select s.id, u.id, coalesce(c.org_id, u.org_id),
       case when c.org_id is null then u.email else left(u.email, 100) || ' as ' || left(c.name, 36) end,
       case when c.org_id is null then u.role else 'customer' end, '',
       case when c.org_id is null
            then coalesce((select string_agg(a.org_id::text, ' ') from staff_orgs a where a.user_id = u.id), '')
            else '' end,
       s.last_seen_at < now() - interval '1 minute', extract(epoch from least(s.expires_at, c.until))::bigint, u.must_change,
       coalesce(c.org_id::text, ''), ''
  from sessions s
  join users u on u.id = s.user_id
  join organisations o on o.id = u.org_id
  left join acting c on c.session_id = s.id
 where s.digest = $1::bytea and s.expires_at > now() and s.last_seen_at + s.idle > now()
   and u.state = 'active' and o.state = 'active';

-- The caller's own session or API token, and for whom it acts.
-- name: session_show
select u.id, u.email, u.name, u.role, o.id, o.name, (extract(epoch from o.created_at) * 1000)::bigint,
       (extract(epoch from coalesce(s.expires_at, t.expires_at)) * 1000)::bigint, u.must_change and s.id is not null,
       c.org_id, c.name, (extract(epoch from c.created_at) * 1000)::bigint, c.reason, c.until
  from users u
  join organisations o on o.id = u.org_id
  left join sessions s on s.id = $2::uuid and s.user_id = u.id
  left join api_tokens t on t.id = $2::uuid and t.user_id = u.id
  left join acting c on c.session_id = s.id
 where u.id = $1::uuid and coalesce(s.id, t.id) is not null;

-- name: session_home
select org_id from sessions where id = $1::uuid and user_id = $2::uuid;

-- What a pulse names: one more row than it holds says that it can't.
-- name: revocation_list
select distinct id from revocations where at > clock_timestamp() - make_interval(secs => $1::int) order by id limit $2::int;

-- name: revocation_expire
delete from revocations where at < clock_timestamp() - interval '10 minutes';

-- name: session_touch
update sessions set last_seen_at = now() where id = any ($1::uuid[]);

-- name: session_expire
delete from sessions where expires_at <= now() or last_seen_at + idle <= now();

-- name: token_identity
-- What a token that is limited to records does is told by its own name too: it is a machine's.
select t.id, u.id, u.org_id,
       case when cardinality(t.records) = 0 then u.email else left(u.email, 100) || ' by token ' || left(t.name, 35) end,
       u.role, array_to_string(t.scopes, ' '),
       coalesce((select string_agg(a.org_id::text, ' ') from staff_orgs a where a.user_id = u.id), ''),
       t.last_seen_at is null or t.last_seen_at < now() - interval '1 minute', extract(epoch from t.expires_at)::bigint,
       false, '', array_to_string(t.records, ' ')
  from api_tokens t
  join users u on u.id = t.user_id
  join organisations o on o.id = u.org_id
 where t.digest = $1::bytea and t.expires_at > now() and u.state = 'active' and o.state = 'active';

-- name: token_touch
update api_tokens set last_seen_at = now() where id = any ($1::uuid[]);

-- name: token_expire
delete from api_tokens where expires_at <= now();

-- name: token_owner
select user_id, org_id from api_tokens where id = $1::uuid;

-- name: organisation_find
select * from organisation_view where id = $1::uuid;

-- name: organisation_list
select *
  from organisation_view
 where ($1::uuid[] is null or id = any ($1::uuid[])) and ($2::uuid is null or id > $2::uuid)
   and ($4::text is null or position(lower($4::text) in lower(name)) > 0)
   and ($5::text is null or state = $5::text) and ($6::uuid is null or plan_id = $6::uuid)
 order by id
 limit $3::int;

-- name: organisation_count
select count(*)
  from organisations
 where ($1::uuid[] is null or id = any ($1::uuid[]))
   and ($2::text is null or position(lower($2::text) in lower(name)) > 0)
   and ($3::text is null or state = $3::text) and ($4::uuid is null or plan_id = $4::uuid);

-- name: organisations_known
-- Of ids, those that are organisations'.
select count(*) from organisations where id = any ($1::uuid[]);

-- name: plan_find
select * from plan_view where id = $1::uuid;

-- name: plan_list
select * from plan_view where $1::uuid is null or id > $1::uuid order by id limit $2::int;

-- name: plan_count
select count(*) from plans;

-- name: organisation_by_name
select id from organisations where name = $1 order by id limit 1;

-- Whoever claims, confirms or releases below one registrable name waits for each other; held until the transaction ends.
-- name: claim_lock
select pg_advisory_xact_lock(hashtextextended('claim ' || $1::text, 0));

-- $1 the name, $2 its parents, $3 the organisation: another one's claim on the name, a parent or a child. Two looks into
-- an index each; as one condition with "or" and a limit the plan reads the whole table.
-- name: claim_conflict
with near as materialized (
	select org_id, state, held_until from claims where domain = any ($2::text[] || $1::text)
	union all
	select org_id, state, held_until
	  from claims
	 where reverse(domain) ~>=~ (reverse($1::text) || '.') and reverse(domain) ~<~ (reverse($1::text) || '/')
)
select 1 from near where org_id <> $3::uuid and (state = 'confirmed' or held_until > now()) limit 1;

-- A claim that the same resource holds already is held anew; a confirmed one stays confirmed. The commit waits for no
-- fsync: nobody owns the name before the caller's own commit, which stands later in the same write-ahead log.
-- name: claim_hold
insert into claims as c (domain, resource_id, org_id, resource_kind, held_until)
select $1, $2::uuid, o.id, $4, now() + make_interval(secs => $5::int)
  from organisations o
 where o.id = $3::uuid
on conflict (domain, resource_id) do update set held_until = excluded.held_until
 where c.org_id = excluded.org_id
returning set_config('synchronous_commit', 'off', true);

-- name: claim_show
select org_id, state from claims where domain = $1 and resource_id = $2::uuid;

-- name: claim_confirm
update claims set state = 'confirmed' where domain = $1 and resource_id = $2::uuid;

-- name: claim_release
delete from claims where domain = $1 and resource_id = $2::uuid;

-- A name is free again as soon as its hold is over; the row stays a day for a confirmation that comes late.
-- name: claim_expire
delete from claims where state = 'held' and held_until < now() - interval '1 day';
