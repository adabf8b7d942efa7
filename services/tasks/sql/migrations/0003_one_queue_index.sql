-- The queue is read by organisation (task_turns). With other indexes of the same rows beside it, a plan made while the
-- queue was short reads and sorts all of it by one of them, once for each organisation, when it is long. What waits for
-- one resource is found by task_of_resource.
drop index task_queued;
drop index task_resource;
