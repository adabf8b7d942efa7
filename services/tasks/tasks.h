/* tasks: what the service is: nodes, placement, the ledger of work, and its dispatch. */
#pragma once

#include <string.h>

#include "lib/service/call.h"
#include "lib/service/service.h"

#include "stralix/v1/tasks.contract.h"

struct book;
struct visits;
struct work;
struct bus_subscription;

enum {
	ATTEMPTS_MAX = 5,       /* then a task has failed */
	ALIVE_MS = 45000,       /* without a heartbeat a node is unreachable */
	LATE_MS = 30000,        /* … and its heartbeat is late: they come every 15 s and are written every 5 s */
	NODE_CONTRACT = 1,      /* of node.proto's messages; an agent that says less doesn't know all of them */
	CLOCK_SKEW_MS = 150000, /* agents refuse commands beyond this */
	REPORT_AGE_S = 300,     /* of a report's token, either way */
};

#define NODE_KIND "node" /* of orders about a node's own files */
#define CLOCK_WORDS "The clock of node %s is wrong; the task runs when it is set."
#define OFFLINE_WORDS "node %s is offline; the task runs when it is back"

struct tasks_settings {
	int64_t dispatchers;
	int64_t window_node, window_organisation, window_installation; /* tasks that run at once */
};

/* One per process. All of it may be used from any thread. */
struct tasks {
	struct service *service;
	struct work *work;
	struct book *book;
	struct visits *visits;
	struct bus_subscription *reports, *heartbeats;
	_Atomic bool has_stream; /* EVENTS was seen or made */
};

bool tasks_start(struct service *service, void **state, struct error *err);
void tasks_stop(void *state);

bool tasks_get_task(struct call *call, const Stralix__V1__GetTaskRequest *req, struct error *err);
bool tasks_list_tasks(struct call *call, const Stralix__V1__ListTasksRequest *req, struct error *err);
bool tasks_cancel_task(struct call *call, const Stralix__V1__CancelTaskRequest *req, struct error *err);
bool tasks_retry_task(struct call *call, const Stralix__V1__RetryTaskRequest *req, struct error *err);
bool tasks_list_nodes(struct call *call, const Stralix__V1__ListNodesRequest *req, struct error *err);
bool tasks_get_node(struct call *call, const Stralix__V1__GetNodeRequest *req, struct error *err);
bool tasks_get_seal_keys(struct call *call, const Stralix__V1__GetSealKeysRequest *req, struct error *err);
bool tasks_register_node(struct call *call, const Stralix__V1__RegisterNodeRequest *req, struct error *err);
bool tasks_update_node(struct call *call, const Stralix__V1__UpdateNodeRequest *req, struct error *err);
bool tasks_suspend_node(struct call *call, const Stralix__V1__SuspendNodeRequest *req, struct error *err);
bool tasks_resume_node(struct call *call, const Stralix__V1__ResumeNodeRequest *req, struct error *err);
bool tasks_list_php_versions(struct call *call, const Stralix__V1__ListPhpVersionsRequest *req, struct error *err);
bool tasks_place_resource(struct call *call, const Stralix__V1__PlaceResourceRequest *req, struct error *err);
bool tasks_enqueue(struct call *call, const Stralix__V1__EnqueueRequest *req, struct error *err);
bool tasks_ask_node(struct call *call, const Stralix__V1__AskNodeRequest *req, struct error *err);
bool tasks_observe_node(struct call *call, const Stralix__V1__ObserveNodeRequest *req, struct error *err);
bool tasks_restore_node_files(struct call *call, const Stralix__V1__RestoreNodeFilesRequest *req, struct error *err);
bool tasks_adopt_node_files(struct call *call, const Stralix__V1__AdoptNodeFilesRequest *req, struct error *err);
bool tasks_set_drift_policy(struct call *call, const Stralix__V1__SetDriftPolicyRequest *req, struct error *err);

/* Of a node's state: a suspended one gets nothing new, but what is there is worked on as before. */
static inline bool node_is_trusted(const char *state)
{
	return strcmp(state, "trusted") == 0 || strcmp(state, "suspended") == 0;
}

extern const struct janitor_row tasks_janitor[];
extern const struct config_row tasks_config[];
