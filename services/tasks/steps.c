/* steps: an Outcome that holds nothing else is the reader's frame. */

#include "steps.h"

#include <string.h>

#include "lib/json/json.h"

void steps_write(struct buf *buf, Stralix__V1__Step *const *steps, size_t n)
{
	buf_putc(buf, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(buf, ',');
		if (!json_write(buf, &steps[i]->base))
			buf->failed = true;
	}
	buf_putc(buf, ']');
}

bool steps_read(const char *text, struct arena *arena, Stralix__V1__Step ***ret, size_t *ret_n, struct error *err)
{
	const char *framed = arena_printf(arena, "{\"steps\":%s}", text);
	ProtobufCMessage *message = NULL;
	Stralix__V1__Outcome *outcome;

	if (!framed)
		return error_set(err, ERR_TOO_LARGE, "no room for the steps");
	if (!json_read(&stralix__v1__outcome__descriptor, framed, strlen(framed), arena, &message, err))
		return error_wrap(err, "stored steps");
	outcome = (Stralix__V1__Outcome *)message;
	*ret = outcome->steps;
	*ret_n = outcome->n_steps;
	return true;
}
