/* buf: a growing byte buffer. Running out of memory sticks: check buf_failed once at the end. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/cleanup.h"

/* Starts as `struct buf b = { 0 };`, ends with buf_done. data is always followed by a NUL that size doesn't count. */
struct buf {
	char *data;
	size_t size, capacity;
	bool failed;
};

void buf_done(struct buf *buf);
void buf_add(struct buf *buf, const void *data, size_t size);
void buf_puts(struct buf *buf, const char *text);
/* Room for size more bytes and the NUL, to be written at data + size by the caller; NULL when failed. */
char *buf_grow(struct buf *buf, size_t size); /* always takes more memory: call buf_room */
static inline char *buf_room(struct buf *buf, size_t size)
{
	return size < buf->capacity - buf->size && !buf->failed ? buf->data + buf->size : buf_grow(buf, size);
}
static inline void buf_putc(struct buf *buf, char c)
{
	char *at = buf_room(buf, 1);

	if (!at)
		return;
	at[0] = c;
	at[1] = '\0';
	buf->size++;
}
void buf_printf(struct buf *buf, const char *format, ...) _printf_(2, 3);
void buf_clear(struct buf *buf); /* keeps the memory */
static inline bool buf_failed(const struct buf *buf)
{
	return buf->failed;
}

/* The bytes, now the caller's to free(); NULL when failed. The buffer is empty again. */
char *buf_take(struct buf *buf);

#define _cleanup_buf_ _cleanup_(buf_done)
