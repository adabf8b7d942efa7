/* certificate_follow: what a change of a website means for its certificates. Within that change's transaction. */
#pragma once

#include "lib/service/change.h"

#include "certificate.h"
#include "website.h"

/* The names that a certificate of the website is for: its own, all right below it when that is wanted, then its aliases
 * that these don't cover, as they are at work. */
bool certificate_names(const struct website *site, struct arena *arena, const char *ret[static CERTIFICATE_NAMES],
                       unsigned *ret_n, struct error *err) _must_check_;
/* Likewise, without a wildcard. */
void certificate_plain_names(const struct website *site, const char *ret[static CERTIFICATE_NAMES], unsigned *ret_n);

/* After the end of a website's task: what waits for it is due; what failed with it has failed, in the daemon's words
 * (refused: "" for none); and a certificate is asked for when the website should have one by itself and has none for
 * its names. before: as it was when the task ended. A website that is gone takes its certificates along. */
bool certificate_follow(struct change *change, const struct website *before, const struct website *site,
                        const char *refused, struct arena *arena, struct error *err) _must_check_;

/* Asks for one, whatever the settings say; a wish that is there is tried now, for the names as they are. */
bool certificate_ask(struct change *change, const struct website *site, const char *why, struct arena *arena,
                     struct certificate *ret, struct error *err) _must_check_;
