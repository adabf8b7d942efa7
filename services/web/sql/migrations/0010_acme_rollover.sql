-- The account's next key from before the authority is asked to take it until it is known which one holds, and what the
-- settings' contact was replaced with by hand (null: nothing).
alter table acme_account
	add column next_key bytea,
	add column next_at timestamptz,
	add column rolled_at timestamptz,
	add column contact text;
