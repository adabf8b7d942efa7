-- What new websites of an organisation begin with; no row: as the panel has it.
create table website_defaults (
	org_id uuid primary key,
	certificate text not null check (certificate in ('automatic', 'none')),
	keep_http boolean not null,
	version bigint not null default 1,
	updated_at timestamptz not null default now()
);

alter table website_defaults enable row level security;
alter table website_defaults force row level security;
create policy org on website_defaults for all to web using (org_id = nullif(current_setting('stralix.org', true), '')::uuid);
create policy wide on website_defaults for select to web_wide using (true);
create policy owner on website_defaults for all to web_owner using (true);

grant select, insert, update on website_defaults to web;
grant select on website_defaults to web_wide;
