-- What happens when files of a node aren't as the panel wrote them. Restoring is work of the organisation of whoever chose
-- it; drift_taken_ms: the newest look that a restore was asked for.
alter table node add column drift_policy text not null default 'report' check (drift_policy in ('report', 'restore'));
alter table node add column drift_org uuid;
alter table node add column drift_taken_ms bigint not null default 0;
