/* nginx: websites. A site's files are its server block; what they all share is nginx.conf. The daemon is the node's
 * own, started by the engine, and outlives it. */
#pragma once

#include "agent/engine/adapter.h"
#include "agent/engine/journal.h"
#include "agent/engine/settings.h"

struct keys;
struct nginx;

/* settings, journal and keys are borrowed; keys NULL: no website has HTTPS. secret: names the private locations. Makes
 * the node's folders for logs and sites.
 */
bool nginx_new(const struct settings *settings, struct journal *journal, struct keys *keys, const char *secret,
               struct nginx **ret, struct error *err) _must_check_;
void nginx_free(struct nginx *nginx); /* leaves the daemon running */
struct adapter nginx_adapter(struct nginx *nginx);
const char *const *nginx_php_versions(const struct nginx *nginx); /* ends with NULL; any thread */
