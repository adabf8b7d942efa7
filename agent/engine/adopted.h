/*
 * adopted: files that stay as somebody made them, instead of as the panel would write them. Each holds for as long as
 * what the panel would write (its base) stays the same; a change of that wins, and the adopted file is dropped.
 */
#pragma once

#include "lib/base/uuid.h"

#include "agent/engine/staging.h"

enum { ADOPTED_MAX = 200, ADOPTED_SIZE = 131072, ADOPTED_ACTOR = 254 };

struct adapter;

struct adopted_file {
	char path[STAGING_NAME];
	char owner[UUID_TEXT];      /* the object whose file it is; "": the node's */
	bool has_base;              /* false: the panel writes no such file */
	uint8_t base[TOKEN_DIGEST]; /* of what the panel would write, without its marks of generations */
	char *content;              /* owned, NUL-terminated */
	size_t size;
	char actor[ADOPTED_ACTOR]; /* who adopted it, for people */
	int64_t at_ms;
};

struct adopted {
	struct adopted_file *files;
	size_t n;
};

void adopted_done(struct adopted *adopted);
const struct adopted_file *adopted_find(const struct adopted *adopted, const char *path); /* NULL: none */
/* Copies; a file of that path is replaced. ERR_QUOTA above ADOPTED_MAX. */
bool adopted_put(struct adopted *adopted, const struct adopted_file *file, struct error *err) _must_check_;
bool adopted_copy(const struct adopted *from, struct adopted *to, struct error *err) _must_check_;
void adopted_remove(struct adopted *adopted, const char *path);

/* The adopted files that one generation is made with. */
struct adopted_use {
	const struct adopted_file *file; /* borrowed */
	bool fresh;                      /* not in the journal yet */
	bool dropped;                    /* the panel's own has taken its place, */
	bool changed;                    /* because that is another one than it was */
};

struct adopted_round {
	const struct adapter *adapter;
	struct adopted_use *uses;
	size_t n;
	struct staging_filter filter; /* for a staging that these files go into */
};

/* Begins with all of adopted, which may be NULL. The round stays where it is while the filter is used. */
bool adopted_round_begin(struct adopted_round *round, const struct adapter *adapter, const struct adopted *adopted,
                         struct error *err) _must_check_;
/* A further one, in the place of one with its path. */
bool adopted_round_add(struct adopted_round *round, const struct adopted_file *file, struct error *err) _must_check_;
void adopted_round_done(struct adopted_round *round);

/* Writes those that the panel has no file for; last, when all other files are there. */
bool adopted_round_write(struct adopted_round *round, struct staging *staging, struct error *err) _must_check_;
