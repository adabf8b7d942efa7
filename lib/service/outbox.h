/* outbox: words to others, committed with the change that causes them, said afterwards until they are answered. */
#pragma once

#include "lib/bus/bus.h"
#include "lib/db/db.h"
#include "lib/service/service.h"

enum { OUTBOX_SUBJECT = 192, OUTBOX_ROWS = 64 /* of one change, and of one round of the relay */ };

/* Texts are borrowed from the change or from the rows read. */
struct outbox_row {
	int64_t id;
	const char *kind;    /* "rpc" or "event" */
	const char *subject; /* "rpc.tasks.Enqueue", "event.…" */
	const uint8_t *payload;
	size_t size;
	const char *resource; /* "" for no order */
	const char *actor, *request_id, *traceparent;
	int64_t attempts;
	bool rests; /* its change says it, the relay leaves it alone for a second */

	bool said; /* answered without an error, or published */
	struct error err;
};

/* Writes rows in one statement and fills id and rests; actor and ids are those of the first. */
bool outbox_insert(struct tx *tx, const struct uuid *org, struct outbox_row *rows, size_t n,
                   struct error *err) _must_check_;

/* Says all rows at once and waits for the answers, at most so long; fills said and err. */
void outbox_say(struct service *service, struct outbox_row *rows, size_t n, int timeout_ms);
