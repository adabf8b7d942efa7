/* reply: an answer's parts. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/keys/keys.h"

static void forget(struct keys_reply *reply)
{
	for (uint32_t i = 0; i < reply->frame.n; i++) {
		explicit_bzero(reply->owned[i], reply->frame.size[i]);
		free(reply->owned[i]);
	}
	reply->frame.n = 0;
}

void keys_reply_done(struct keys_reply *reply)
{
	forget(reply);
}

bool keys_add(struct keys_reply *reply, const void *data, size_t size)
{
	uint32_t i = reply->frame.n;
	uint8_t *copy = i < FRAME_PARTS ? malloc(size + 1) : NULL;

	if (!copy)
		return keys_fail(reply, "out of memory");
	memcpy(copy, data, size);
	reply->owned[i] = copy;
	reply->frame.part[i] = copy;
	reply->frame.size[i] = size;
	reply->frame.n++;
	return true;
}

bool keys_fail(struct keys_reply *reply, const char *words)
{
	forget(reply);
	reply->frame.word = KEYS_FAILED;
	reply->owned[0] = (uint8_t *)strdup(words);
	if (!reply->owned[0])
		return false;
	reply->frame.part[0] = reply->owned[0];
	reply->frame.size[0] = strlen(words);
	reply->frame.n = 1;
	return false;
}

bool keys_refuse(struct keys_reply *reply, const char *format, ...)
{
	char words[512];
	va_list list;

	va_start(list, format);
	vsnprintf(words, sizeof(words), format, list);
	va_end(list);
	keys_fail(reply, words);
	reply->frame.word = KEYS_REFUSED;
	return false;
}
