-- A quota counts for every organisation; without a limit, lim is null. Migrations count what was there before.
alter table quota alter column lim drop not null;

do $$
begin
	execute format('create policy owner on quota for all to %I using (true)', current_user);
end
$$;
