/* view: columns to messages. */

#include "view.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/json/json.h"

#include "stralix/v1/node.pb-c.h"

#include "health.h"
#include "steps.h"
#include "tasks.h"

/* Reads columns into an arena; running out sticks. */
struct reader {
	const struct rows *rows;
	unsigned row;
	struct arena *arena;
	bool failed;
};

static void *take(struct reader *r, size_t size)
{
	void *memory = arena_alloc(r->arena, size);

	if (!memory)
		r->failed = true;
	return memory;
}

/* protobuf-c's empty string is a const object in clothes of a char *. */
static char *text(struct reader *r, unsigned column)
{
	char *copy = arena_strdup(r->arena, rows_text(r->rows, r->row, column));

	if (!copy)
		r->failed = true;
	return copy;
}

/* Milliseconds as RFC 3339; "" for NULL. */
static char *at(struct reader *r, unsigned column)
{
	char *copy;

	if (rows_null(r->rows, r->row, column))
		return text(r, column);
	copy = take(r, CLOCK_RFC3339);
	return copy ? clock_rfc3339(rows_int(r->rows, r->row, column), copy) : NULL;
}

static int64_t number(const struct reader *r, unsigned column)
{
	return rows_int(r->rows, r->row, column);
}

static bool done(const struct reader *r, struct error *err)
{
	return !r->failed || error_set(err, ERR_TOO_LARGE, "no room for the answer; ask for fewer");
}

enum {
	TASK_ID,
	TASK_ORG,
	TASK_RESOURCE,
	TASK_NODE,
	TASK_KIND,
	TASK_VERB,
	TASK_NAME,
	TASK_EPOCH,
	TASK_N,
	TASK_ATTEMPT,
	TASK_STATE,
	TASK_MESSAGE,
	TASK_STEPS,
	TASK_REQUEST,
	TASK_ACTOR,
	TASK_ACTOR_NAME,
	TASK_SUPERSEDED_BY,
	TASK_CREATED,
	TASK_STARTED,
	TASK_FINISHED,
	TASK_NEXT,
	TASK_OBJECT,
};

static Stralix__V1__Target *read_target(struct reader *r)
{
	Stralix__V1__Target *target = take(r, sizeof(*target));

	if (!target)
		return NULL;
	stralix__v1__target__init(target);
	target->kind = text(r, TASK_KIND);
	target->id = text(r, TASK_RESOURCE);
	target->name = text(r, TASK_NAME);
	target->organisation_id = text(r, TASK_ORG);
	target->node_id = text(r, TASK_NODE);
	target->object_id = text(r, TASK_OBJECT);
	return target;
}

static Stralix__V1__Generation *read_generation(struct reader *r)
{
	Stralix__V1__Generation *generation = take(r, sizeof(*generation));

	if (!generation)
		return NULL;
	stralix__v1__generation__init(generation);
	generation->epoch = (uint32_t)number(r, TASK_EPOCH);
	generation->n = (uint64_t)number(r, TASK_N);
	return generation;
}

static void read_texts(struct reader *r, Stralix__V1__Task *task)
{
	task->id = text(r, TASK_ID);
	task->state = text(r, TASK_STATE);
	task->message = text(r, TASK_MESSAGE);
	task->request_id = text(r, TASK_REQUEST);
	task->actor_id = text(r, TASK_ACTOR);
	task->actor_name = text(r, TASK_ACTOR_NAME);
	task->superseded_by = text(r, TASK_SUPERSEDED_BY);
	task->created_at = at(r, TASK_CREATED);
	task->started_at = at(r, TASK_STARTED);
	task->finished_at = at(r, TASK_FINISHED);
	task->next_attempt_at = at(r, TASK_NEXT);
}

