/* defaults: what new websites of an organisation begin with, where their request says nothing. */
#pragma once

#include "lib/db/db.h"
#include "lib/service/call.h"

#include "stralix/v1/web.pb-c.h"

/* As they are; the panel's, with ETag 0, when the organisation has set none. From the arena. */
bool defaults_find(struct db *wide, const struct uuid *org, struct arena *arena, Stralix__V1__WebsiteDefaults **ret,
                   struct error *err) _must_check_;

/* The same, locked until the transaction ends. */
bool defaults_lock(struct tx *tx, const struct uuid *org, struct arena *arena, Stralix__V1__WebsiteDefaults **ret,
                   struct error *err) _must_check_;

/* Puts wanted in the place of before; *ret as they are then. ERR_PRECONDITION: somebody else was faster. */
bool defaults_put(struct tx *tx, const struct uuid *org, const Stralix__V1__WebsiteDefaults *before,
                  const Stralix__V1__WebsiteDefaults *wanted, struct arena *arena, Stralix__V1__WebsiteDefaults **ret,
                  struct error *err) _must_check_;

/* Says of HTTPS what the organisation wants where *given, which may be NULL, says nothing. */
bool defaults_fill(struct call *call, const struct uuid *org, Stralix__V1__WebsiteSettings **given,
                   struct error *err) _must_check_;
