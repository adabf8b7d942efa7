/* keys: what stralix-agent-keys does with what it is given; each answers one word of frame.h. */
#pragma once

#include <stdarg.h>

#include "lib/base/cleanup.h"

#include "agent/keys/frame.h"

/* An answer while it is made; its parts lie in memory that keys_reply_done wipes. */
struct keys_reply {
	struct frame frame;
	uint8_t *owned[FRAME_PARTS];
};

void keys_reply_done(struct keys_reply *reply);
/* Copies. False: no memory. */
bool keys_add(struct keys_reply *reply, const void *data, size_t size);
/* Takes back what was added and says why instead; always false. */
bool keys_refuse(struct keys_reply *reply, const char *format, ...) _printf_(2, 3);
bool keys_fail(struct keys_reply *reply, const char *words);

bool keys_make(const struct frame *request, struct keys_reply *reply);
bool keys_sign(const struct frame *request, struct keys_reply *reply);
bool keys_look(const struct frame *request, struct keys_reply *reply); /* READ, CHECK */
bool keys_greet(const struct frame *request, int fd, struct keys_reply *reply);

/* Appends the leaf's digest; x509 is an X509. */
bool keys_add_leaf(struct keys_reply *reply, const void *x509);
