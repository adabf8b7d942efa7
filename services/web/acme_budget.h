/* acme_budget: how much is asked of an authority, counted by all copies of web together, never above the settings. */
#pragma once

#include "lib/db/db.h"

#include "certificate.h"
#include "web.h"

/* Takes one order for the certificate's names, with the transaction. *ret_until 0: taken; else when there is room
 * again (Unix ms), and words for people say of what there is none. */
bool budget_take(struct tx *tx, const struct web_settings *settings, const struct certificate *certificate,
                 int64_t *ret_until, char words[static 160], struct error *err) _must_check_;

/* Notes a validation of a name that failed. */
bool budget_failed(struct tx *tx, const struct web_settings *settings, const char *name,
                   struct error *err) _must_check_;

/* What was asked of the settings' authority within the limits' windows, orders first. */
bool budget_view(struct service *service, struct arena *arena, Stralix__V1__CertificateAuthority *view,
                 struct error *err) _must_check_;

/* Janitor: forgets what no window looks at any more. */
bool web_budget_trim(struct service *service, struct error *err);
