/* settings: what can be set of a website: kept packed, changed member by member, checked as a whole. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/error.h"

#include "stralix/v1/website.pb-c.h"

/* Of the column's bytes; none are the defaults. From the arena. */
bool settings_read(const void *data, size_t size, struct arena *arena, Stralix__V1__WebsiteSettings **ret,
                   struct error *err) _must_check_;

/* The bytes for the column, for free(); settings may be NULL. NULL without memory. */
uint8_t *settings_pack(const Stralix__V1__WebsiteSettings *settings, size_t *ret_size);

bool settings_equal(const Stralix__V1__WebsiteSettings *a, const Stralix__V1__WebsiteSettings *b);

/* from with the members that mask names ("settings.aliases") taken from given, which may be NULL. Shares their values.
 */
bool settings_merge(const Stralix__V1__WebsiteSettings *from, const Stralix__V1__WebsiteSettings *given,
                    char *const *mask, size_t n_mask, struct arena *arena, Stralix__V1__WebsiteSettings **ret,
                    struct error *err) _must_check_;

/* What no rule of a single field can say: names and paths given twice, redirects to themselves, a taken path. */
bool settings_check(const Stralix__V1__WebsiteSettings *settings, const char *domain, struct error *err) _must_check_;

/* What settings say of certificates: automatic, own, none. settings may be NULL. */
const char *settings_certificate_mode(const Stralix__V1__WebsiteSettings *settings);

/* Whether its certificate shall be for every name right below the website's own, too. */
bool settings_want_wildcard(const Stralix__V1__WebsiteSettings *settings);

/* settings may be NULL. */
bool settings_has_alias(const Stralix__V1__WebsiteSettings *settings, const char *name);
