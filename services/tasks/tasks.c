/* tasks: the state of the process, made before the first call and ended after the last. */

#include "tasks.h"

#include <errno.h>

#include "lib/bus/bus.h"

#include "book.h"
#include "heartbeat.h"
#include "report.h"
#include "visits.h"
#include "work.h"

const struct config_row tasks_config[] = {
	{ "dispatchers", CONFIG_INT, offsetof(struct tasks_settings, dispatchers), "4", 1, 32, "threads",
	  "how many commands, answers and reports are worked on at once" },
	{ "window_node", CONFIG_INT, offsetof(struct tasks_settings, window_node), "256", 2, 1000, "tasks",
	  "how many a node works on at once" },
	{ "window_organisation", CONFIG_INT, offsetof(struct tasks_settings, window_organisation), "128", 1, 100000,
	  "tasks", "how many of one organisation run at once, on all nodes" },
	{ "window_installation", CONFIG_INT, offsetof(struct tasks_settings, window_installation), "1024", 1, 1000000,
	  "tasks", "how many run at once in all; an organisation gets twice what is left of it at most" },
	{ 0 },
};

void tasks_stop(void *state)
{
	struct tasks *tasks = state;

	if (!tasks)
		return;
	bus_unsubscribe(tasks->reports);
	bus_unsubscribe(tasks->heartbeats);
	work_free(tasks->work);
	visits_free(tasks->visits);
	book_free(tasks->book);
	free(tasks);
}

static bool start(struct tasks *tasks, struct error *err)
{
	const struct tasks_settings *settings = service_settings(tasks->service);
	struct bus *bus = service_bus(tasks->service);

	tasks->book = book_new();
	tasks->visits = visits_new();
	tasks->work = work_new((unsigned)settings->dispatchers);
	if (!tasks->book || !tasks->visits || !tasks->work)
		return error_errno(err, ENOMEM, "start");
	return book_load(tasks->book, service_db_wide(tasks->service), err) &&
	       bus_subscribe(bus, "report.*", "tasks", report_on_message, tasks, &tasks->reports, err) &&
	       bus_subscribe(bus, "heartbeat.*", "tasks", heartbeat_on_message, tasks, &tasks->heartbeats, err);
}

bool tasks_start(struct service *service, void **state, struct error *err)
{
	struct tasks *tasks = calloc(1, sizeof(*tasks));

	if (!tasks)
		return error_errno(err, ENOMEM, "start");
	tasks->service = service;
	if (!start(tasks, err)) {
		tasks_stop(tasks);
		return false;
	}
	*state = tasks;
	return true;
}
