create table website (
	id uuid primary key,
	org_id uuid not null,
	domain text not null unique
);
alter table website enable row level security;
alter table website force row level security;
create policy org on website for all to web using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on website for all to web_wide using (true);
grant select, insert, update, delete on website to web, web_wide;
