-- Statements that see one organisation's rows.

-- name: organisation_insert
insert into organisations (id, name, plan_id) values ($1::uuid, $2, $3::uuid);

-- name: organisation_lock
select 1 from organisations where id = $1::uuid for update;

-- name: organisation_show
select * from organisation_view where id = $1::uuid;

-- name: organisation_update
update organisations set name = $2, plan_id = $3::uuid, n = n + 1 where id = $1::uuid;

-- name: organisation_suspend
update organisations set state = 'suspended', reason = $2, suspended_at = now(), n = n + 1 where id = $1::uuid;

-- name: organisation_resume
update organisations set state = 'active', reason = '', suspended_at = null, n = n + 1 where id = $1::uuid;

-- name: user_insert
insert into users (id, org_id, email, name, role, password, must_change)
values ($1::uuid, $2::uuid, $3, $4, $5, $6, $7::boolean);

-- name: user_lock
select 1 from users where id = $1::uuid for update;

-- name: user_show
select * from user_view where id = $1::uuid;

-- name: user_rename
-- What holds no right: nobody's tokens have to be exchanged anew for it.
update users set name = $2, n = n + 1 where id = $1::uuid;

-- name: user_update
update users set name = $2, role = $3, state = $4, must_change = $5::boolean, email = $6, n = n + 1 where id = $1::uuid;

-- name: user_move
select * from move_user($1::uuid, $2::uuid);

-- name: user_delete
-- Sessions, API tokens and assignments go with the row.
delete from users where id = $1::uuid;

-- name: user_set_password
update users set password = $2, must_change = $3::boolean, n = n + 1 where id = $1::uuid;

-- name: user_password
select password from users where id = $1::uuid;

-- name: user_end_sessions
-- All but one, which may be null.
delete from sessions where user_id = $1::uuid and ($2::uuid is null or id <> $2::uuid);

-- name: user_end_tokens
delete from api_tokens where user_id = $1::uuid;

-- name: user_unassign
delete from staff_orgs where user_id = $1::uuid and not org_id = any ($2::uuid[]);

-- name: admin_remains
select admin_remains();

-- Whoever gives a plan to an organisation locks the plan first, so that its limits don't change meanwhile.
-- name: plan_share
select 1 from plans where id = $1::uuid for share;

-- name: plan_lock
select 1 from plans where id = $1::uuid for update;

-- name: plan_show
select * from plan_view where id = $1::uuid;

-- name: plan_insert
insert into plans (id, name) values ($1::uuid, $2);

-- name: plan_update
update plans set name = $2, n = n + 1 where id = $1::uuid;

-- name: plan_delete
delete from plans where id = $1::uuid;

-- name: plan_set_limits
with gone as (delete from plan_limits where plan_id = $1::uuid and not kind = any ($2::text[]))
insert into plan_limits (plan_id, kind, lim)
select $1::uuid, l.kind, l.lim::bigint from unnest($2::text[], $3::text[]) as l (kind, lim)
on conflict (plan_id, kind) do update set lim = excluded.lim;

-- name: plan_holders
select plan_holders($1::uuid);

-- name: limits_version
select nextval('limits_version');

-- name: user_organisation
select 1 from organisations where id = $1::uuid and state = 'active';

-- name: staff_assign
insert into staff_orgs (user_id, org_id) values ($1::uuid, $2::uuid) on conflict do nothing;

-- name: session_insert
insert into sessions (id, org_id, user_id, digest, idle, expires_at, source_ip)
values ($1::uuid, $2::uuid, $3::uuid, $4::bytea, make_interval(secs => $5::int), now() + make_interval(secs => $6::int), $7)
returning (extract(epoch from expires_at) * 1000)::bigint;

-- name: session_delete
delete from sessions where id = $1::uuid and user_id = $2::uuid;

-- name: session_act
update sessions
   set acting_org = $3::uuid, acting_reason = $4, acting_until = least(expires_at, now() + make_interval(secs => $5::int))
 where id = $1::uuid and user_id = $2::uuid
returning acting_until;

-- name: session_act_stop
update sessions set acting_org = null, acting_reason = '', acting_until = null where id = $1::uuid and user_id = $2::uuid;

-- name: session_list
select id, created_at, last_seen_at, expires_at, source_ip
  from sessions
 where user_id = $1::uuid and expires_at > now() and last_seen_at + idle > now()
 order by created_at desc, id;

-- name: token_list
select id, name, array_to_string(scopes, ' '), created_at, last_seen_at, expires_at, array_to_string(records, ' ')
  from api_tokens
 where user_id = $1::uuid and expires_at > now()
 order by created_at desc, id;

-- name: token_delete
delete from api_tokens where id = $1::uuid
returning id, name, array_to_string(scopes, ' '), created_at, last_seen_at, expires_at, array_to_string(records, ' ');

-- name: token_show
select 1 from api_tokens where id = $1::uuid and user_id = $2::uuid;

-- name: token_insert
insert into api_tokens (id, org_id, user_id, name, digest, scopes, expires_at, records)
values ($1::uuid, $2::uuid, $3::uuid, $4, $5::bytea, $6::text[],
        least(now() + make_interval(secs => $7::int), (select expires_at from api_tokens where id = $8::uuid)), $9::text[])
returning (extract(epoch from expires_at) * 1000)::bigint;

-- name: session_end
select extract(epoch from expires_at)::bigint from sessions where id = $1::uuid
union all
select extract(epoch from expires_at)::bigint from api_tokens where id = $1::uuid;

-- name: token_delete_named
delete from api_tokens where user_id = $1::uuid and name = $2;
