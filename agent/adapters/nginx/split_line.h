/* split_line: whose a line of nginx's is, and what of it they see. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/uuid.h"

/* A line as two pieces that belong together, without the marker. */
struct split_line {
	char id[UUID_TEXT];
	const char *text[2];
	size_t size[2];
};

/* The marker is the first word. */
bool split_access(const char *secret, const char *line, size_t size, struct split_line *ret);
/* It stands as ", server: MARKER"; text around it may have been chosen by anybody. */
bool split_error(const char *secret, const char *line, size_t size, struct split_line *ret);
