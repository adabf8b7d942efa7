/* stralix-tasks: declares what the service is. */

#include "tasks.h"
#include "tasks_sql.h"

static const struct tasks_handlers handlers = {
	.get_task = tasks_get_task,
	.list_tasks = tasks_list_tasks,
	.cancel_task = tasks_cancel_task,
	.retry_task = tasks_retry_task,
	.list_nodes = tasks_list_nodes,
	.get_node = tasks_get_node,
	.get_seal_keys = tasks_get_seal_keys,
	.register_node = tasks_register_node,
	.observe_node = tasks_observe_node,
	.restore_node_files = tasks_restore_node_files,
	.adopt_node_files = tasks_adopt_node_files,
	.set_drift_policy = tasks_set_drift_policy,
	.update_node = tasks_update_node,
	.suspend_node = tasks_suspend_node,
	.resume_node = tasks_resume_node,
	.list_php_versions = tasks_list_php_versions,
	.place_resource = tasks_place_resource,
	.ask_node = tasks_ask_node,
	.enqueue = tasks_enqueue,
};

int main(int argc, char **argv)
{
	static const struct service_definition definition = {
		.contract = &tasks_contract,
		.handlers = &handlers,
		.description = "nodes, placement, and the ledger of all work that nodes do",
		.queries = tasks_queries,
		.queries_wide = tasks_queries_wide,
		.migrations = tasks_migrations,
		.janitor = tasks_janitor,
		.config = tasks_config,
		.settings_size = sizeof(struct tasks_settings),
		.start = tasks_start,
		.stop = tasks_stop,
	};

	return service_main(&definition, argc, argv);
}
