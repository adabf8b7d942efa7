/* place: where a website lives, as tasks says. */
#pragma once

#include "lib/service/call.h"

#include "stralix/v1/tasks.pb-c.h"

#include "website.h"

/*
 * A trusted, able and little loaded node, or the one where the website is already. A name that is a node's, or below
 * it, is refused: ERR_INVALID. ERR_NO_NODE, ERR_UNAVAILABLE. *ret belongs to the call.
 */
bool place_ask(struct call *call, const struct website *site, const char *name,
               const Stralix__V1__PlaceResourceReply **ret, struct error *err) _must_check_;
