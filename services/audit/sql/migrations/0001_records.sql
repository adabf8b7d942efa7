-- Audit records: only ever added. A hash chain over seq will be a table of its own, so that records need no update.

create table records (
	seq bigint generated always as identity primary key,
	id uuid not null unique,
	org_id uuid,
	at timestamptz not null,
	service text not null,
	action text not null,
	actor_id text not null,
	actor_name text not null,
	source_ip text not null,
	request_id text not null,
	target_kind text not null,
	target_id uuid,
	target_name text not null,
	target_node text not null,
	before text not null,
	after text not null,
	outcome text not null,
	stored_at timestamptz not null default now()
);
create index records_org on records (org_id, id);
create index records_target on records (target_id, id);

create function refuse_change() returns trigger language plpgsql as $$
begin
	raise exception 'audit records are only added' using errcode = 'insufficient_privilege';
end
$$;
create trigger records_only_added before update or delete on records for each row execute function refuse_change();
create trigger records_never_emptied before truncate on records for each statement execute function refuse_change();

-- A record of no organisation (a failed sign-in of nobody known) is seen only through the wide role.
alter table records enable row level security;
alter table records force row level security;
create policy org on records for all to audit using (org_id = nullif(current_setting('stralix.org', true), '')::uuid)
	with check (org_id is not distinct from nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on records for select to audit_wide using (true);
create policy owner on records for all to audit_owner using (true);

grant select, insert on records to audit;
grant select on records to audit_wide;
