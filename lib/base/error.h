/* error: why a call failed, on the caller's stack. A fallible function returns bool and takes struct error * last. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/cleanup.h"

enum error_code {
	ERR_NONE = 0,
#define ERROR(name, status, retryable, meaning) ERR_##name,
#include "lib/base/errors.def"
#undef ERROR
	ERROR_CODES,
};

enum { ERROR_VIOLATIONS = 8 };

/* One field that breaks its rule. */
struct violation {
	char field[96]; /* lowerCamelCase path: "items[2].name" */
	char rule[24];  /* "HOSTNAME", "required", "max_len", "range" … */
	char message[160];
};

/* Needs no freeing. Declare it as `struct error err = { 0 };`. */
struct error {
	enum error_code code;
	unsigned retry_after_s;
	unsigned n_violations;
	char message[1024];
	struct violation violations[ERROR_VIOLATIONS];
};

/* Sets code and message; always returns false, so that `return error_set(…)` fails. err may be NULL. */
bool error_set(struct error *err, enum error_code code, const char *format, ...) _printf_(3, 4);

/* Sets ERR_INVALID and adds a violation (the first eight are kept); always returns false. */
bool error_field(struct error *err, const char *field, const char *rule, const char *format, ...) _printf_(4, 5);

/* Puts what the caller was trying to do before the message: "create website 'a.example': …"; always returns false. */
bool error_wrap(struct error *err, const char *format, ...) _printf_(2, 3);

/* Code from errno, message "what: strerror": ENOSPC and EDQUOT and EIO are ERR_DISK, else ERR_INTERNAL; returns false.
 */
bool error_errno(struct error *err, int number, const char *format, ...) _printf_(3, 4);

const char *error_code_name(enum error_code code);  /* "NOT_FOUND"; "NONE" for ERR_NONE */
enum error_code error_code_parse(const char *name); /* ERR_INTERNAL when unknown */
int error_http_status(enum error_code code);
bool error_retryable(enum error_code code);

#if defined(__clang_analyzer__) && !defined(ERROR_C)
/* "Always returns false": said in a way that the analyzer understands. */
#define error_set(...)                                                                                                 \
	__extension__({                                                                                                \
		error_set(__VA_ARGS__);                                                                                \
		false;                                                                                                 \
	})
#define error_field(...)                                                                                               \
	__extension__({                                                                                                \
		error_field(__VA_ARGS__);                                                                              \
		false;                                                                                                 \
	})
#define error_wrap(...)                                                                                                \
	__extension__({                                                                                                \
		error_wrap(__VA_ARGS__);                                                                               \
		false;                                                                                                 \
	})
#define error_errno(...)                                                                                               \
	__extension__({                                                                                                \
		error_errno(__VA_ARGS__);                                                                              \
		false;                                                                                                 \
	})
#endif
