-- The hash chain over the records, its signed checkpoints, and on whose behalf the system acts. Records that are there
-- already are linked by the service, since only it knows the canonical bytes.

alter table records add behalf_id text not null default '', add behalf_name text not null default '';

-- Links have no foreign key: a link outlives its record, else nobody would see that one was deleted.
create table chain (
	position bigint primary key check (position > 0),
	record_id uuid not null unique,
	version smallint not null,
	previous bytea not null,
	hash bytea not null
);
create table checkpoints (
	position bigint primary key,
	token text not null,
	made_at timestamptz not null default now()
);

create trigger chain_only_added before update or delete on chain for each row execute function refuse_change();
create trigger chain_never_emptied before truncate on chain for each statement execute function refuse_change();
create trigger checkpoints_only_added before update or delete on checkpoints for each row execute function refuse_change();
create trigger checkpoints_never_emptied before truncate on checkpoints for each statement execute function refuse_change();

-- Puts a record at the end of the chain, once. One at a time in the installation, however many copies of the service
-- run: the lock goes with the transaction, and each statement of the function sees what the one before had committed.
-- The transaction waits for no fsync under the lock; who calls flushes afterwards.
create function chain_append(the_record uuid, the_version smallint, canonical bytea) returns bigint
language plpgsql as $$
declare
	at_end bigint;
	last bytea;
begin
	perform pg_advisory_xact_lock(hashtext('stralix audit'), hashtext('chain'));
	perform set_config('synchronous_commit', 'off', true);
	if exists (select from chain where record_id = the_record) then
		return 0;
	end if;
	select position, hash into at_end, last from chain order by position desc limit 1;
	at_end := coalesce(at_end, 0) + 1;
	last := coalesce(last, decode(repeat('00', 32), 'hex'));
	insert into chain (position, record_id, version, previous, hash)
	values (at_end, the_record, the_version, last, sha256(last || canonical));
	return at_end;
end
$$;

-- What is inserted is read back, to be hashed as it is stored; so a record of no organisation may be seen where no
-- organisation is set.
drop policy org on records;
create policy org on records for all to audit
	using (org_id is not distinct from nullif(current_setting('stralix.org', true), '')::uuid)
	with check (org_id is not distinct from nullif(current_setting('stralix.org', true), '')::uuid);

grant select, insert on chain, checkpoints to audit;
grant select on chain, checkpoints to audit_wide;
grant execute on function chain_append(uuid, smallint, bytea) to audit;
