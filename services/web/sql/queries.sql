-- Statements that see one organisation's websites.

-- name: website_insert
insert into websites (id, org_id, domain, display_domain, node_id, node_name, address, http_port, https_port, uid, serving,
                      state, epoch, n, task_id, created_at, updated_at, thumbprint, settings)
values ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8::int, $9::int, $10::bigint, $11, $12, $13::bigint, $14::bigint,
        $15::uuid, to_timestamp($16::bigint / 1000.0), to_timestamp($16::bigint / 1000.0), $17, $18::bytea);

-- name: website_lock
-- The row, ours until the transaction ends.
select w.id, w.org_id, w.domain, w.display_domain, w.node_id, w.node_name, w.address, w.http_port, w.https_port, w.uid,
       w.serving, w.state, w.message, w.epoch, w.n, w.applied_serving, w.applied_epoch, w.applied_n, w.task_id,
       w.created_at, w.updated_at, w.purge_at, w.settings, w.applied_settings, w.suspended, w.suspend_reason,
       w.certificate_id, w.applied_certificate_id, w.thumbprint, w.applied_thumbprint, c.chain, c.sealed_key
  from websites w left join certificates c on c.id = w.certificate_id
 where w.id = $1::uuid and w.state <> 'purged'
   for update of w;

-- name: website_update
update websites
   set serving = $2, state = $3, message = $4, epoch = $5::bigint, n = $6::bigint, applied_serving = $7,
       applied_epoch = $8::bigint, applied_n = $9::bigint, task_id = $10::uuid,
       updated_at = to_timestamp($11::bigint / 1000.0), purge_at = to_timestamp(nullif($12::bigint, 0) / 1000.0),
       settings = $13::bytea, applied_settings = $14::bytea, suspended = $15::boolean,
       suspend_reason = $16, certificate_id = $17::uuid, applied_certificate_id = $18::uuid, thumbprint = $19,
       applied_thumbprint = $20, certificate_mode = $21
 where id = $1::uuid;

-- name: defaults_lock
select certificate, keep_http, version, updated_at from website_defaults where org_id = $1::uuid for update;

-- name: defaults_put
-- $4 the version that was read; 0: there was no row. No row comes back when somebody else was faster.
insert into website_defaults (org_id, certificate, keep_http)
values ($1::uuid, $2, $3::boolean)
on conflict (org_id) do update
   set certificate = excluded.certificate, keep_http = excluded.keep_http, version = website_defaults.version + 1, updated_at = now()
 where website_defaults.version = $4::bigint
returning certificate, keep_http, version, updated_at;

-- Certificates. A row's columns are those of certificate_view in queries_wide.sql, by place.

-- name: certificate_insert
insert into certificates (id, org_id, website_id, domain, names, source, state, message, next_try_at, replaces, sealed_key,
                          csr, created_at, updated_at)
values ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, to_timestamp(nullif($9::bigint, 0) / 1000.0), $10::uuid, $11::bytea,
        $12::bytea, now(), now());

-- name: certificate_claim
-- Takes what is due, unless somebody else has it. $2 the lease, $3 its seconds.
update certificates
   set lease = $2::uuid, lease_until = now() + make_interval(secs => $3::int)
 where id = (select id from certificates
              where id = $1::uuid and next_try_at <= now() and (lease_until is null or lease_until < now())
                for update skip locked);

-- name: certificate_hold
-- Its worker is alive.
update certificates set lease_until = now() + make_interval(secs => $3::int) where id = $1::uuid and lease = $2::uuid;

-- name: certificate_lock
select id, org_id, website_id, domain, names, source, state, message, attempt, next_try_at, order_url, chain, sealed_key, csr,
       issuer, fingerprint, serial, key_type, renewal_id, not_before, not_after, renew_at, warned_days, replaces, task_id, lease,
       created_at, updated_at, proofs, records, records_version, revoke_reason, revoked_at, answered
  from certificates
 where id = $1::uuid
   for update;

-- name: certificate_coming
select id, org_id, website_id, domain, names, source, state, message, attempt, next_try_at, order_url, chain, sealed_key, csr,
       issuer, fingerprint, serial, key_type, renewal_id, not_before, not_after, renew_at, warned_days, replaces, task_id, lease,
       created_at, updated_at, proofs, records, records_version, revoke_reason, revoked_at, answered
  from certificates
 where website_id = $1::uuid and source = $2
   and state in ('waiting', 'preflight', 'ordering', 'validating', 'issuing', 'installing', 'failed')
   for update;

