-- name: website_count
select count(*) from website where $1::uuid[] is null or org_id = any($1::uuid[]);
