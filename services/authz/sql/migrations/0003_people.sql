-- What admins change of organisations and people, and what people change of themselves. n: raised by every change.

alter table organisations
	add column n bigint not null default 1,
	add column reason text not null default '' check (length(reason) <= 200),
	add column suspended_at timestamptz;

-- must_change: nothing but another password is permitted.
alter table users
	add column n bigint not null default 1,
	add column must_change boolean not null default false;

alter table sessions add column source_ip text not null default '';

drop trigger changed on users;
create trigger changed after delete or update of role, state, org_id, email, must_change on users
	for each row execute function revoke('id');

-- What is assigned to an organisation's people is changed with them, whichever organisation it names.
drop policy org on staff_orgs;
create policy org on staff_orgs for all to authz using (
	org_id = nullif(current_setting('stralix.org', true), '')::uuid
	or exists (select from users u where u.id = user_id));

-- Whether somebody is left who may do everything. With its owner's right, since that may be anybody; whoever asks holds
-- up the next one until the end of the transaction, so that two can't each rely on the other.
create function admin_remains() returns boolean language plpgsql security definer set search_path from current as $$
begin
	perform pg_advisory_xact_lock(hashtextextended('admins', 0));
	return exists (select from users u join organisations o on o.id = u.org_id
	                where u.role = 'admin' and u.state = 'active' and o.state = 'active');
end $$;
revoke all on function admin_remains() from public;
grant execute on function admin_remains() to authz;

create view user_view with (security_invoker = true) as
select u.id, u.org_id, u.email, u.name, u.role, u.state, u.must_change, u.n, u.created_at, o.name as organisation,
       coalesce((select string_agg(a.org_id::text, ' ' order by a.org_id) from staff_orgs a where a.user_id = u.id), '') as assigned
  from users u
  join organisations o on o.id = u.org_id;

grant update (name, state, reason, suspended_at, n) on organisations to authz;
grant update (name, role, state, password, must_change, n) on users to authz;
grant delete on staff_orgs to authz;
grant select on user_view to authz, authz_wide;
