/* revise: an edited content becomes the zone: rows, serial, history, tasks, audit record; all of it or nothing. */
#pragma once

#include "desire.h"
#include "dns.h"
#include "weigh.h"

struct revision {
	const char *kind, *note;         /* of the history */
	const char *permission, *action; /* of the tasks; of the audit record */
	const char *verb;                /* of the event; NULL: updated */
	const char *actor_id, *actor_name, *request_id;
	const struct uuid *undoes; /* NULL: nothing */
	uint32_t least_serial;     /* the new one comes after it; 0: after the zone's alone */
	bool always;               /* servers get it anew although no record is other than before */
	bool file;                 /* rows' changes are lines of a zone file */
};

struct revised {
	struct weighed weighed;
	struct uuid change_id; /* nil: nothing is other than before */
};

/* The revision by who calls. */
struct revision revision_by(struct call *call, const char *kind, const char *note, const char *permission,
                            const char *action);

/* The zone is locked, or was inserted by this change. complaints: those so far; with any it is refused. */
bool revise(struct change *change, struct service *service, struct zone *zone, struct content *content,
            const struct revision *revision, struct complaints *complaints, struct revised *ret,
            struct error *err) _must_check_;

/* The rest of a call: reply and commit. */
bool revise_reply(struct call *call, struct change *change, const struct zone *zone, const struct revised *revised,
                  struct error *err) _must_check_;

/* Only a live zone's records are changed. ERR_CONFLICT. */
bool zone_may_change(const struct zone *zone, struct error *err) _must_check_;
