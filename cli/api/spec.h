/* spec: the operations of the API, as the description that was built in (openapi.json) has them. */
#pragma once

#include <jansson.h>

#include "lib/base/error.h"

#include "cli/api/names.h"

/* One operation; all but noun and verb belongs to the spec. */
struct operation {
	const char *id, *method, *path, *summary, *permission;
	char noun[NAME_WORD], verb[NAME_WORD];
	json_t *parameters; /* an array */
	json_t *body;       /* its schema, resolved; NULL: none */
	json_t *reply;      /* likewise */
};

struct spec {
	json_t *root;
	struct operation *operations;
	size_t n;
};

bool spec_load(struct spec *ret, struct error *err) _must_check_;
void spec_done(struct spec *spec);

/* A schema itself, or what its $ref names. */
json_t *spec_resolve(const struct spec *spec, json_t *schema);

/* The operation "noun verb"; NULL: there is none. */
const struct operation *spec_find(const struct spec *spec, const char *noun, const char *verb);

/* Whether no operation before this one has its noun. */
bool spec_first(const struct spec *spec, size_t i);

/* Whether the operation wants If-Match. */
bool operation_matched(const struct operation *operation);
