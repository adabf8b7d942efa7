-- name: website_insert
insert into website (id, org_id, domain) values ($1::uuid, $2::uuid, $3);
