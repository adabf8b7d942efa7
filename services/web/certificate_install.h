/* certificate_install: from a chain to a website that is served with it. */
#pragma once

#include "certificate_run.h"

struct chain;

/* Whether a chain (PEM) leads to a root of the settings. */
bool certificate_is_trusted(const struct certificate_run *run, const char *chain);

/* Takes an authority's chain into run's certificate, when it is what was asked for and not worse than what the website
 * has: the node's key, all names, time left, a trusted root. */
bool certificate_take(struct certificate_run *run, const char *chain, struct error *err) _must_check_;

/* The facts of a chain that was checked, into a certificate. Shared texts come from the arena. */
bool certificate_describe(struct certificate *certificate, const struct chain *chain, const char *pem,
                          struct arena *arena, struct error *err) _must_check_;

/* One change: the certificate (installing) and its website's new generation, by task. */
bool certificate_install(struct certificate_run *run, bool *ret_more, struct error *err) _must_check_;

/* The website's part of it, within a change: site is locked. */
bool certificate_put(struct change *change, struct website *site, struct certificate *certificate, uint32_t epoch,
                     const char *permission, struct arena *arena, struct error *err) _must_check_;
