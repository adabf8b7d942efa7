-- name: all_count
select count(*) from item where org_id = any($1::uuid[]);
