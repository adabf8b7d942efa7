-- Whose identity tokens are good no longer: of a user, a session, an API token, an organisation. Written by the tables
-- themselves, so that nobody who changes a right can forget it; read once a second into a pulse; kept for some minutes.

create table revocations (
	id uuid not null,
	at timestamptz not null default clock_timestamp()
);
create index revocations_at on revocations (at);

-- With its owner's right: who may change a right needs none on the table. Its argument: the column that names whose.
create function revoke() returns trigger language plpgsql security definer set search_path from current as $$
declare
	whose jsonb;
begin
	if tg_op = 'DELETE' then
		whose := to_jsonb(old);
	else
		whose := to_jsonb(new);
	end if;
	insert into revocations (id) values ((whose ->> tg_argv[0])::uuid);
	return null;
end $$;
revoke all on function revoke() from public;

create trigger narrowed after update of user_id, expires_at on sessions for each row execute function revoke('id');
create trigger narrowed after update of user_id, scopes, expires_at on api_tokens for each row execute function revoke('id');
create trigger changed after delete or update of role, state, org_id, email on users for each row execute function revoke('id');
create trigger changed after insert or update or delete on staff_orgs for each row execute function revoke('user_id');
create trigger changed after delete or update of state on organisations for each row execute function revoke('id');
-- What had ended by itself is swept up later, and was good for nobody any more.
create trigger ended after delete on sessions for each row
	when (old.expires_at > now() and old.last_seen_at + old.idle > now()) execute function revoke('id');
create trigger ended after delete on api_tokens for each row
	when (old.expires_at > now()) execute function revoke('id');

grant select, delete on revocations to authz_wide;
