/* seen: a ring in the order of coming. */

#include "agent/engine/seen.h"

#include <stdlib.h>

struct used {
	struct uuid jti;
	int64_t forget_s;
};

struct seen {
	struct used ring[SEEN_ROOM];
	unsigned first, n;
};

struct seen *seen_new(void)
{
	return calloc(1, sizeof(struct seen));
}

void seen_free(struct seen *seen)
{
	free(seen);
}

bool seen_add(struct seen *seen, const struct uuid *jti, int64_t forget_s, int64_t now_s, struct error *err)
{
	while (seen->n > 0 && seen->ring[seen->first].forget_s < now_s) {
		seen->first = (seen->first + 1) % SEEN_ROOM;
		seen->n--;
	}
	for (unsigned i = 0; i < seen->n; i++)
		if (uuid_equal(&seen->ring[(seen->first + i) % SEEN_ROOM].jti, jti))
			return error_set(err, ERR_UNAUTHENTICATED, "the token was used before");
	if (seen->n == SEEN_ROOM)
		return error_set(err, ERR_UNAVAILABLE, "too many questions lately");
	seen->ring[(seen->first + seen->n++) % SEEN_ROOM] = (struct used){ *jti, forget_s };
	return true;
}
