/* view: rows of the ledger and of the nodes as the API shows them. All text comes from the arena. */
#pragma once

#include "lib/base/arena.h"
#include "lib/db/db.h"

#include "stralix/v1/tasks.pb-c.h"

/* A row of task_get, task_list, task_list_of.*/
bool view_task(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__Task **ret,
               struct error *err) _must_check_;

/* The words of a list, which any of the characters of between part. Of the arena; NULL without room. */
char **view_words(const char *list, const char *between, struct arena *arena, size_t *n);

/* A row of node_list. */
bool view_node(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__Node **ret,
               struct error *err) _must_check_;
