/*
 * observe: whether the live files are what the journal says that they should be. A look is cheap when nothing has
 * changed: a file that is the same to stat() as when it was right isn't read again.
 */
#pragma once

#include "agent/engine/adapter.h"

enum { OBSERVED_MAX = 1000, OBSERVED_PATH = 320, OBSERVED_WHAT = 160, OBSERVED_DIGEST = 2 * TOKEN_DIGEST + 1 };

struct apply;

enum observed_state {
	OBSERVED_EDITED,  /* other content, or no file at all */
	OBSERVED_MISSING, /* it isn't there */
	OBSERVED_FOREIGN, /* nobody has written it */
	OBSERVED_OWNER,   /* another owner or mode */
	OBSERVED_STALE,   /* the daemon doesn't serve what is live */
	OBSERVED_ADOPTED, /* as somebody made it, which is right */
};

struct observed_file {
	char path[OBSERVED_PATH]; /* below the live generation, or the node's folder */
	enum observed_state state;
	bool in_tree;          /* the former */
	char owner[UUID_TEXT]; /* the object whose file it is; "": the node's */
	char what[OBSERVED_WHAT];
};

struct observed {
	struct observed_file *files; /* at most OBSERVED_MAX, adopted ones too */
	size_t n;
	bool more;
	unsigned drifted, resources, adopted; /* counts of all: without adopted ones; objects concerned; adopted ones */
	uint64_t generation;
	int64_t at_ms;
};

struct observer;

struct observer *observer_new(void); /* NULL without memory */
void observer_free(struct observer *observer);
DEFINE_CLEANUP(struct observer *, observer_free)

/* Looks once. The caller holds apply's lock `busy`. */
bool observer_look(struct observer *observer, struct apply *apply, struct error *err) _must_check_;
/* What the last look found; as long as nobody looks again. */
const struct observed *observer_last(const struct observer *observer);

/* The hash of a content without its mark of a generation, as hexadecimal digits. */
void observed_digest(const struct adapter *adapter, const char *content, size_t size, char ret[static OBSERVED_DIGEST]);
