-- Why staff suspended a website, in words for its owner; '' when it isn't suspended, or nobody said.
alter table websites add column suspend_reason text not null default '' check (length(suspend_reason) <= 200);
