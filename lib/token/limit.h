/*
 * limit: which sets of records an API token is limited to: of a zone, at one name, of some types. In an identity token
 * (claim rec) one is spelled "<zone id>/A+AAAA/home.shop.example."; a wildcard's "*" is an "@" there.
 */
#pragma once

#include "lib/base/error.h"
#include "lib/base/uuid.h"

enum {
	LIMIT_TEXT = 384,  /* bytes of one as it is spelled, with its NUL; members of token_claims.rec */
	LIMIT_NAME = 255,  /* of an absolute name */
	LIMIT_TYPES = 80,  /* of the types, as they are spelled */
	LIMIT_TYPE = 11,   /* of one type */
	LIMITS_SIZE = 1024 /* of all the texts of a token, without NULs: an identity has to hold them */
};

struct limit {
	struct uuid zone;
	char types[LIMIT_TYPES]; /* "A+AAAA" */
	char name[LIMIT_NAME]; /* absolute, in lower case, with the dot; the first label may be "*", which is no pattern
	                        */
};

/* Adds a type; false: it is there already, is none, or has no room. */
bool limit_add_type(struct limit *limit, const char *type) _must_check_;

/* Whether it can be a name of records: lower case, absolute, letters, digits, hyphens, underscores, a leading "*.". */
bool limit_name_good(const char *name);

/* The one spelling, and back: only what limit_write makes is read. */
void limit_write(const struct limit *limit, char ret[static LIMIT_TEXT]);
bool limit_read(const char *text, struct limit *ret) _must_check_;

/* The type's place in a list: *at goes on to the next one; false at its end. Starts with limit->types. */
bool limit_next_type(const char **at, char ret[static LIMIT_TYPE]);

/* Whether one of n holds the set. name is absolute, as zones keep it. */
bool limits_hold(const struct limit *limits, size_t n, const struct uuid *zone, const char *name, const char *type);
