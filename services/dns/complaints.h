/* complaints: all that is wrong with a change, field by field. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"

#include "stralix/v1/common.pb-c.h"

enum { COMPLAINTS = 100 };

struct complaints {
	struct arena *arena;
	Stralix__V1__Violation *list[COMPLAINTS]; /* the first of them, from the arena */
	size_t n;
};

void complain(struct complaints *complaints, const char *field, const char *rule, const char *format, ...)
	_printf_(4, 5);

/* True when there are none; else ERR_INVALID with the first of them. */
bool complaints_none(const struct complaints *complaints, struct error *err) _must_check_;
