-- Plans: how much of what an organisation may have. The services that own the things hold the limits; this is what they
-- are told.

create table plans (
	id uuid primary key,
	name text not null check (length(name) between 1 and 80),
	n bigint not null default 1,
	created_at timestamptz not null default now()
);
create unique index plans_name on plans (lower(name));

-- A kind without a row has no limit.
create table plan_limits (
	plan_id uuid not null references plans (id) on delete cascade,
	kind text not null,
	lim bigint not null check (lim >= 0),
	primary key (plan_id, kind)
);

alter table organisations add column plan_id uuid references plans (id);
create index organisations_plan on organisations (plan_id) where plan_id is not null;

-- What rises with every word about an organisation's limits: taken while its row is locked.
create sequence limits_version;

-- Whose limits a plan's are, locked in one order. With its owner's right, since they are many organisations.
create function plan_holders(plan uuid) returns setof uuid language sql security definer set search_path from current as $$
	select id from organisations where plan_id = plan order by id for update
$$;
revoke all on function plan_holders(uuid) from public;
grant execute on function plan_holders(uuid) to authz;

create view organisation_view with (security_invoker = true) as
select o.id, o.name, o.state, o.reason, o.suspended_at, o.n, o.created_at, o.plan_id, p.name as plan,
       (select count(*) from users u where u.org_id = o.id) as users
  from organisations o
  left join plans p on p.id = o.plan_id;

create view plan_view with (security_invoker = true) as
select p.id, p.name, p.n, p.created_at,
       coalesce((select string_agg(l.kind || ' ' || l.lim, ' ' order by l.kind) from plan_limits l where l.plan_id = p.id), '') as limits,
       (select count(*) from organisations o where o.plan_id = p.id) as organisations
  from plans p;

grant select, insert, update, delete on plans, plan_limits to authz;
grant select on plans, plan_limits to authz_wide;
grant update (plan_id) on organisations to authz;
grant usage on sequence limits_version to authz;
grant select on organisation_view, plan_view to authz, authz_wide;
