/* buf: a growing byte buffer whose failure sticks. */

#include "lib/base/buf.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

void buf_done(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){ 0 };
}

static char *failed(struct buf *buf)
{
	buf->failed = true;
	return NULL;
}

char *buf_grow(struct buf *buf, size_t size)
{
	size_t need, capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;
	char *data;

	if (buf->failed || __builtin_add_overflow(buf->size, size, &need) || __builtin_add_overflow(need, 1U, &need))
		return failed(buf);
	while (capacity < need)
		if (__builtin_mul_overflow(capacity, 2U, &capacity))
			return failed(buf);
	data = realloc(buf->data, capacity);
	if (!data)
		return failed(buf);
	buf->data = data;
	buf->capacity = capacity;
	return data + buf->size;
}

void buf_add(struct buf *buf, const void *data, size_t size)
{
	char *at = buf_room(buf, size);

	if (!at)
		return;
	if (size)
		memcpy(at, data, size);
	buf->size += size;
	buf->data[buf->size] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	size_t room = buf->capacity - buf->size;
	va_list args, again;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(room ? buf->data + buf->size : NULL, room, format, args);
	if (length < 0)
		buf->failed = true;
	else if ((size_t)length >= room && buf_room(buf, (size_t)length))
		vsnprintf(buf->data + buf->size, (size_t)length + 1, format, again);
	if (!buf->failed)
		buf->size += (size_t)length;
	else if (room)
		buf->data[buf->size] = '\0';
	va_end(again);
	va_end(args);
}

void buf_clear(struct buf *buf)
{
	buf->size = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

char *buf_take(struct buf *buf)
{
	char *data;

	buf_add(buf, "", 0); /* an empty one gives "" */
	if (buf->failed) {
		buf_done(buf);
		return NULL;
	}
	data = TAKE_PTR(buf->data);
	*buf = (struct buf){ 0 };
	return data;
}