-- name: certificate_active
select id, org_id, website_id, domain, names, source, state, message, attempt, next_try_at, order_url, chain, sealed_key, csr,
       issuer, fingerprint, serial, key_type, renewal_id, not_before, not_after, renew_at, warned_days, replaces, task_id, lease,
       created_at, updated_at, proofs, records, records_version, revoke_reason, revoked_at, answered
  from certificates
 where website_id = $1::uuid and state = 'active'
   for update;

-- name: certificate_update
-- The lease ends with it unless it is named again.
update certificates
   set names = $2, state = $3, message = $4, attempt = $5::int, next_try_at = to_timestamp(nullif($6::bigint, 0) / 1000.0),
       order_url = $7, chain = $8, sealed_key = $9::bytea, csr = $10::bytea, issuer = $11, fingerprint = $12, serial = $13,
       key_type = $14, renewal_id = $15, not_before = to_timestamp(nullif($16::bigint, 0) / 1000.0),
       not_after = to_timestamp(nullif($17::bigint, 0) / 1000.0), renew_at = to_timestamp(nullif($18::bigint, 0) / 1000.0),
       warned_days = $19::int, task_id = $20::uuid, lease = $21::uuid,
       lease_until = case when $21::uuid is null then null else now() + make_interval(secs => $22::int) end,
       updated_at = now(), proofs = $23, records = $24, records_version = $25::bigint, revoke_reason = $26,
       revoked_at = to_timestamp(nullif($27::bigint, 0) / 1000.0), answered = $28
 where id = $1::uuid;

-- name: certificate_hurry
update certificates set next_try_at = now() where id = $1::uuid;

-- name: certificate_delete
delete from certificates where id = $1::uuid;

-- name: certificate_forget
-- With the website: what is on its way has nowhere to go.
delete from certificates where website_id = $1::uuid;

-- name: certificate_step
insert into certificate_steps (certificate_id, org_id, at, state, outcome, message, problem, names)
values ($1::uuid, $2::uuid, now(), $3, $4, $5, $6, $7::bytea);

-- name: certificate_steps_trim
delete from certificate_steps
 where certificate_id = $1::uuid
   and id <= (select id from certificate_steps where certificate_id = $1::uuid order by id desc offset 100 limit 1);

-- name: certificate_wake
-- What waits for the website's task needs to be looked at now; so does what should have been renewed, which rests while the
-- website is suspended.
update certificates
   set next_try_at = now()
 where website_id = $1::uuid and (state in ('preflight', 'installing') or (state = 'active' and renew_at <= now()));

-- name: acme_thumbprint
select thumbprint from acme_account where current limit 1;

-- name: acme_account_find
select id, sealed_key, thumbprint, url, next_key, coalesce(next_at < now() - interval '5 minutes', false), contact
  from acme_account
 where directory = $1;

-- name: acme_account_insert
insert into acme_account (directory, id, sealed_key, thumbprint) values ($1, $2::uuid, $3::bytea, $4)
on conflict (directory) do nothing;

-- name: acme_account_choose
update acme_account set current = (directory = $1) where current <> (directory = $1);

-- name: acme_account_url
update acme_account set url = $2 where directory = $1;

-- name: acme_account_next
-- Beside the key that holds, unless a change is under way already.
update acme_account set next_key = $3::bytea, next_at = now() where directory = $1 and thumbprint = $2 and next_key is null;

-- name: acme_account_roll
-- The next key holds.
update acme_account
   set sealed_key = next_key, thumbprint = $3, next_key = null, next_at = null, rolled_at = now()
 where directory = $1 and next_key = $2::bytea;

-- name: acme_account_stay
-- The next key was never taken.
update acme_account set next_key = null, next_at = null where directory = $1 and next_key = $2::bytea;

-- name: acme_account_contact
update acme_account set contact = $2 where directory = $1;

-- name: acme_spent_lock
select pg_advisory_xact_lock(hashtextextended($1, 7))::text;

-- name: acme_spent_count
-- How many in the last $4 seconds, and when the oldest of them is that old.
select count(*), min(at) + make_interval(secs => $4::int)
  from acme_spent
 where directory = $1 and kind = $2 and name = $3 and at > now() - make_interval(secs => $4::int);

-- name: acme_spent_add
insert into acme_spent (directory, kind, name) values ($1, $2, $3);

-- name: acme_spent_trim
delete from acme_spent where at < now() - interval '8 days';
