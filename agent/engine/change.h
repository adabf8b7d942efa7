/* change: one task while it is carried out. */
#pragma once

#include "lib/base/buf.h"

#include "agent/engine/adopted.h"
#include "agent/engine/journal.h"
#include "agent/engine/model.h"
#include "agent/engine/progress.h"

enum change_state {
	CHANGE_OPEN,       /* takes part */
	CHANGE_DONE,       /* is at work on the node */
	CHANGE_FAILED,     /* went back, why says why */
	CHANGE_SUPERSEDED, /* a newer task for the same object came along */
};

struct change {
	const struct task *task; /* borrowed */
	enum change_state state;
	struct object before; /* ABSENT: there was none */
	struct object after;
	struct steps steps;
	struct error why;
	struct buf words; /* the daemon's, when there are any */

	/* Of an order about files. */
	struct adopted adopts;          /* files that stay as they are from now on */
	char (*restores)[STAGING_NAME]; /* adopted files that go back, owned; */
	size_t n_restores;
	bool restores_all; /* or all that are its object's */
	bool anew;         /* every file is rendered, none carried over */
};

void change_done(struct change *change);

/* Ends the change: its last step failed with why or, when given, the daemon's words. */
void change_fail(struct change *change, const struct error *why, const char *words);

/* The steps of all open changes. */
void changes_begin(struct change *changes, size_t n, const char *step);
void changes_end(struct change *changes, size_t n, bool success);
size_t changes_open(const struct change *changes, size_t n);

/* Says in progress that the open ones are at their last step. */
void changes_tell(const struct change *changes, size_t n, struct progress *progress);
/* Of several tasks for one object only the newest stays open. */
void changes_supersede(struct change *changes, size_t n);
/* How one that isn't open any more ended, for the journal; packed holds its outcome and has to outlive ending. */
bool change_ending(const struct change *change, struct buf *packed, struct journal_ending *ending,
                   struct error *err) _must_check_;
