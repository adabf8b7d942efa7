/* certificate_view: certificates as others see them. */
#pragma once

#include "lib/service/change.h"

#include "stralix/v1/web.pb-c.h"

#include "certificate.h"

/* A message from the arena; whole: with the chain and the request, which lists leave out. */
bool certificate_view(const struct certificate *certificate, bool whole, struct arena *arena,
                      Stralix__V1__WebsiteCertificate **ret, struct error *err) _must_check_;

bool certificate_target(const struct certificate *certificate, struct arena *arena, Stralix__V1__Target *ret,
                        struct error *err) _must_check_;

/* Audit record and event of what was done; before may be NULL. verb: created, updated, deleted … */
bool certificate_tell(struct change *change, const struct certificate *before, const struct certificate *after,
                      const char *action, const char *outcome, const char *verb, struct arena *arena,
                      struct error *err) _must_check_;

/* The reply of a change, with it. */
bool certificate_reply(struct change *change, const struct certificate *certificate, const char *task_id,
                       struct arena *arena, struct error *err) _must_check_;
