/* pace: see pace.h. */
#include "pace.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SETS = 512 /* a power of two */, WAYS = 8, ID = 40, MS = 1000 };

/* What a token may still ask is full again at full_ms: that alone is to be kept. */
struct one {
	char id[ID]; /* "": nobody's */
	int64_t full_ms;
};

struct pace {
	pthread_mutex_t mutex;
	struct one ones[SETS][WAYS];
};

bool pace_new(struct pace **ret, struct error *err)
{
	struct pace *pace = calloc(1, sizeof(*pace));

	if (!pace)
		return error_set(err, ERR_INTERNAL, "out of memory");
	pthread_mutex_init(&pace->mutex, NULL);
	*ret = pace;
	return true;
}

void pace_free(struct pace *pace)
{
	if (!pace)
		return;
	pthread_mutex_destroy(&pace->mutex);
	free(pace);
}

static size_t set_of(const char *id)
{
	uint32_t hash = 2166136261U; /* FNV-1a: ids are random already */

	for (; *id; id++)
		hash = (hash ^ (unsigned char)*id) * 16777619U;
	return hash & (SETS - 1);
}

/* The token's own place, or that of whoever has been full for longest. */
static struct one *find(struct pace *pace, const char *id)
{
	struct one *set = pace->ones[set_of(id)], *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (strcmp(set[i].id, id) == 0)
			return &set[i];
		if (set[i].full_ms < oldest->full_ms)
			oldest = &set[i];
	}
	*oldest = (struct one){ .full_ms = 0 };
	memcpy(oldest->id, id, strnlen(id, ID - 1));
	return oldest;
}

bool pace_take(struct pace *pace, const char *token_id, int64_t now_ms, unsigned *ret_after_s)
{
	struct one *one;
	int64_t full_ms;
	bool taken;

	pthread_mutex_lock(&pace->mutex);
	one = find(pace, token_id);
	full_ms = (one->full_ms > now_ms ? one->full_ms : now_ms) + PACE_EVERY_MS;
	taken = full_ms - now_ms <= (int64_t)PACE_BURST * PACE_EVERY_MS;
	if (taken)
		one->full_ms = full_ms;
	pthread_mutex_unlock(&pace->mutex);
	if (!taken)
		*ret_after_s = (unsigned)((full_ms - now_ms - (int64_t)PACE_BURST * PACE_EVERY_MS + MS - 1) / MS);
	return taken;
}
