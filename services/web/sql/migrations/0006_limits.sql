-- Which word about an organisation's limits holds: authz numbers them, they come through its outbox in any order.
alter table quota add column version bigint not null default 0;
