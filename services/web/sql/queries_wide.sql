-- Statements that look across organisations.

-- name: website_find
select id, org_id, domain, display_domain, node_id, node_name, address, http_port, https_port, uid, serving, state, message,
       epoch, n, applied_serving, applied_epoch, applied_n, coalesce(task_id::text, ''),
       (extract(epoch from created_at) * 1000)::bigint, (extract(epoch from updated_at) * 1000)::bigint,
       coalesce((extract(epoch from purge_at) * 1000)::bigint, 0)
  from websites
 where id = $1::uuid and state <> 'purged';

-- name: website_due
-- What is past its grace period.
select id, org_id
  from websites
 where state = 'deleted' and purge_at <= now()
 order by purge_at
 limit 50;

-- Lists: $1 the organisations (NULL: all), $2 part of the name, taken literally, $3 state, $4 node; $5 the last row of
-- the page before, $6 limit. Ids are version 7: their order is that of making.

-- name: website_count
select count(*)
  from websites
 where state <> 'purged' and ($1::uuid[] is null or org_id = any ($1::uuid[]))
   and ($2::text is null or position(lower($2::text) in domain) > 0 or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text);

-- name: website_list_domain_up
select id, org_id, domain, display_domain, node_id, node_name, address, http_port, https_port, uid, serving, state, message,
       epoch, n, applied_serving, applied_epoch, applied_n, coalesce(task_id::text, ''),
       (extract(epoch from created_at) * 1000)::bigint, (extract(epoch from updated_at) * 1000)::bigint,
       coalesce((extract(epoch from purge_at) * 1000)::bigint, 0)
  from websites
 where state <> 'purged' and ($1::uuid[] is null or org_id = any ($1::uuid[]))
   and ($2::text is null or position(lower($2::text) in domain) > 0 or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
   and ($5::text is null or domain > $5::text)
 order by domain asc
 limit $6::int;

-- name: website_list_domain_down
select id, org_id, domain, display_domain, node_id, node_name, address, http_port, https_port, uid, serving, state, message,
       epoch, n, applied_serving, applied_epoch, applied_n, coalesce(task_id::text, ''),
       (extract(epoch from created_at) * 1000)::bigint, (extract(epoch from updated_at) * 1000)::bigint,
       coalesce((extract(epoch from purge_at) * 1000)::bigint, 0)
  from websites
 where state <> 'purged' and ($1::uuid[] is null or org_id = any ($1::uuid[]))
   and ($2::text is null or position(lower($2::text) in domain) > 0 or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
   and ($5::text is null or domain < $5::text)
 order by domain desc
 limit $6::int;

-- name: website_list_made_up
select id, org_id, domain, display_domain, node_id, node_name, address, http_port, https_port, uid, serving, state, message,
       epoch, n, applied_serving, applied_epoch, applied_n, coalesce(task_id::text, ''),
       (extract(epoch from created_at) * 1000)::bigint, (extract(epoch from updated_at) * 1000)::bigint,
       coalesce((extract(epoch from purge_at) * 1000)::bigint, 0)
  from websites
 where state <> 'purged' and ($1::uuid[] is null or org_id = any ($1::uuid[]))
   and ($2::text is null or position(lower($2::text) in domain) > 0 or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
   and ($5::uuid is null or id > $5::uuid)
 order by id asc
 limit $6::int;

-- name: website_list_made_down
select id, org_id, domain, display_domain, node_id, node_name, address, http_port, https_port, uid, serving, state, message,
       epoch, n, applied_serving, applied_epoch, applied_n, coalesce(task_id::text, ''),
       (extract(epoch from created_at) * 1000)::bigint, (extract(epoch from updated_at) * 1000)::bigint,
       coalesce((extract(epoch from purge_at) * 1000)::bigint, 0)
  from websites
 where state <> 'purged' and ($1::uuid[] is null or org_id = any ($1::uuid[]))
   and ($2::text is null or position(lower($2::text) in domain) > 0 or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
   and ($5::uuid is null or id < $5::uuid)
 order by id desc
 limit $6::int;
