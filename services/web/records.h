/* records: where a website's names point to, kept by dns in the zones that its organisation has there. */
#pragma once

#include "lib/service/change.h"

#include "website.h"

/* With the change: dns is told of the names and the address, when they are other than before; before NULL: there was
 * nothing. */
bool records_tell(struct change *change, const struct website *before, const struct website *site, struct arena *arena,
                  struct error *err) _must_check_;
