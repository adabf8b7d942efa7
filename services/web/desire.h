/* desire: a new generation of a website, and the task that brings it about. */
#pragma once

#include "lib/service/change.h"

#include "stralix/v1/node.pb-c.h"

#include "website.h"

struct desire {
	enum website_serving serving;
	enum website_state state;               /* until the task ends */
	const char *permission;                 /* "" for the system */
	const char *action;                     /* of the audit record */
	Stralix__V1__WebsiteSettings *settings; /* NULL: as they are */
	const char *verb;                       /* restore, adopt; NULL: apply or remove, as serving says */
	Stralix__V1__FileOrder *order;          /* of restore and adopt; its site is filled in */
};

/* What the node gets of it, whole; not of a removed one. Shares what site holds. */
bool website_state_message(const struct website *site, struct arena *arena, Stralix__V1__WebsiteState *ret,
                           struct error *err) _must_check_;

/* Raises the generation and asks for the task: fills generation, serving, state, task_id and updated_ms. */
bool website_desire(struct change *change, struct website *site, const struct desire *desire, uint32_t epoch,
                    struct arena *arena, struct error *err) _must_check_;

/* The same for an existing, locked website: row, audit record and event as well. */
bool website_desire_again(struct change *change, struct website *site, const struct desire *desire, uint32_t epoch,
                          struct arena *arena, struct error *err) _must_check_;

/* Audit record and event of what was done; before may be NULL. verb: created, updated, deleted. */
bool website_tell(struct change *change, const struct website *before, const struct website *after, const char *action,
                  const char *outcome, const char *verb, struct arena *arena, struct error *err) _must_check_;

/* A call that changes one website: begins the change and locks the row. ERR_NOT_FOUND for what isn't for these eyes. */
bool website_change_begin(struct call *call, const char *website_id, struct change **ret, struct website *site,
                          struct error *err) _must_check_;

/* The rest of such a call: desire, reply, commit. */
bool website_change_finish(struct call *call, struct change *change, struct website *site, const struct desire *desire,
                           struct error *err) _must_check_;
