/* Fuzz target of what stralix-agent-keys answers: every part lies in the bytes that came, and writing it again gives
 * them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/keys/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[FRAME_SIZE];
	struct frame frame;

	if (!frame_read(data, size, &frame))
		return 0;
	for (uint32_t i = 0; i < frame.n; i++)
		if (frame.part[i] < data || frame.part[i] + frame.size[i] >= data + size ||
		    frame.part[i][frame.size[i]] != '\0')
			abort();
	if (frame_write(&frame, again) != size)
		abort();
	/* Sizes of parts that aren't there may be anything. */
	if (memcmp(again + FRAME_HEAD, data + FRAME_HEAD, size - FRAME_HEAD) != 0)
		abort();
	return 0;
}
