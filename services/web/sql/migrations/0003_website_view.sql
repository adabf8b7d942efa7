-- A website as the process reads it, by place, every value as it is kept: new columns come last, so that the release before
-- can read on. Its own view, website_rows, stays for that.
create view website_view with (security_invoker = true) as
select id, org_id, domain, display_domain, node_id, node_name, address, http_port, https_port, uid, serving, state, message,
       epoch, n, applied_serving, applied_epoch, applied_n, task_id, created_at, updated_at, purge_at
  from websites;

grant select on website_view to web, web_wide;
