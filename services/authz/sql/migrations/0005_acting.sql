-- A session of staff may act for an organisation for a while, as one of its people.
alter table sessions
	add column acting_org uuid references organisations (id) on delete set null,
	add column acting_reason text not null default '' check (length(acting_reason) <= 200),
	add column acting_until timestamptz;

-- Its identities are other ones then.
drop trigger narrowed on sessions;
create trigger narrowed after update of user_id, expires_at, acting_org on sessions for each row execute function revoke('id');

-- Sessions that act, for as long as whoever holds them may.
create view acting with (security_invoker = true) as
select s.id as session_id, o.id as org_id, o.name, o.created_at, s.acting_reason as reason, s.acting_until as until
  from sessions s
  join users u on u.id = s.user_id
  join organisations o on o.id = s.acting_org
 where s.acting_until > now() and o.state = 'active' and not u.must_change
   and (u.role = 'admin'
        or (u.role = 'staff' and exists (select from staff_orgs a where a.user_id = u.id and a.org_id = o.id)));

grant update (acting_org, acting_reason, acting_until) on sessions to authz;
grant select on acting to authz_wide;
