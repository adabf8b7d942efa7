/* change: one transaction with everything that a mutation writes, and what is said when it has committed. */
#include "lib/service/change.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"

#include "stralix/v1/audit.pb-c.h"
#include "stralix/v1/tasks.pb-c.h"

#include "internal.h"
#include "outbox.h"
#include "relay.h"
#include "rpc.h"
#include "service_sql.h"
#include "view.h"

enum { SYSTEM_ARENA_MAX = 8 * 1024 * 1024, SAY_MS = 250 };

#define NOBODY "anonymous"

struct change {
	struct service *service;
	struct call *call; /* NULL: the system's own */
	struct tx *tx;
	struct arena *arena, *own_arena;
	struct uuid org;
	bool has_org, audited;
	const char *actor, *actor_name, *behalf_id, *request_id, *traceparent, *source_ip;
	struct outbox_row rows[OUTBOX_ROWS];
	size_t n_rows;
};

static bool begin(struct change *new, struct db *db, const struct uuid *org, struct change **ret, struct error *err)
{
	_cleanup_(change_freep) struct change *change = new;

	if (!db)
		return error_set(err, ERR_INTERNAL, "%s has no tables", change->service->name);
	change->has_org = org && !uuid_is_nil(org);
	if (change->has_org)
		change->org = *org;
	if (!tx_begin(db, org, &change->tx, err))
		return error_wrap(err, "begin a change");
	*ret = TAKE_PTR(change);
	return true;
}

bool change_begin(struct call *call, const struct uuid *org, struct change **ret, struct error *err)
{
	struct change *change = calloc(1, sizeof(*change));

	if (!change)
		return error_set(err, ERR_INTERNAL, "out of memory");
	change->service = call->service;
	change->call = call;
	change->arena = call->arena;
	change->actor = call->identity.user_id[0] ? call->identity.user_id : NOBODY;
	change->actor_name = call->identity.name;
	change->request_id = call->request_id;
	change->traceparent = call->traceparent;
	change->source_ip = call->source_ip;
	return begin(change, call->service->db, org, ret, err);
}

static bool begin_system(struct service *service, struct db *db, const struct uuid *org, const char *request_id,
                         struct change **ret, struct error *err)
{
	_cleanup_(change_freep) struct change *change = calloc(1, sizeof(*change));

	if (!change || !(change->own_arena = arena_new(SYSTEM_ARENA_MAX)))
		return error_set(err, ERR_INTERNAL, "out of memory");
	change->service = service;
	change->arena = change->own_arena;
	change->actor = arena_printf(change->arena, "system:%s", service->name);
	change->request_id = arena_strdup(change->arena, request_id ? request_id : "");
	change->actor_name = change->traceparent = change->source_ip = "";
	if (!change->actor || !change->request_id)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return begin(TAKE_PTR(change), db, org, ret, err);
}

bool change_begin_system(struct service *service, const struct uuid *org, const char *request_id, struct change **ret,
                         struct error *err)
{
	return begin_system(service, service->db, org, request_id, ret, err);
}

bool change_begin_wide(struct service *service, const struct uuid *org, const char *request_id, struct change **ret,
                       struct error *err)
{
	return begin_system(service, service->db_wide, org, request_id, ret, err);
}

void change_free(struct change *change)
{
	if (!change)
		return;
	tx_free(change->tx);
	arena_free(change->own_arena);
	free(change);
}

struct tx *change_tx(struct change *change)
{
	return change->tx;
}

bool change_actor(struct change *change, const char *user_id, const char *name, struct error *err)
{
	change->actor = arena_strdup(change->arena, user_id);
	change->actor_name = arena_strdup(change->arena, name);
	return (change->actor && change->actor_name) || error_set(err, ERR_INTERNAL, "out of memory");
}

bool change_on_behalf(struct change *change, const char *user_id, struct error *err)
{
	if (strncmp(user_id, "system:", strlen("system:")) == 0)
		return true;
	change->behalf_id = arena_strdup(change->arena, user_id);
	return change->behalf_id || error_set(err, ERR_INTERNAL, "out of memory");
}

