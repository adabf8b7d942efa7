/* view: websites as others see them. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"

#include "stralix/v1/web.pb-c.h"

#include "website.h"

/* A message from the arena. ERR_TOO_LARGE. */
bool website_view(const struct website *site, struct arena *arena, Stralix__V1__Website **ret, struct error *err);

/* What tasks, audit and the node call it. */
bool website_target(const struct website *site, struct arena *arena, Stralix__V1__Target *ret, struct error *err);

/* The whole reply of a change. */
bool website_reply(const struct website *site, struct arena *arena, Stralix__V1__WebsiteReply *ret, struct error *err);
