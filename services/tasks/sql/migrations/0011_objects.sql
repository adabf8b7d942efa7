-- The object that people look at, when the resource of a task is a part of it: a zone has a resource for each of its nodes.
alter table task add column object_id uuid;
create index task_of_object on task (object_id, id) where object_id is not null;
-- Where a node's name server answers.
alter table node add column dns_port integer not null default 53 check (dns_port between 1 and 65535);