bool change_quota(struct change *change, const char *name, int delta, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!change->has_org)
		return error_set(err, ERR_INTERNAL, "a quota belongs to an organisation");
	if (!TX_RUN_FROM(change->tx, service_queries, SERVICE_QUOTA_CHANGE, &rows, err, DB_UUID(&change->org),
	                 DB_TEXT(name), DB_INT(delta)))
		return error_wrap(err, "quota %s", name);
	if (!rows_bool(rows, 0, 0))
		return error_set(err, ERR_QUOTA, "The plan's limit of %s is reached.", name);
	return true;
}

static bool add_row(struct change *change, const char *kind, const char *subject, const uint8_t *payload, size_t size,
                    const char *resource, struct error *err)
{
	struct outbox_row *row = &change->rows[change->n_rows];

	if (change->n_rows == OUTBOX_ROWS)
		return error_set(err, ERR_INTERNAL, "a change says at most %d words", OUTBOX_ROWS);
	*row = (struct outbox_row){
		.kind = kind,
		.subject = subject,
		.payload = payload,
		.size = size,
		.resource = arena_strdup(change->arena, resource),
		.actor = change->actor,
		.request_id = change->request_id,
		.traceparent = change->traceparent,
	};
	if (!subject || !payload || !row->resource)
		return error_set(err, ERR_INTERNAL, "out of memory");
	change->n_rows++;
	return true;
}

/* Checked now against the receiver's own rules: a word that it will refuse must fail here, not in the relay. */
static bool tell(struct change *change, const char *service, const char *method, const ProtobufCMessage *request,
                 const char *resource, struct error *err)
{
	const struct contract_method *contract = rpc_contract(service, method);
	ProtobufCMessage *checked = NULL;
	const uint8_t *payload;
	size_t size = 0;

	if (!contract)
		return error_set(err, ERR_INTERNAL, "there is no %s.%s", service, method);
	if (!view_checked(contract->request, request, change->arena, &checked, err))
		return error_wrap(err, "tell %s.%s", service, method);
	payload = contract_pack(checked, change->arena, &size);
	return add_row(change, "rpc", arena_printf(change->arena, "rpc.%s.%s", service, method), payload, size,
	               resource, err);
}

bool change_tell(struct change *change, const char *service, const char *method, const ProtobufCMessage *request,
                 struct error *err)
{
	return tell(change, service, method, request, "", err);
}

/* A text for a generated message, which has no const; without memory NULL, and packing fails then. */
static char *text(struct change *change, const char *from)
{
	return arena_strdup(change->arena, from ? from : "");
}

bool change_task(struct change *change, const char *verb, const Stralix__V1__Target *target,
                 const Stralix__V1__Generation *generation, const ProtobufCMessage *desired, const char *permission,
                 char ret_task_id[static UUID_TEXT], struct error *err)
{
	Stralix__V1__EnqueueRequest request;
	Stralix__V1__Target its_target = *target;
	Stralix__V1__Generation its_generation;
	struct uuid id = uuid_v7();

	stralix__v1__enqueue_request__init(&request);
	stralix__v1__generation__init(&its_generation);
	if (generation)
		its_generation = *generation;
	if (desired) {
		request.desired.data = contract_pack(desired, change->arena, &request.desired.len);
		if (!request.desired.data)
			return error_set(err, ERR_INTERNAL, "the desired state of %s is too large", target->name);
	}
	request.task_id = uuid_format(&id, ret_task_id);
	request.verb = text(change, verb);
	request.target = &its_target;
	request.generation = &its_generation;
	request.actor_id = text(change, change->actor);
	request.actor_name = text(change, change->actor_name);
	request.permission = text(change, permission);
	request.request_id = text(change, change->request_id);
	request.traceparent = text(change, change->traceparent);
	request.owner = text(change, change->service->name);
	return tell(change, "tasks", "Enqueue", &request.base, target->id, err);
}

static bool fill_views(struct change *change, Stralix__V1__Record *record, const struct contract_message *rules,
                       const ProtobufCMessage *before, const ProtobufCMessage *after, struct error *err)
{
	return view_json(rules, before, change->arena, &record->before, err) &&
	       view_json(rules, after, change->arena, &record->after, err);
}

