/* log: one JSON object a line on standard error. Ids are fields, not prose; lib/ never logs above debug. */
#pragma once

#include <stdbool.h>

#include "lib/base/error.h"

enum log_level { LOG_DEBUG_, LOG_INFO_, LOG_WARN_, LOG_ERROR_ };

/* A text field of a line; an array of them ends with { NULL, NULL }. A NULL value leaves the field out. */
struct log_field {
	const char *name;
	const char *value;
};

/* Once, before any thread: the process's name, in every line, and the least level written. */
void log_open(const char *process, enum log_level least);
bool log_level_parse(const char *name, enum log_level *ret); /* debug, info, warn, error */

/* The ids of what this thread works on now, in each of its lines until changed; borrowed, NULL for none. */
void log_context(const char *request_id, const char *actor);

void log_write(enum log_level level, const struct log_field *fields, const char *format, ...) _printf_(3, 4);

#define log_debug(...) log_write(LOG_DEBUG_, NULL, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO_, NULL, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN_, NULL, __VA_ARGS__)
#define log_error(...) log_write(LOG_ERROR_, NULL, __VA_ARGS__)

/* One line for one failure: message "what: err->message", fields code and violations. */
void log_failure(enum log_level level, const struct error *err, const char *what);
