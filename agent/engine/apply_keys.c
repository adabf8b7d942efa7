/* apply: keys that nothing uses any more. */

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "agent/engine/apply_internal.h"
#include "agent/engine/keys.h"

enum { EVERY_MS = 3600 * 1000 };

void apply_sweep_keys(struct apply *apply)
{
	_cleanup_free_ struct keys_used *used = calloc(apply->n + 1, sizeof(*used));
	int64_t now = clock_monotonic_ms();
	struct error why = { 0 };
	size_t n = 0;

	if (!used || !apply->use.keys || now < apply->sweep_ms)
		return;
	apply->sweep_ms = now + EVERY_MS;
	/* Of all that the journal knows: what is served again after a while needs its key. */
	for (size_t i = 0; i < apply->n; i++)
		if (apply->objects[i].key[0])
			used[n++] = (struct keys_used){ apply->objects[i].id, apply->objects[i].key };
	if (!keys_sweep(apply->use.keys, used, n, clock_unix_ms() / 1000, &why))
		log_failure(LOG_WARN_, &why, "sweeping keys");
}
