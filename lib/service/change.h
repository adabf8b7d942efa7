/*
 * change: the unit of every mutation. One transaction with the row, the outbox (task, audit record, events, words to
 * other services) and the stored reply. Commit refuses a mutating call without an audit record; freeing a change that
 * isn't committed rolls back. After the commit the outbox rows for tasks are relayed at once (at most 250 ms), the rest
 * by the relay; each row is done only on a committed answer.
 */
#pragma once

#include "lib/db/db.h"
#include "lib/service/call.h"

#include "stralix/v1/common.pb-c.h"

struct change;

/* Begins a transaction in an organisation. With an idempotency key it takes the key first: a rival that was faster
 * makes this fail in a way that the runtime answers with the rival's stored reply. */
bool change_begin(struct call *call, const struct uuid *org, struct change **ret, struct error *err) _must_check_;

/* The same without a call: janitors and task outcomes act as "system:<service>". */
bool change_begin_system(struct service *service, const struct uuid *org, const char *request_id, struct change **ret,
                         struct error *err) _must_check_;

/* As change_begin_system, on the wide pool: for services whose work isn't one organisation's (dispatch, heartbeats).
 * The organisation, NULL for none, is that of the outbox rows and events; the statements are those of queries_wide. */
bool change_begin_wide(struct service *service, const struct uuid *org, const char *request_id, struct change **ret,
                       struct error *err) _must_check_;
void change_free(struct change *change);
DEFINE_CLEANUP(struct change *, change_free)

struct tx *change_tx(struct change *change);

/* Says who did it where the call can't: nobody is signed in before a sign-in. Before the first word of the change. */
bool change_actor(struct change *change, const char *user_id, const char *name, struct error *err) _must_check_;

/* Says for whom the system acts: the user whose task it is. "system:…" and "" are nobody. */
bool change_on_behalf(struct change *change, const char *user_id, struct error *err) _must_check_;

/* Takes or gives back one of a quota (a row of the service's own quota table); no row: no limit. ERR_QUOTA. */
bool change_quota(struct change *change, const char *name, int delta, struct error *err) _must_check_;

/* Asks for work: fills *ret_task_id (UUID_TEXT bytes). desired is packed now. permission: looked at once more at
 * dispatch. */
bool change_task(struct change *change, const char *verb, const Stralix__V1__Target *target,
                 const Stralix__V1__Generation *generation, const ProtobufCMessage *desired, const char *permission,
                 char ret_task_id[static UUID_TEXT], struct error *err) _must_check_;

/* before and after may be NULL; fields marked secret are masked. outcome: "accepted", "success", "failed", "denied".
 */
bool change_audit(struct change *change, const char *action, const Stralix__V1__Target *target, const char *outcome,
                  const struct contract_message *view_rules, const ProtobufCMessage *before,
                  const ProtobufCMessage *after, struct error *err) _must_check_;

/* event.<org>.<entity>.<verb>: ids and verb only. */
bool change_event(struct change *change, const char *entity, const char *verb, const char *id,
                  struct error *err) _must_check_;

/* A word to another service, said until it answers: rpc.<service>.<method>. It may arrive twice. */
bool change_tell(struct change *change, const char *service, const char *method, const ProtobufCMessage *request,
                 struct error *err) _must_check_;

/* The reply: stored under the idempotency key, sent after the commit. */
bool change_reply(struct change *change, const ProtobufCMessage *reply, struct error *err) _must_check_;

bool change_commit(struct change *change, struct error *err) _must_check_;
