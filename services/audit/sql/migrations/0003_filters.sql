-- What lists are narrowed by: who, and when.

create index records_actor on records (actor_id, id);
create index records_behalf on records (behalf_id, id) where behalf_id <> '';
create index records_at on records (at);
