-- Statements that look across organisations. Every one is written so that one plan fits all parameters: the service
-- asks for generic plans.

-- name: website_find
select v.*, w.settings, w.applied_settings, w.suspended, w.suspend_reason
  from website_view v join websites w on w.id = v.id
 where v.id = $1::uuid and v.state <> 'purged';

-- name: website_due
-- What is past its grace period.
select id, org_id
  from websites
 where state = 'deleted' and purge_at <= now()
 order by purge_at
 limit 50;

-- Lists: $1 the organisations, $2 part of the name, taken literally, $3 state, $4 node; $5 the last row of the page
-- before, $6 limit. Ids are version 7: their order is that of making. The lists of one and of all organisations' websites
-- have their own statements, since no plan is good for all. The last column is how many there are when nothing is filtered, as
-- the quota knows; else they are counted.

-- name: website_count_of
select count(*)
  from websites
 where org_id = any ($1::uuid[]) and state <> 'purged'
   and ($2::text is null or position(lower($2::text) in domain) > 0 or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text);

-- name: website_count_all
-- $1 is null.
select count(*)
  from websites
 where $1::uuid[] is null and state <> 'purged'
   and ($2::text is null or position(lower($2::text) in domain) > 0 or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text);

-- name: website_in_domain_up
-- $1 has one member.
select *, (select used from quota where org_id = ($1::uuid[])[1] and name = 'websites')
  from website_view
 where org_id = ($1::uuid[])[1] and state <> 'purged' and ($2::text is null or position(lower($2::text) in domain) > 0
        or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
   and domain > coalesce($5::text, '')
 order by domain asc limit $6::int;

-- name: website_in_domain_down
-- $1 has one member.
select *, (select used from quota where org_id = ($1::uuid[])[1] and name = 'websites')
  from website_view
 where org_id = ($1::uuid[])[1] and state <> 'purged' and ($2::text is null or position(lower($2::text) in domain) > 0
        or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
   and domain < coalesce($5::text, chr(1114111))
 order by domain desc limit $6::int;

-- name: website_in_made_up
-- $1 has one member.
select *, (select used from quota where org_id = ($1::uuid[])[1] and name = 'websites')
  from website_view
 where org_id = ($1::uuid[])[1] and state <> 'purged' and ($2::text is null or position(lower($2::text) in domain) > 0
        or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
   and id > coalesce($5::uuid, '00000000-0000-0000-0000-000000000000')
 order by id asc limit $6::int;

-- name: website_in_made_down
-- $1 has one member.
select *, (select used from quota where org_id = ($1::uuid[])[1] and name = 'websites')
  from website_view
 where org_id = ($1::uuid[])[1] and state <> 'purged' and ($2::text is null or position(lower($2::text) in domain) > 0
        or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
   and id < coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
 order by id desc limit $6::int;

-- name: website_of_domain_up
select w.*, (select coalesce(sum(used), 0)::bigint from quota
              where org_id = any ($1::uuid[]) and name = 'websites')
  from unnest($1::uuid[]) as o (id)
 cross join lateral (
       select * from website_view
        where org_id = o.id and state <> 'purged' and ($2::text is null or position(lower($2::text) in domain) > 0
               or position(lower($2::text) in display_domain) > 0)
          and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
          and domain > coalesce($5::text, '')
        order by domain asc limit $6::int) as w
 order by w.domain asc limit $6::int;

-- name: website_of_domain_down
select w.*, (select coalesce(sum(used), 0)::bigint from quota
              where org_id = any ($1::uuid[]) and name = 'websites')
  from unnest($1::uuid[]) as o (id)
 cross join lateral (
       select * from website_view
        where org_id = o.id and state <> 'purged' and ($2::text is null or position(lower($2::text) in domain) > 0
               or position(lower($2::text) in display_domain) > 0)
          and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
          and domain < coalesce($5::text, chr(1114111))
        order by domain desc limit $6::int) as w
 order by w.domain desc limit $6::int;

-- name: website_of_made_up
select w.*, (select coalesce(sum(used), 0)::bigint from quota
              where org_id = any ($1::uuid[]) and name = 'websites')
  from unnest($1::uuid[]) as o (id)
 cross join lateral (
       select * from website_view
        where org_id = o.id and state <> 'purged' and ($2::text is null or position(lower($2::text) in domain) > 0
               or position(lower($2::text) in display_domain) > 0)
          and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
          and id > coalesce($5::uuid, '00000000-0000-0000-0000-000000000000')
        order by id asc limit $6::int) as w
 order by w.id asc limit $6::int;

-- name: website_of_made_down
select w.*, (select coalesce(sum(used), 0)::bigint from quota
              where org_id = any ($1::uuid[]) and name = 'websites')
  from unnest($1::uuid[]) as o (id)
 cross join lateral (
       select * from website_view
        where org_id = o.id and state <> 'purged' and ($2::text is null or position(lower($2::text) in domain) > 0
               or position(lower($2::text) in display_domain) > 0)
          and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
          and id < coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        order by id desc limit $6::int) as w
 order by w.id desc limit $6::int;

-- name: website_all_domain_up
-- $1 is null.
select *, (select coalesce(sum(used), 0)::bigint from quota where name = 'websites')
  from website_view
 where $1::uuid[] is null and state <> 'purged' and ($2::text is null or position(lower($2::text) in domain) > 0
        or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
   and domain > coalesce($5::text, '')
 order by domain asc limit $6::int;

-- name: website_all_domain_down
-- $1 is null.
select *, (select coalesce(sum(used), 0)::bigint from quota where name = 'websites')
  from website_view
 where $1::uuid[] is null and state <> 'purged' and ($2::text is null or position(lower($2::text) in domain) > 0
        or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
   and domain < coalesce($5::text, chr(1114111))
 order by domain desc limit $6::int;

-- name: website_all_made_up
-- $1 is null.
select *, (select coalesce(sum(used), 0)::bigint from quota where name = 'websites')
  from website_view
 where $1::uuid[] is null and state <> 'purged' and ($2::text is null or position(lower($2::text) in domain) > 0
        or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
   and id > coalesce($5::uuid, '00000000-0000-0000-0000-000000000000')
 order by id asc limit $6::int;

-- name: website_all_made_down
-- $1 is null.
select *, (select coalesce(sum(used), 0)::bigint from quota where name = 'websites')
  from website_view
 where $1::uuid[] is null and state <> 'purged' and ($2::text is null or position(lower($2::text) in domain) > 0
        or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)
   and id < coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
 order by id desc limit $6::int;

-- name: limits_set
-- $1 organisations, $2 a kind, $3 its limit or null, $4 the version: what is older than what is kept changes nothing.
insert into quota as q (org_id, name, used, lim, version)
select o.id, $2, 0, $3::bigint, $4::bigint from unnest($1::uuid[]) as o (id) order by o.id
on conflict (org_id, name) do update set lim = excluded.lim, version = excluded.version
 where q.version < excluded.version;

-- name: usage_show
select name, used, lim from quota where org_id = $1::uuid and name = $2;
