-- Statements that see one organisation's rows.

-- name: organisation_insert
insert into organisations (id, name) values ($1::uuid, $2)
returning (extract(epoch from created_at) * 1000)::bigint;

-- name: user_insert
insert into users (id, org_id, email, name, role, password) values ($1::uuid, $2::uuid, $3, $4, $5, $6);

-- name: user_organisation
select 1 from organisations where id = $1::uuid and state = 'active';

-- name: staff_assign
insert into staff_orgs (user_id, org_id) values ($1::uuid, $2::uuid) on conflict do nothing;

-- name: session_insert
insert into sessions (id, org_id, user_id, digest, idle, expires_at)
values ($1::uuid, $2::uuid, $3::uuid, $4::bytea, make_interval(secs => $5::int), now() + make_interval(secs => $6::int))
returning (extract(epoch from expires_at) * 1000)::bigint;

-- name: session_delete
delete from sessions where id = $1::uuid and user_id = $2::uuid;

-- name: session_show
select u.id, u.email, u.name, u.role, o.id, o.name, (extract(epoch from o.created_at) * 1000)::bigint,
       (extract(epoch from coalesce(s.expires_at, t.expires_at)) * 1000)::bigint
  from users u
  join organisations o on o.id = u.org_id
  left join sessions s on s.id = $2::uuid and s.user_id = u.id
  left join api_tokens t on t.id = $2::uuid and t.user_id = u.id
 where u.id = $1::uuid and coalesce(s.id, t.id) is not null;

-- name: token_show
select 1 from api_tokens where id = $1::uuid and user_id = $2::uuid;

-- name: token_insert
insert into api_tokens (id, org_id, user_id, name, digest, scopes, expires_at)
values ($1::uuid, $2::uuid, $3::uuid, $4, $5::bytea, $6::text[],
        least(now() + make_interval(secs => $7::int), (select expires_at from api_tokens where id = $8::uuid)))
returning (extract(epoch from expires_at) * 1000)::bigint;

-- name: session_end
select extract(epoch from expires_at)::bigint from sessions where id = $1::uuid
union all
select extract(epoch from expires_at)::bigint from api_tokens where id = $1::uuid;

-- name: token_delete_named
delete from api_tokens where user_id = $1::uuid and name = $2;
