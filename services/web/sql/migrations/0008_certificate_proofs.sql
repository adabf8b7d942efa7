-- How the authority is shown each name: in the order of names, with spaces between, "-" for the website itself, else where the
-- record of dns-01 stands; empty before the preflight. records: what dns was told to keep for the order, "name value" a
-- line; records_version: of the last word to it, Unix ms or more. answered: challenges of the order
-- that the authority was told to look at, a URL a line.
alter table certificates
	add column proofs text not null default '',
	add column records text not null default '',
	add column records_version bigint not null default 0,
	add column answered text not null default '';