bool change_audit(struct change *change, const char *action, const Stralix__V1__Target *target, const char *outcome,
                  const struct contract_message *view_rules, const ProtobufCMessage *before,
                  const ProtobufCMessage *after, struct error *err)
{
	Stralix__V1__AppendRequest request;
	Stralix__V1__Record record;
	Stralix__V1__Target its_target;
	struct uuid id = uuid_v7();
	char id_text[UUID_TEXT], at[CLOCK_RFC3339];

	stralix__v1__append_request__init(&request);
	stralix__v1__record__init(&record);
	request.record = &record;
	record.id = uuid_format(&id, id_text);
	record.at = clock_rfc3339(clock_unix_ms(), at);
	record.service = text(change, change->service->name);
	record.action = text(change, action);
	record.actor_id = text(change, change->actor);
	record.actor_name = text(change, change->actor_name);
	record.on_behalf_of = text(change, change->behalf_id);
	record.source_ip = text(change, change->source_ip);
	record.request_id = text(change, change->request_id);
	record.outcome = text(change, outcome);
	if (target) {
		its_target = *target;
		record.target = &its_target;
	}
	if (!fill_views(change, &record, view_rules, before, after, err) ||
	    !tell(change, "audit", "Append", &request.base, "", err))
		return error_wrap(err, "audit %s", action);
	change->audited = true;
	return true;
}

bool change_event(struct change *change, const char *entity, const char *verb, const char *id, struct error *err)
{
	char org[UUID_TEXT] = "installation";
	const char *payload = arena_strdup(change->arena, id);

	if (!bus_token_valid(entity) || !bus_token_valid(verb))
		return error_set(err, ERR_INTERNAL, "'%s.%s' is no event", entity, verb);
	if (change->has_org)
		uuid_format(&change->org, org);
	return add_row(change, "event", arena_printf(change->arena, "event.%s.%s.%s", org, entity, verb),
	               (const uint8_t *)payload, strlen(id), "", err);
}

bool change_reply(struct change *change, const ProtobufCMessage *reply, struct error *err)
{
	if (!change->call)
		return error_set(err, ERR_INTERNAL, "a change without a call has no reply");
	return call_reply(change->call, reply, err);
}

static bool check_audited(const struct change *change, struct error *err)
{
	if (change->call && change->call->method->mutating && !change->audited)
		return error_set(err, ERR_INTERNAL, "%s changes something without an audit record",
		                 change->call->method->name);
	return true;
}

/* Says the tasks at once, so that whoever asked may look at theirs; the rest is the relay's. */
static void say_tasks(struct change *change)
{
	_cleanup_free_ struct outbox_row *tasks = calloc(OUTBOX_ROWS, sizeof(*tasks));
	int left = change->call ? call_remaining_ms(change->call) : SAY_MS;
	int64_t ids[OUTBOX_ROWS];
	size_t n = 0, said = 0;

	for (size_t i = 0; tasks && i < change->n_rows; i++)
		if (change->rows[i].rests)
			tasks[n++] = change->rows[i];
	relay_wake(change->service->relay);
	if (!n)
		return;
	outbox_say(change->service, tasks, n, left < SAY_MS ? left : SAY_MS);
	failpoint_of(change->service->name, "relayed");
	for (size_t i = 0; i < n; i++)
		if (tasks[i].said)
			ids[said++] = tasks[i].id;
	relay_said(change->service->relay, ids, said);
}

bool change_commit(struct change *change, struct error *err)
{
	const struct uuid *org = change->has_org ? &change->org : NULL;

	if (!check_audited(change, err) || !outbox_insert(change->tx, org, change->rows, change->n_rows, err) ||
	    (change->call && !key_done(change->call, change->tx, err)) || !tx_commit(&change->tx, err))
		return error_wrap(err, "commit the change");
	if (change->call)
		change->call->changed = true;
	failpoint_of(change->service->name, "committed");
	if (change->n_rows && change->service->relay)
		say_tasks(change);
	return true;
}
