-- API tokens that are limited to records of zones: as identity tokens spell them (lib/token/limit.h).
alter table api_tokens add column records text[] not null default '{}' check (cardinality(records) <= 8);
