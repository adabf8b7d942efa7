-- A website as the process reads it, by place: new columns come last, so that the release before can read on.
create view website_rows with (security_invoker = true) as
select id, org_id, domain, display_domain, node_id, node_name, address, http_port, https_port, uid, serving, state, message,
       epoch, n, applied_serving, applied_epoch, applied_n, coalesce(task_id::text, '') as task,
       (date_part('epoch', created_at) * 1000)::bigint as created_ms,
       (date_part('epoch', updated_at) * 1000)::bigint as updated_ms,
       coalesce((date_part('epoch', purge_at) * 1000)::bigint, 0) as purge_ms
  from websites;

grant select on website_rows to web, web_wide;

create index websites_id_live on websites (id) where state <> 'purged';

-- Counting began with the first limit of an organisation; from here on it counts for all.
insert into quota (org_id, name, used, lim)
select org_id, 'websites', count(*), null from websites where state <> 'purged' group by org_id
on conflict (org_id, name) do update set used = excluded.used;
