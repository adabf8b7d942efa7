/* drift: plans and looks at the files of a harness's engine; everything here asserts. */
#pragma once

#include "harness.h"

/* Free with …__free_unpacked. site: what is planned for the website; code NULL: it has to be answered. */
Stralix__V1__PlanAnswer *drift_plan(struct harness *harness, const char *id, const Stralix__V1__WebsiteState *site,
                                    char code[static 41]);
Stralix__V1__ObserveAnswer *drift_observe(struct harness *harness, const char *id); /* NULL: the whole node */

/* The file of that path, which has to be there in that state. */
const Stralix__V1__FileDrift *drift_find(const Stralix__V1__ObserveAnswer *answer, const char *path, const char *state);
/* That a look at the whole node finds that many files, adopted ones not counted. */
void drift_expect(struct harness *harness, unsigned drifted, unsigned adopted);

/* Paths and contents of live files; the website's is sites/<id>.conf. */
void drift_site_path(const struct harness_command *site, char path[static 64]);
void drift_read(const struct harness *harness, const char *path, struct buf *out);
/* By writing it anew, as an editor does; and by the place that the text has in it. */
void drift_write(const struct harness *harness, const char *path, const char *text);
void drift_edit(const struct harness *harness, const char *path, const char *from, const char *to);

/* An order about this website's files, or the node's when site is NULL; how it ended. */
struct drift_order {
	const struct harness_command *site;
	const char *verb, *path, *digest; /* path NULL: no file is named */
	uint64_t generation;
};
void drift_command(const struct drift_order *order, struct harness_command *ret, Stralix__V1__FileOrder *body,
                   Stralix__V1__FileChoice *choice, Stralix__V1__FileChoice **list);
Stralix__V1__Outcome *drift_order(struct harness *harness, const struct drift_order *order);
void drift_order_well(struct harness *harness, const struct drift_order *order);
