-- Statements that look across organisations. Every one is written so that one plan fits all parameters: the service
-- asks for generic plans.

-- name: website_find
select v.*, w.settings, w.applied_settings, w.suspended, w.suspend_reason, w.certificate_id, w.applied_certificate_id,
       w.thumbprint, w.applied_thumbprint, c.chain, c.sealed_key
  from website_view v join websites w on w.id = v.id left join certificates c on c.id = w.certificate_id
 where v.id = $1::uuid and v.state <> 'purged';

-- name: defaults_find
select certificate, keep_http, version, updated_at from website_defaults where org_id = $1::uuid;

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

-- part: website_fits
       state <> 'purged'
   and ($2::text is null or position(lower($2::text) in domain) > 0 or position(lower($2::text) in display_domain) > 0)
   and ($3::text is null or state = $3::text) and ($4::text is null or node_id = $4::text)

-- name: website_count_of
select count(*)
  from websites
 where org_id = any ($1::uuid[]) and
-- use: website_fits

-- name: website_count_all
-- $1 is null.
select count(*)
  from websites
 where $1::uuid[] is null and
-- use: website_fits

-- part: website_in
-- $1 has one member.
select *, (select used from quota where org_id = ($1::uuid[])[1] and name = 'websites')
  from website_view
 where org_id = ($1::uuid[])[1] and
-- use: website_fits

-- name: website_in_domain_up
-- use: website_in
   and domain > coalesce($5::text, '')
 order by domain asc limit $6::int;

-- name: website_in_domain_down
-- use: website_in
   and domain < coalesce($5::text, chr(1114111))
 order by domain desc limit $6::int;

-- name: website_in_made_up
-- use: website_in
   and id > coalesce($5::uuid, '00000000-0000-0000-0000-000000000000')
 order by id asc limit $6::int;

-- name: website_in_made_down
-- use: website_in
   and id < coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
 order by id desc limit $6::int;

-- part: website_of
select w.*, (select coalesce(sum(used), 0)::bigint from quota
              where org_id = any ($1::uuid[]) and name = 'websites')
  from unnest($1::uuid[]) as o (id)
 cross join lateral (
select * from website_view
 where org_id = o.id and
-- use: website_fits

-- name: website_of_domain_up
-- use: website_of
   and domain > coalesce($5::text, '')
 order by domain asc limit $6::int) as w
 order by w.domain asc limit $6::int;

-- name: website_of_domain_down
-- use: website_of
   and domain < coalesce($5::text, chr(1114111))
 order by domain desc limit $6::int) as w
 order by w.domain desc limit $6::int;

-- name: website_of_made_up
-- use: website_of
   and id > coalesce($5::uuid, '00000000-0000-0000-0000-000000000000')
 order by id asc limit $6::int) as w
 order by w.id asc limit $6::int;

-- name: website_of_made_down
-- use: website_of
   and id < coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
 order by id desc limit $6::int) as w
 order by w.id desc limit $6::int;

-- part: website_all
-- $1 is null.
select *, (select coalesce(sum(used), 0)::bigint from quota where name = 'websites')
  from website_view
 where $1::uuid[] is null and
-- use: website_fits

-- name: website_all_domain_up
-- use: website_all
   and domain > coalesce($5::text, '')
 order by domain asc limit $6::int;

-- name: website_all_domain_down
-- use: website_all
   and domain < coalesce($5::text, chr(1114111))
 order by domain desc limit $6::int;

-- name: website_all_made_up
-- use: website_all
   and id > coalesce($5::uuid, '00000000-0000-0000-0000-000000000000')
 order by id asc limit $6::int;

-- name: website_all_made_down
-- use: website_all
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

-- name: certificate_find
select c.id, c.org_id, c.website_id, c.domain, c.names, c.source, c.state, c.message, c.attempt, c.next_try_at, c.order_url, c.chain,
       c.sealed_key, c.csr, c.issuer, c.fingerprint, c.serial, c.key_type, c.renewal_id, c.not_before, c.not_after, c.renew_at,
       c.warned_days, c.replaces, c.task_id, c.lease, c.created_at, c.updated_at, c.proofs, c.records,
       c.records_version, c.revoke_reason, c.revoked_at, c.answered
  from certificates c
 where c.id = $1::uuid;

