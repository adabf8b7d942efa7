-- keyless: of the installation's catalog (RFC 9432): its address is enough, for consumers that sign no transfers of members.
alter table secondaries add column keyless boolean not null default false;

-- What a zone's nodes were last told of the catalog; another than now: they are to be told anew.
alter table zones add column catalog_mark text not null default '';
