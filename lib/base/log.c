/* log: builds each line in one buffer and writes it with one system call, so that lines of threads never mix. */

#include "lib/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"

static const char *const level_names[] = {
	[LOG_DEBUG_] = "debug",
	[LOG_INFO_] = "info",
	[LOG_WARN_] = "warn",
	[LOG_ERROR_] = "error",
};

/* Set once by log_open before any thread, read afterwards. */
static struct {
	char process[64];
	enum log_level least;
} settings = { "stralix", LOG_INFO_ };

static _Thread_local struct {
	const char *request_id, *actor;
} context;

void log_open(const char *process, enum log_level least)
{
	snprintf(settings.process, sizeof(settings.process), "%s", process);
	settings.least = least;
}

bool log_level_parse(const char *name, enum log_level *ret)
{
	for (unsigned i = 0; i < ARRAY_SIZE(level_names); i++)
		if (strcmp(level_names[i], name) == 0) {
			*ret = (enum log_level)i;
			return true;
		}
	return false;
}

void log_context(const char *request_id, const char *actor)
{
	context.request_id = request_id;
	context.actor = actor;
}

/* The length of a valid UTF-8 sequence at text (RFC 3629), 0 when it isn't one. */
static size_t utf8_length(const unsigned char *text)
{
	unsigned char c = text[0], low = 0x80, high = 0xBF;
	size_t length = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;

	if (length < 2)
		return length;
	if (c == 0xE0)
		low = 0xA0;
	else if (c == 0xED)
		high = 0x9F;
	else if (c == 0xF0)
		low = 0x90;
	else if (c == 0xF4)
		high = 0x8F;
	if (text[1] < low || text[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((text[i] & 0xC0) != 0x80)
			return 0;
	return length;
}

static void add_text(struct buf *line, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	buf_putc(line, '"');
	while (*at) {
		size_t length = utf8_length(at);

		if (!length) {
			buf_puts(line, "\\ufffd");
			length = 1;
		} else if (*at == '"' || *at == '\\')
			buf_printf(line, "\\%c", *at);
		else if (*at < 0x20 || *at == 0x7F)
			buf_printf(line, "\\u%04x", *at);
		else
			buf_add(line, at, length);
		at += length;
	}
	buf_putc(line, '"');
}

static void add_field(struct buf *line, const char *name, const char *value)
{
	if (!value)
		return;
	buf_putc(line, ',');
	add_text(line, name);
	buf_putc(line, ':');
	add_text(line, value);
}

static void write_all(const char *data, size_t size)
{
	while (size) {
		ssize_t written = write(STDERR_FILENO, data, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return; /* there is nowhere left to say so */
		data += written;
		size -= (size_t)written;
	}
}

_printf_(3, 0) static void add_message(struct buf *line, enum log_level level, const char *format, va_list args)
{
	_cleanup_free_ char *message = NULL;
	char now[CLOCK_RFC3339];

	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	buf_printf(line, "{\"time\":\"%s\",\"level\":\"%s\"", clock_rfc3339(clock_unix_ms(), now), level_names[level]);
	add_field(line, "process", settings.process);
	add_field(line, "message", message ? message : format);
	add_field(line, "requestId", context.request_id);
	add_field(line, "actor", context.actor);
}

void log_write(enum log_level level, const struct log_field *fields, const char *format, ...)
{
	_cleanup_buf_ struct buf line = { 0 };
	int saved = errno;
	va_list args;

	if (level < settings.least)
		return;
	va_start(args, format);
	add_message(&line, level, format, args);
	va_end(args);
	for (; fields && fields->name; fields++)
		add_field(&line, fields->name, fields->value);
	buf_puts(&line, "}\n");
	if (!buf_failed(&line))
		write_all(line.data, line.size);
	errno = saved;
}

void log_failure(enum log_level level, const struct error *err, const char *what)
{
	_cleanup_buf_ struct buf violations = { 0 };
	const char *text = NULL;

	for (unsigned i = 0; i < err->n_violations; i++)
		buf_printf(&violations, "%s%s (%s): %s", i ? "; " : "", err->violations[i].field,
		           err->violations[i].rule, err->violations[i].message);
	if (err->n_violations && !buf_failed(&violations))
		text = violations.data;
	log_write(level,
	          (const struct log_field[]){
			  { "code", error_code_name(err->code) }, { "violations", text }, { NULL, NULL } },
	          "%s: %s", what, err->message);
}
