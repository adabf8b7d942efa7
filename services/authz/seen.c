/* seen: see seen.h. */
#include "seen.h"

#include <pthread.h>
#include <string.h>

#include "authz_sql.h"

enum { SEEN_MAX = 2048, KINDS = OPAQUE_API + 1 };

struct ids {
	struct uuid ids[SEEN_MAX];
	size_t n;
};

struct seen {
	pthread_mutex_t mutex;
	struct ids kinds[KINDS];
};

bool seen_new(struct seen **ret, struct error *err)
{
	struct seen *seen = calloc(1, sizeof(*seen));

	if (!seen)
		return error_set(err, ERR_INTERNAL, "no memory");
	pthread_mutex_init(&seen->mutex, NULL);
	*ret = seen;
	return true;
}

void seen_free(struct seen *seen)
{
	if (!seen)
		return;
	pthread_mutex_destroy(&seen->mutex);
	free(seen);
}

void seen_note(struct seen *seen, enum opaque_kind kind, const struct uuid *id)
{
	struct ids *ids = &seen->kinds[kind];

	pthread_mutex_lock(&seen->mutex);
	if (ids->n < SEEN_MAX)
		ids->ids[ids->n++] = *id;
	pthread_mutex_unlock(&seen->mutex);
}

static bool write_ids(struct db *wide, unsigned statement, const struct ids *ids, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_free_ char(*texts)[UUID_TEXT] = calloc(ids->n, sizeof(*texts));
	_cleanup_free_ const char **list = calloc(ids->n, sizeof(*list));

	if (!texts || !list)
		return error_set(err, ERR_INTERNAL, "no memory");
	for (size_t i = 0; i < ids->n; i++)
		list[i] = uuid_format(&ids->ids[i], texts[i]);
	return tx_begin(wide, NULL, &tx, err) && TX_RUN(tx, statement, NULL, err, DB_TEXTS(list, ids->n)) &&
	       tx_commit(&tx, err);
}

bool seen_write(struct seen *seen, struct db *wide, struct error *err)
{
	static const unsigned statements[KINDS] = {
		[OPAQUE_SESSION] = AUTHZ_WIDE_SESSION_TOUCH,
		[OPAQUE_API] = AUTHZ_WIDE_TOKEN_TOUCH,
	};
	_cleanup_free_ struct ids *taken = malloc(sizeof(*taken));
	bool ok = true;

	if (!taken)
		return error_set(err, ERR_INTERNAL, "no memory");
	for (size_t kind = OPAQUE_SESSION; ok && kind < KINDS; kind++) {
		pthread_mutex_lock(&seen->mutex);
		*taken = seen->kinds[kind];
		seen->kinds[kind].n = 0;
		pthread_mutex_unlock(&seen->mutex);
		ok = !taken->n || write_ids(wide, statements[kind], taken, err);
	}
	return ok || error_wrap(err, "write down who was seen");
}
