/* certificate_story: what happened to a certificate, for people: written with each change of it. */
#pragma once

#include "lib/base/arena.h"
#include "lib/db/db.h"

#include "stralix/v1/web.pb-c.h"

#include "certificate.h"

enum story_outcome { STORY_DONE, STORY_WAITING, STORY_FAILED };

struct acme_problem;

/* Adds a step as of the certificate's state. problem: the authority's, with what it said of each name; may be NULL. */
bool story_add(struct tx *tx, const struct certificate *certificate, enum story_outcome outcome, const char *message,
               const struct acme_problem *problem, struct arena *arena, struct error *err) _must_check_;

/* The steps, oldest first, into a view. */
bool story_read(struct db *wide, const struct certificate *certificate, struct arena *arena,
                Stralix__V1__WebsiteCertificate *view, struct error *err) _must_check_;
