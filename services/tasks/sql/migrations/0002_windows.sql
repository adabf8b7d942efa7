-- Taking turns: the queue of a node by organisation, oldest first; and how much of an organisation runs.
create index task_turns on task (node_id, org_id, id) where state = 'queued';
create index task_running_org on task (org_id) where state = 'running';
