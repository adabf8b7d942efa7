/* protect: passwords of folders. What is kept and sent to nodes is a hash; what is shown is neither. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"

#include "stralix/v1/website.pb-c.h"

/* Of settings that a caller has just given: hashes the passwords, takes those that aren't given from before, which may
 * be NULL, and leaves no password behind. Checks names and paths given twice. */
bool protect_seal(Stralix__V1__WebsiteSettings *given, const Stralix__V1__WebsiteSettings *before, struct arena *arena,
                  struct error *err) _must_check_;

/* A copy without passwords and hashes, from the arena; NULL: no memory. settings itself when it has none. */
Stralix__V1__WebsiteSettings *protect_show(Stralix__V1__WebsiteSettings *settings, struct arena *arena);