bool view_task(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__Task **ret, struct error *err)
{
	struct reader r = { .rows = rows, .row = row, .arena = arena };
	Stralix__V1__Task *task = take(&r, sizeof(*task));

	if (!task)
		return done(&r, err);
	stralix__v1__task__init(task);
	read_texts(&r, task);
	task->attempt = (uint32_t)number(&r, TASK_ATTEMPT);
	task->action = arena_printf(arena, "%s.%s", rows_text(rows, row, TASK_KIND), rows_text(rows, row, TASK_VERB));
	if (!task->action)
		r.failed = true;
	task->target = read_target(&r);
	task->generation = read_generation(&r);
	if (!done(&r, err) || !steps_read(rows_text(rows, row, TASK_STEPS), arena, &task->steps, &task->n_steps, err))
		return false;
	*ret = task;
	return true;
}

enum {
	NODE_ID,
	NODE_UID,
	NODE_NAME,
	NODE_ADDRESS,
	NODE_STATE,
	NODE_CAPABILITIES,
	NODE_HTTP,
	NODE_HTTPS,
	NODE_ASSIGNED,
	NODE_RUNNING,
	NODE_QUEUED,
	NODE_ALIVE,
	NODE_SEEN,
	NODE_HEARTBEAT,
	NODE_CREATED,
	NODE_HOLD,
	NODE_DRIFT_POLICY,
	NODE_DESCRIPTION,
	NODE_LOCATION,
	NODE_LIMIT,
	NODE_ONLY_CHOSEN,
	NODE_SUSPEND_REASON,
	NODE_SUSPENDED,
	NODE_VERSION,
	NODE_OLDEST,
	NODE_DNS,
};

char **view_words(const char *list, const char *between, struct arena *arena, size_t *n)
{
	char *words = arena_strdup(arena, list), *save = NULL;
	char **ret = words ? arena_alloc(arena, (strlen(words) / 2 + 1) * sizeof(*ret)) : NULL;

	*n = 0;
	for (char *word = ret ? strtok_r(words, between, &save) : NULL; word; word = strtok_r(NULL, between, &save))
		ret[(*n)++] = word;
	return ret;
}

/* An array of words: {website,dns}. */
static void read_capabilities(struct reader *r, Stralix__V1__Node *node)
{
	const char *list = rows_text(r->rows, r->row, NODE_CAPABILITIES);

	node->capabilities = view_words(list, "{,}\"", r->arena, &node->n_capabilities);
	if (!node->capabilities)
		r->failed = true;
}

static Stralix__V1__Heartbeat *read_heartbeat(struct reader *r)
{
	const char *json = rows_text(r->rows, r->row, NODE_HEARTBEAT);
	ProtobufCMessage *message = NULL;
	struct error ignored = { 0 };

	if (!json[0] ||
	    !json_read(&stralix__v1__heartbeat__descriptor, json, strlen(json), r->arena, &message, &ignored))
		return NULL; /* of another version of the contract, perhaps: the next one is not */
	return (Stralix__V1__Heartbeat *)message;
}

static void copy_drift(struct reader *r, const Stralix__V1__Heartbeat__Drift *drift, Stralix__V1__Node *node)
{
	char *at_text = take(r, CLOCK_RFC3339);

	node->drifted_files = drift->files;
	node->drifted_resources = drift->resources;
	node->adopted_files = drift->adopted;
	if (at_text)
		node->observed_at = clock_rfc3339(drift->observed_ms, at_text);
}

static void copy_daemon(struct reader *r, const Stralix__V1__Heartbeat__Daemon *daemon, Stralix__V1__Node *node)
{
	Stralix__V1__Node__DaemonsEntry *entry = take(r, sizeof(*entry));
	Stralix__V1__NodeDaemon *view = take(r, sizeof(*view));

	if (!entry || !view)
		return;
	stralix__v1__node__daemons_entry__init(entry);
	entry->key = daemon->name;
	entry->value = daemon->version;
	node->daemons[node->n_daemons++] = entry;
	stralix__v1__node_daemon__init(view);
	view->name = daemon->name;
	view->version = daemon->version;
	view->alive = daemon->alive;
	view->message = daemon->message;
	node->services[node->n_services++] = view;
}

