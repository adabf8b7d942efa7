-- What can be set of a website (stralix.v1.WebsiteSettings, packed): desired, and as it was last seen at work. suspended: as
-- staff wants it, also while it is deleted.
alter table websites
	add column settings bytea not null default '',
	add column applied_settings bytea not null default '',
	add column suspended boolean not null default false,
	drop constraint websites_serving_check,
	drop constraint websites_state_check,
	drop constraint websites_applied_serving_check,
	add constraint websites_serving_check check (serving in ('live', 'suspended', 'deleted', 'removed')),
	add constraint websites_state_check
		check (state in ('pending', 'active', 'suspended', 'failed', 'deleting', 'deleted', 'purging', 'purged')),
	add constraint websites_applied_serving_check
		check (applied_serving in ('', 'live', 'suspended', 'deleted', 'removed'));
