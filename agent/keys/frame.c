/* frame: word, number of parts, their sizes; then the parts, each with a NUL behind it. */

#include "agent/keys/frame.h"

#include <string.h>

size_t frame_write(const struct frame *frame, uint8_t *buffer)
{
	uint32_t head[2 + FRAME_PARTS] = { frame->word, frame->n };
	size_t at = FRAME_HEAD;

	for (uint32_t i = 0; i < frame->n && i < FRAME_PARTS; i++) {
		if (frame->size[i] >= FRAME_SIZE - at)
			return 0;
		head[2 + i] = (uint32_t)frame->size[i];
		if (frame->size[i] > 0)
			memcpy(buffer + at, frame->part[i], frame->size[i]);
		at += frame->size[i];
		buffer[at++] = '\0';
	}
	memcpy(buffer, head, FRAME_HEAD);
	return at;
}

bool frame_read(const uint8_t *buffer, size_t size, struct frame *ret)
{
	uint32_t head[2 + FRAME_PARTS];
	size_t at = FRAME_HEAD;

	if (size < FRAME_HEAD || size > FRAME_SIZE)
		return false;
	memcpy(head, buffer, FRAME_HEAD);
	*ret = (struct frame){ .word = head[0], .n = head[1] };
	if (ret->n > FRAME_PARTS)
		return false;
	for (uint32_t i = 0; i < ret->n; i++) {
		ret->part[i] = buffer + at;
		ret->size[i] = head[2 + i];
		if (ret->size[i] >= size - at || buffer[at + ret->size[i]] != '\0')
			return false;
		at += ret->size[i] + 1;
	}
	return at == size;
}
