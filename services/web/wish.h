/* wish: the settings that a call would give a website: found, merged, and checked as far as nothing is held or written.
 */
#pragma once

#include "lib/service/call.h"

#include "website.h"

/* The row as it is, for these eyes. ERR_NOT_FOUND. */
bool wish_find(struct call *call, const char *website_id, struct website *site, struct error *err) _must_check_;
bool wish_may_change(const struct website *site, struct error *err) _must_check_; /* ERR_CONFLICT: it is deleted */

/* The site's settings with the members that mask names taken from given, which may be NULL; passwords in it are
 * hashed. ERR_INVALID. */
bool wish_merge(struct call *call, const struct website *site, Stralix__V1__WebsiteSettings *given, char *const *mask,
                size_t n_mask, Stralix__V1__WebsiteSettings **ret, struct error *err) _must_check_;

/* The same of a website that is to be made, as far as it can be said without its node; site has the defaults. */
bool wish_first(struct call *call, const struct website *site, Stralix__V1__WebsiteSettings *given,
                struct error *err) _must_check_;

/* Whether a website may be passed on to where wanted says; site has a node. ERR_INVALID. */
bool wish_check_proxy(struct call *call, const struct website *site, const Stralix__V1__WebsiteSettings *wanted,
                      struct error *err) _must_check_;

/* Neither the panel's name nor that of a node. */
bool wish_check_name(struct call *call, const struct website *site, const char *name, const char *field,
                     struct error *err) _must_check_;

/* Whether the website has had the name already. */
bool wish_has_name(const struct website *site, const char *name);
