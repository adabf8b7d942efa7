-- People move to another organisation, and are deleted.
grant delete, update (email) on users to authz;

-- With its owner's right, since a row of two organisations is nobody's to write. What the person had open was ended before:
-- sessions and API tokens are rows of the old organisation. Out of the transaction's own organisation, and no other.
create function move_user(who uuid, org uuid) returns setof user_view
language plpgsql security definer set search_path from current as $$
begin
	update users set org_id = org
	 where id = who and org_id = nullif(current_setting('stralix.org', true), '')::uuid;
	if found then
		return query select * from user_view where id = who;
	end if;
end $$;
revoke all on function move_user(uuid, uuid) from public;
grant execute on function move_user(uuid, uuid) to authz;
