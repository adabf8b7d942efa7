create table child (
	item_id uuid not null references item (id) deferrable initially deferred
);
grant select, insert on child to shop;
