-- Words leave in turns of organisations; those of none count as one more.
create index outbox_turns on outbox (coalesce(org_id, '00000000-0000-0000-0000-000000000000'), id);
