/* uuid: version 7 ids (RFC 9562), ordered by time of making. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { UUID_TEXT = 37 };

struct uuid {
	uint8_t bytes[16];
};

/* A fresh version 7 id; aborts when the system has no randomness. */
struct uuid uuid_v7(void);

/* Reads 8-4-4-4-12 hexadecimal digits of either case and nothing else. */
bool uuid_parse(const char *text, struct uuid *ret);

/* Lower case into a buffer of UUID_TEXT bytes; returns buffer. */
char *uuid_format(const struct uuid *id, char buffer[static UUID_TEXT]);

bool uuid_equal(const struct uuid *a, const struct uuid *b);
bool uuid_is_nil(const struct uuid *id);
