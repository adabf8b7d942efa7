-- Why a certificate is (to be) revoked, and when it was: revoke_reason without revoked_at is asked of the authority yet.
alter table certificates
	add column revoke_reason text not null default '' check (revoke_reason in ('', 'unspecified', 'key_compromise',
		'affiliation_changed', 'superseded', 'cessation_of_operation')),
	add column revoked_at timestamptz;
