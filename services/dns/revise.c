/* revise: see revise.h. */
#include "revise.h"

#include "lib/base/clock.h"
#include "lib/dns/query.h"

#include "dns_sql.h"
#include "limited.h"
#include "managed.h"
#include "store.h"
#include "view.h"

struct revision revision_by(struct call *call, const char *kind, const char *note, const char *permission,
                            const char *action)
{
	const struct identity *identity = call_identity(call);

	return (struct revision){
		.kind = kind,
		.note = note,
		.permission = permission,
		.action = action,
		.actor_id = identity->user_id,
		.actor_name = identity->name,
		.request_id = call_request_id(call),
	};
}

bool zone_may_change(const struct zone *zone, struct error *err)
{
	return zone->serving == SERVING_LIVE ||
	       error_set(err, ERR_CONFLICT, "This zone is deleted; bring it back first.");
}

static bool remember(struct tx *tx, const struct zone *zone, const struct revision *revision, struct arena *arena,
                     struct revised *ret, struct error *err)
{
	Stralix__V1__GetZoneChangeReply kept;
	uint8_t *bytes;
	size_t size;

	stralix__v1__get_zone_change_reply__init(&kept);
	kept.sets = ret->weighed.sets;
	kept.n_sets = ret->weighed.n_sets;
	bytes = contract_pack(&kept.base, arena, &size);
	if (!bytes)
		return error_set(err, ERR_TOO_LARGE, "no room for the history of the zone");
	ret->change_id = uuid_v7();
	return TX_SEND(tx, DNS_CHANGE_INSERT, err, DB_UUID(&ret->change_id), DB_UUID(&zone->id), DB_UUID(&zone->org),
	               DB_INT(zone->serial), DB_TEXT(revision->kind), DB_TEXT(revision->note ? revision->note : ""),
	               DB_TEXT(revision->actor_id), DB_TEXT(revision->actor_name), DB_TEXT(revision->request_id),
	               DB_INT(ret->weighed.added), DB_INT(ret->weighed.removed), DB_UUID(revision->undoes),
	               DB_BYTES(bytes, size)) &&
	       (!revision->undoes ||
	        TX_SEND(tx, DNS_CHANGE_UNDONE, err, DB_UUID(revision->undoes), DB_UUID(&ret->change_id)));
}

/* What the servers get to know. */
static bool send(struct change *change, struct service *service, struct zone *zone, const struct revision *revision,
                 struct arena *arena, struct revised *ret, struct error *err)
{
	const struct desire desire = { .serving = zone->serving,
		                       .permission = revision->permission,
		                       .service = service };

	return remember(change_tx(change), zone, revision, arena, ret, err) &&
	       zone_desire(change, zone, &desire, ret->weighed.records, ret->weighed.n, service_epoch(service), arena,
	                   err);
}

bool revise(struct change *change, struct service *service, struct zone *zone, struct content *content,
            const struct revision *revision, struct complaints *complaints, struct revised *ret, struct error *err)
{
	const struct dns_settings *settings = service_settings(service);
	const struct weighing weighing = { zone, settings->name_servers, settings->contact, revision->file };
	const struct zone before = *zone;
	struct arena *arena = content->arena;
	bool news;

	*ret = (struct revised){ .change_id = { { 0 } } };
	if (revision->least_serial && dns_serial_after(revision->least_serial, zone->serial))
		zone->serial = revision->least_serial;
	zone->serial = zone_next_serial(zone->serial, clock_unix_ms());
	if (!managed_sync(change_tx(change), zone, content, err) ||
	    !weigh(content, &weighing, complaints, &ret->weighed, err) || !complaints_none(complaints, err))
		return false;
	news = ret->weighed.n_sets || revision->always;
	zone->records = ret->weighed.own;
	if (!news)
		zone->serial = before.serial;
	return content_write(change_tx(change), zone, content, err) &&
	       (!news || send(change, service, zone, revision, arena, ret, err)) &&
	       zone_update(change_tx(change), zone, err) &&
	       zone_tell(change, &before, zone, revision->action, news ? "accepted" : "success",
	                 revision->verb ? revision->verb : "updated", arena, err);
}

bool revise_reply(struct call *call, struct change *change, const struct zone *zone, const struct revised *revised,
                  struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	struct arena *arena = call_arena(call);
	Stralix__V1__ChangeRecordsReply reply;
	size_t n = revised->weighed.n_sets;

	stralix__v1__change_records_reply__init(&reply);
	if (!zone_view(zone, settings->name_servers, arena, &reply.zone, err))
		return false;
	limited_view(call, reply.zone);
	limited_sets(call, zone, revised->weighed.sets, &n);
	reply.sets = revised->weighed.sets;
	reply.n_sets = n < SETS_SHOWN ? n : SETS_SHOWN;
	reply.change_id = view_id(&revised->change_id, arena);
	if (!uuid_is_nil(&revised->change_id)) {
		reply.task_id = reply.zone->task_id;
		reply.task_ids = zone_task_ids(zone, arena, &reply.n_task_ids);
	}
	if (!reply.change_id)
		return error_set(err, ERR_TOO_LARGE, "no room for the reply");
	return change_reply(change, &reply.base, err) && change_commit(change, err);
}
