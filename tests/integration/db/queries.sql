-- name: item_insert
insert into item (id, org_id, name, size, data) values ($1, $2, $3, $4, $5);

-- name: item_list
select id, org_id, name, size, data from item order by name;

-- name: item_by_names
select count(*) from item where name = any($1::text[]);

-- name: item_resize
update item set size = $2 where id = $1;

-- name: item_delete
delete from item where name = $1;

-- name: child_insert
insert into child (item_id) values ($1);

-- name: echo
select $1::text, $2::bigint, $3::boolean, $4::uuid, $5::bytea, $6::text[]::text, 'what??! "\"', $7::uuid,
       '2026-11-26 12:00:00.123456+00'::timestamptz, '1969-12-31 23:59:59.9995+00'::timestamptz, '[1]'::jsonb, (-7)::int2;

-- name: sleep
select pg_sleep($1::double precision);

-- name: pid
select pg_backend_pid();
