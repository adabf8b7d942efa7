/* cleanup: owned locals that free themselves, and visible handing over. */
#pragma once

#include <stdlib.h>
#include <unistd.h>

/* Calls f(&variable) when the variable goes out of scope. */
/* Unused as well: a variable may be there for nothing but its end, which clang doesn't count as use. */
#define _cleanup_(f) __attribute__((cleanup(f), unused))

/* NOLINTBEGIN(bugprone-macro-parentheses): a type can't stand in them */
/* Defines type##_freep-style helpers: DEFINE_CLEANUP(struct bus *, bus_free) makes bus_freep. */
#define DEFINE_CLEANUP(type, function)                                                                                 \
	static inline void function##p(type *pointer)                                                                  \
	{                                                                                                              \
		if (*pointer)                                                                                          \
			function(*pointer);                                                                            \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

/* Hands a pointer over: gives its value and leaves NULL behind. */
#define TAKE_PTR(pointer)                                                                                              \
	__extension__({                                                                                                \
		__typeof__(pointer) taken_ = (pointer);                                                                \
		(pointer) = NULL;                                                                                      \
		taken_;                                                                                                \
	})

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static inline void freep(void *pointer)
{
	free(*(void **)pointer);
}

static inline void closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define _cleanup_free_ _cleanup_(freep)
#define _cleanup_close_ _cleanup_(closep)

#define _must_check_ __attribute__((warn_unused_result))
#define _printf_(text, first) __attribute__((__format__(__printf__, text, first)))
