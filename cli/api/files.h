/* files: replies that tell of files: plans and drift, with their differences as `diff -u` shows them. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Whether it is such a reply. */
bool files_told(const json_t *reply);

void files_show(const json_t *reply, bool colour, FILE *out);

/* False: it is a plan that the node's daemon wouldn't take. */
bool files_passed(const json_t *reply);
