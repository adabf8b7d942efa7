/* arguments: a command line to a call: what stands in the path, the query and the body. */
#pragma once

#include "lib/base/buf.h"

#include "cli/api/spec.h"

/* How the panel is reached and how the answer is shown; texts belong to argv or the environment. */
struct manner {
	const char *url, *ca, *token_file, *etag, *only;
	bool json, wait, all, follow, help;
};

struct arguments {
	struct manner manner;
	struct buf path;  /* of the URL, filled in */
	struct buf query; /* "a=b&c=d", escaped */
	json_t *body;     /* NULL: none */
};

/* argv: what stands behind the command. ERR_INVALID says what to write instead. */
bool arguments_parse(const struct spec *spec, const struct operation *operation, int argc, char *const *argv,
                     struct arguments *ret, struct error *err) _must_check_;
void arguments_done(struct arguments *arguments);

/* What may be said of an operation, for people. */
void arguments_describe(const struct spec *spec, const struct operation *operation, FILE *out);

/* Each option of an operation, "--node-id", also of members: "--settings.aliases". */
void arguments_each(const struct spec *spec, const struct operation *operation,
                    void (*fn)(void *arg, const char *option, json_t *schema, bool required, const char *where),
                    void *arg);