-- name: certificates_of
-- What a website is served with and waits for; the serving one first.
select c.id, c.org_id, c.website_id, c.domain, c.names, c.source, c.state, c.message, c.attempt, c.next_try_at, c.order_url, c.chain,
       c.sealed_key, c.csr, c.issuer, c.fingerprint, c.serial, c.key_type, c.renewal_id, c.not_before, c.not_after, c.renew_at,
       c.warned_days, c.replaces, c.task_id, c.lease, c.created_at, c.updated_at, c.proofs, c.records,
       c.records_version, c.revoke_reason, c.revoked_at, c.answered
  from certificates c
 where c.website_id = $1::uuid
   and (c.state in ('active', 'waiting', 'preflight', 'ordering', 'validating', 'issuing', 'installing', 'failed')
        or (c.state = 'expired' and c.id = (select w.certificate_id from websites w where w.id = $1::uuid)))
 order by c.state in ('active', 'expired') desc, c.source desc;

-- name: certificate_story
select at, state, outcome, message, problem, names from certificate_steps where certificate_id = $1::uuid order by id;

-- name: certificate_due
-- Whose turn it is, the longest due first.
select id, org_id
  from certificates
 where next_try_at <= now() and (lease_until is null or lease_until < now())
 order by next_try_at
 limit 32;

-- name: certificate_lacking
-- Websites at work that should have a certificate by themselves and have none.
select w.id, w.org_id
  from websites w
 where w.state = 'active' and w.serving = 'live' and w.certificate_mode = 'automatic'
   and not exists (select 1 from certificates c
                    where c.website_id = w.id and c.state in ('active', 'waiting', 'preflight', 'ordering', 'validating',
                                                              'issuing', 'installing', 'failed'))
 order by w.id
 limit 50;

-- part: certificate_fits
       ($1::uuid[] is null or c.org_id = any ($1::uuid[])) and ($2::text is null or position(lower($2::text) in c.names) > 0)
   and (case when $3::text is null then c.state <> 'replaced' else c.state = $3::text end)
   and ($4::uuid is null or c.website_id = $4::uuid)
   and ($5::int = 0 or c.not_after < now() + make_interval(days => $5::int))

-- name: certificate_count
select count(*)
  from certificates c
 where
-- use: certificate_fits

-- part: certificate_rows
select c.id, c.org_id, c.website_id, c.domain, c.names, c.source, c.state, c.message, c.attempt, c.next_try_at, c.order_url, c.chain,
       c.sealed_key, c.csr, c.issuer, c.fingerprint, c.serial, c.key_type, c.renewal_id, c.not_before, c.not_after, c.renew_at,
       c.warned_days, c.replaces, c.task_id, c.lease, c.created_at, c.updated_at, c.proofs, c.records,
       c.records_version, c.revoke_reason, c.revoked_at, c.answered
  from certificates c
 where
-- use: certificate_fits

-- name: certificate_made_up
-- use: certificate_rows
   and ($6::uuid is null or c.id > $6::uuid) and ($7::bigint = 0 or true)
 order by c.id asc limit $8::int;

-- name: certificate_made_down
-- use: certificate_rows
   and ($6::uuid is null or c.id < $6::uuid) and ($7::bigint = 0 or true)
 order by c.id desc limit $8::int;

-- name: certificate_ends_up
-- use: certificate_rows
   and ($6::uuid is null or (coalesce(c.not_after, '9999-01-01'), c.id) > (coalesce(to_timestamp(nullif($7::bigint, 0) / 1000.0), '9999-01-01'), $6::uuid))
 order by coalesce(c.not_after, '9999-01-01') asc, c.id asc limit $8::int;

-- name: certificate_ends_down
-- use: certificate_rows
   and ($6::uuid is null or (coalesce(c.not_after, '9999-01-01'), c.id) < (coalesce(to_timestamp(nullif($7::bigint, 0) / 1000.0), '9999-01-01'), $6::uuid))
 order by coalesce(c.not_after, '9999-01-01') desc, c.id desc limit $8::int;

-- name: acme_account_show
select url, contact, thumbprint, rolled_at, next_key is not null from acme_account where directory = $1;

-- name: acme_spent_busiest
-- What was asked of an authority within the windows of its limits: $2 orders, $3 domains, $4 failures, each in seconds.
select kind, name, count(*)
  from acme_spent
 where directory = $1
   and at > now() - make_interval(secs => case kind when 'order' then $2::int when 'domain' then $3::int else $4::int end)
 group by kind, name
 order by kind = 'order' desc, kind = 'domain' desc, count(*) desc, name
 limit 50;
