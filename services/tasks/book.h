/* book: what this process knows of the nodes in memory: keys to check reports with, and heartbeats not yet written. */
#pragma once

#include <stdint.h>

#include "lib/db/db.h"
#include "lib/token/token.h"

struct book;

struct node_facts {
	char id[64];
	bool trusted, has_key;
	uint8_t key[TOKEN_KEY]; /* of reports */
};

/* One heartbeat to write; an array of them. json is owned. */
struct beat {
	char id[64];
	char *json;
	int64_t at_ms;
	bool clock_ok;
};

struct book *book_new(void);
void book_free(struct book *book);
DEFINE_CLEANUP(struct book *, book_free)

/* Reads all nodes; what is pending stays. */
bool book_load(struct book *book, struct db *wide, struct error *err) _must_check_;

/* A node that isn't there is looked for in the database, at most once a second. ERR_NOT_FOUND. */
bool book_find(struct book *book, struct db *wide, const char *id, struct node_facts *ret,
               struct error *err) _must_check_;

/* Keeps a heartbeat until book_take_beats; takes json over. Returns whether it is news: the node was away, or held. */
bool book_beat(struct book *book, const char *id, char *json, int64_t now_ms, bool clock_ok);

/* Whether the node has told of itself at that moment or later. */
bool book_heard_since(struct book *book, const char *id, int64_t unix_ms);

/* The node's next heartbeat is news. */
void book_away(struct book *book, const char *id);

/* The pending heartbeats, now the caller's (each json, and the array, to free()); NULL when there are none. */
struct beat *book_take_beats(struct book *book, size_t *ret_n);

/* Those that couldn't be written go back, unless newer ones came. Takes beats over. */
void book_give_back(struct book *book, struct beat *beats, size_t n);