static void copy_heartbeat(struct reader *r, const Stralix__V1__Heartbeat *heartbeat, Stralix__V1__Node *node)
{
	node->php_versions = heartbeat->php_versions;
	node->n_php_versions = heartbeat->n_php_versions;
	node->version = heartbeat->version;
	node->load1 = heartbeat->load1;
	node->cores = heartbeat->cores;
	node->uptime_s = heartbeat->uptime_s;
	node->memory_total = heartbeat->memory_total;
	node->memory_available = heartbeat->memory_available;
	node->disk_total = heartbeat->disk_total;
	node->disk_available = heartbeat->disk_available;
	if (heartbeat->drift)
		copy_drift(r, heartbeat->drift, node);
	node->clock_offset_ms = heartbeat->node_time_ms - number(r, NODE_SEEN);
	node->daemons = take(r, (heartbeat->n_daemons + 1) * sizeof(Stralix__V1__Node__DaemonsEntry *));
	node->services = take(r, (heartbeat->n_daemons + 1) * sizeof(Stralix__V1__NodeDaemon *));
	for (size_t i = 0; !r->failed && i < heartbeat->n_daemons; i++)
		copy_daemon(r, heartbeat->daemons[i], node);
}

static void read_settings(struct reader *r, Stralix__V1__Node *node)
{
	node->settings = take(r, sizeof(*node->settings));
	if (!node->settings)
		return;
	stralix__v1__node_settings__init(node->settings);
	node->settings->description = text(r, NODE_DESCRIPTION);
	node->settings->location = text(r, NODE_LOCATION);
	node->settings->website_limit = (uint32_t)number(r, NODE_LIMIT);
	node->settings->only_chosen = rows_bool(r->rows, r->row, NODE_ONLY_CHOSEN);
	node->suspend_reason = text(r, NODE_SUSPEND_REASON);
	node->suspended_at = at(r, NODE_SUSPENDED);
	node->etag = text(r, NODE_VERSION);
}

static void judge(struct reader *r, const Stralix__V1__Heartbeat *heartbeat, Stralix__V1__Node *node)
{
	const struct health_facts facts = {
		.answers = rows_bool(r->rows, r->row, NODE_ALIVE),
		.seen_ms = number(r, NODE_SEEN),
		.now_ms = clock_unix_ms(),
		.clock_held = strcmp(rows_text(r->rows, r->row, NODE_HOLD), "clock") == 0,
		.heartbeat = heartbeat,
	};

	if (!health_judge(&facts, r->arena, node))
		r->failed = true;
}

static void read_counts(struct reader *r, Stralix__V1__Node *node)
{
	node->http_port = (uint32_t)number(r, NODE_HTTP);
	node->https_port = (uint32_t)number(r, NODE_HTTPS);
	node->dns_port = (uint32_t)number(r, NODE_DNS);
	node->resources = (uint32_t)number(r, NODE_ASSIGNED);
	node->tasks_running = (uint32_t)number(r, NODE_RUNNING);
	node->tasks_queued = (uint32_t)number(r, NODE_QUEUED);
}

bool view_node(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__Node **ret, struct error *err)
{
	struct reader r = { .rows = rows, .row = row, .arena = arena };
	Stralix__V1__Node *node = take(&r, sizeof(*node));
	Stralix__V1__Heartbeat *heartbeat;

	if (!node)
		return done(&r, err);
	stralix__v1__node__init(node);
	node->id = text(&r, NODE_ID);
	node->name = text(&r, NODE_NAME);
	node->address = text(&r, NODE_ADDRESS);
	node->state = text(&r, NODE_STATE);
	node->created_at = at(&r, NODE_CREATED);
	node->drift_policy = text(&r, NODE_DRIFT_POLICY);
	node->last_heartbeat_at = at(&r, NODE_SEEN);
	node->oldest_queued_at = at(&r, NODE_OLDEST);
	read_counts(&r, node);
	read_capabilities(&r, node);
	read_settings(&r, node);
	heartbeat = read_heartbeat(&r);
	if (heartbeat)
		copy_heartbeat(&r, heartbeat, node);
	if (!r.failed)
		judge(&r, heartbeat, node);
	*ret = node;
	return done(&r, err);
}
