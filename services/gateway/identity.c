/* Identity tokens: a bounded table by token digest and audience, each entry with those who wait for its exchange. */

#include "identity.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/clock.h"

#include "stralix/v1/authz.pb-c.h"

#include "ask.h"
#include "credentials.h"
#include "rpc.h"

enum {
	BUCKETS = 4096,    /* a power of two */
	MARGIN_MS = 1000,  /* a token must still be good when the service reads it */
	RENEW_MS = 300,    /* less left than this: renew in the background; sooner would only double the exchanges */
	WANT_MS = 2500,    /* less left than this of what an identity lives by itself: a pulse will be wanted */
	REFUSED_MS = 1000, /* how long a refusal is believed */
	RENEW_TIMEOUT_MS = 3000,
	ARENA_MAX = 64 << 10,
};

struct entry {
	struct entry *chain;         /* of its bucket */
	struct entry *newer, *older; /* by last use */
	struct identity_key key;
	struct identity *identity; /* NULL: refused, or not known yet */
	bool refused, fetching, dropped;
	int64_t until_ms;    /* monotonic; by itself */
	int64_t extended_ms; /* beside a pulse; until_ms when not */
	struct identity_waiter *waiters;
};

struct identities {
	pthread_mutex_t lock;
	struct identities_options options;
	struct entry *buckets[BUCKETS];
	struct entry *newest, *oldest;
	size_t count;
};

/* One exchange under way. */
struct flight {
	struct identities *identities;
	struct identity_key key;
};

struct identity *identity_ref(struct identity *identity)
{
	atomic_fetch_add(&identity->refs, 1);
	return identity;
}

void identity_unref(struct identity *identity)
{
	if (identity && atomic_fetch_sub(&identity->refs, 1) == 1) {
		explicit_bzero(identity->token, strlen(identity->token));
		free(identity);
	}
}

void identity_key(struct identity_key *ret, const char *token, const char *audience)
{
	*ret = (struct identity_key){ 0 };
	token_digest(token, strlen(token), ret->digest);
	strncpy(ret->audience, audience, sizeof(ret->audience) - 1);
}

bool identities_new(const struct identities_options *options, struct identities **ret, struct error *err)
{
	struct identities *identities = calloc(1, sizeof(*identities));

	if (!identities)
		return error_set(err, ERR_INTERNAL, "out of memory");
	pthread_mutex_init(&identities->lock, NULL);
	identities->options = *options;
	*ret = identities;
	return true;
}

/* ---- the table, under the lock ---- */

static struct entry **bucket_of(struct identities *identities, const uint8_t digest[static TOKEN_DIGEST])
{
	return &identities->buckets[(digest[0] | (unsigned)digest[1] << 8) & (BUCKETS - 1)];
}

static struct entry *find_entry(struct identities *identities, const struct identity_key *key)
{
	struct entry *entry = *bucket_of(identities, key->digest);

	while (entry && memcmp(&entry->key, key, sizeof(*key)) != 0)
		entry = entry->chain;
	return entry;
}

static void list_remove(struct identities *identities, struct entry *entry)
{
	*(entry->newer ? &entry->newer->older : &identities->newest) = entry->older;
	*(entry->older ? &entry->older->newer : &identities->oldest) = entry->newer;
	entry->newer = entry->older = NULL;
}

static void list_add(struct identities *identities, struct entry *entry)
{
	entry->older = identities->newest;
	*(identities->newest ? &identities->newest->newer : &identities->oldest) = entry;
	identities->newest = entry;
}

static void touch(struct identities *identities, struct entry *entry)
{
	list_remove(identities, entry);
	list_add(identities, entry);
}

static void remove_entry(struct identities *identities, struct entry *entry)
{
	struct entry **at = bucket_of(identities, entry->key.digest);

	while (*at != entry)
		at = &(*at)->chain;
	*at = entry->chain;
	list_remove(identities, entry);
	identities->count--;
	identity_unref(entry->identity);
	free(entry);
}

/* Makes room by the one unused for longest; those that somebody waits for stay. */
static void make_room(struct identities *identities)
{
	struct entry *entry = identities->oldest;

	while (entry && entry->fetching)
		entry = entry->newer;
	if (entry && identities->count >= identities->options.max)
		remove_entry(identities, entry);
}

static struct entry *add_entry(struct identities *identities, const struct identity_key *key)
{
	struct entry **bucket = bucket_of(identities, key->digest);
	struct entry *entry;

	make_room(identities);
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->key = *key;
	entry->chain = *bucket;
	*bucket = entry;
	list_add(identities, entry);
	identities->count++;
	return entry;
}

void identities_free(struct identities *identities)
{
	if (!identities)
		return;
	while (identities->newest)
		remove_entry(identities, identities->newest);
	pthread_mutex_destroy(&identities->lock);
	free(identities);
}

/* ---- the exchange ---- */

static bool parse_role(const char *text, Stralix__Role *ret)
{
	static const char *const names[] = { [STRALIX__ROLE__CUSTOMER] = "customer",
		                             [STRALIX__ROLE__STAFF] = "staff",
		                             [STRALIX__ROLE__ADMIN] = "admin" };

	for (unsigned i = STRALIX__ROLE__CUSTOMER; i <= STRALIX__ROLE__ADMIN; i++) {
		if (strcasecmp(text, names[i]) == 0) {
			*ret = (Stralix__Role)i;
			return true;
		}
	}
	return false;
}

static void take_claims(const struct token_claims *claims, struct identity *identity)
{
	memcpy(identity->user_id, claims->sub, sizeof(identity->user_id));
	memcpy(identity->session_id, claims->sid, sizeof(identity->session_id));
	memcpy(identity->organisation_id, claims->org, sizeof(identity->organisation_id));
	memcpy(identity->scopes, claims->scp, sizeof(identity->scopes));
	memcpy(identity->organisations, claims->orgs, sizeof(identity->organisations));
	identity->n_scopes = claims->n_scp;
	identity->limited = claims->n_rec > 0;
	identity->n_organisations = claims->n_orgs;
}

/* Believes what authz signed, and nothing else of the reply but when it ends. */
static bool read_identity(const struct identities *identities, const char *audience,
                          const Stralix__V1__IssueIdentityReply *reply, struct identity **ret, struct error *err)
{
	const uint8_t *key = keyring_find(identities->options.keyring, "authz");
	size_t size = strlen(reply->identity) + 1;
	_cleanup_(identity_unrefp) struct identity *identity = calloc(1, sizeof(*identity) + size);
	struct token_claims claims;

	if (!identity)
		return error_set(err, ERR_INTERNAL, "out of memory");
	atomic_init(&identity->refs, 1);
	if (!key || size > TOKEN_MAX || !token_verify(key, reply->identity, &claims, NULL) ||
	    strcmp(claims.iss, "authz") != 0 || strcmp(claims.aud, audience) != 0 ||
	    !parse_role(claims.role, &identity->role))
		return error_set(err, ERR_BAD_REPLY, "The authz service answered with an identity that isn't its own.");
	take_claims(&claims, identity);
	memcpy(identity->token, reply->identity, size);
	identity->expires_unix_ms = claims.exp * 1000;
	if (reply->expires_ms > 0 && reply->expires_ms < identity->expires_unix_ms)
		identity->expires_unix_ms = reply->expires_ms;
	identity->extended_unix_ms = claims.ext ? claims.ext * 1000 : identity->expires_unix_ms;
	*ret = TAKE_PTR(identity);
	return true;
}

/* What a browser can do about it is to sign in again; that a token has no good form is no other case. */
static void settle_refusal(struct error *err)
{
	if (err->code != ERR_UNAUTHENTICATED && err->code != ERR_INVALID && err->code != ERR_MALFORMED &&
	    err->code != ERR_NOT_FOUND)
		return;
	*err = (struct error){ 0 };
	error_set(err, ERR_UNAUTHENTICATED, "The session has ended, or the token is no good. Sign in again.");
}

static bool read_reply(const struct flight *flight, const struct bus_msg *reply, struct identity **ret,
                       struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	ProtobufCMessage *message = NULL;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!rpc_unpack(reply, &stralix__v1__issue_identity_reply__descriptor, arena, &message, err)) {
		settle_refusal(err);
		return false;
	}
	return read_identity(flight->identities, flight->key.audience,
	                     (const Stralix__V1__IssueIdentityReply *)(const void *)message, ret, err);
}

/* Keeps the outcome; gives those who waited. identity may be NULL: why then. */
static struct identity_waiter *settle(struct identities *identities, const struct identity_key *key,
                                      struct identity *identity, const struct error *why)
{
	struct entry *entry = find_entry(identities, key);
	struct identity_waiter *waiters = entry->waiters;
	int64_t now = clock_monotonic_ms();

	entry->waiters = NULL;
	entry->fetching = false;
	if (identity && !entry->dropped) {
		identity_unref(entry->identity);
		entry->identity = identity_ref(identity);
		entry->refused = false;
		entry->until_ms = now + identity->expires_unix_ms - clock_unix_ms() - MARGIN_MS;
		entry->extended_ms = now + identity->extended_unix_ms - clock_unix_ms() - MARGIN_MS;
	} else if (!identity && why->code == ERR_UNAUTHENTICATED) {
		identity_unref(TAKE_PTR(entry->identity));
		entry->refused = true;
		entry->until_ms = entry->extended_ms = now + REFUSED_MS;
	}
	if (entry->dropped || (!entry->identity && !entry->refused))
		remove_entry(identities, entry);
	return waiters;
}

static void finish(struct flight *flight, struct identity *identity, const struct error *why)
{
	struct identities *identities = flight->identities;
	struct identity_waiter *waiters;

	pthread_mutex_lock(&identities->lock);
	waiters = settle(identities, &flight->key, identity, why);
	pthread_mutex_unlock(&identities->lock);
	free(flight);
	while (waiters) {
		struct identity_waiter *waiter = waiters;

		waiters = waiter->next;
		waiter->done(waiter->arg, identity ? identity_ref(identity) : NULL, identity ? NULL : why);
	}
	identity_unref(identity);
}

static void on_reply(void *arg, struct bus_msg *message, const struct error *why)
{
	_cleanup_(bus_msg_freep) struct bus_msg *reply = message;
	struct flight *flight = arg;
	struct identity *identity = NULL;
	struct error err = { 0 };

	if (!reply) {
		err = *why;
		rpc_away(&err, "authz");
	} else if (!read_reply(flight, reply, &identity, &err)) {
		identity = NULL;
	}
	finish(flight, identity, &err);
}

/* The entry is marked as fetching already. */
static void launch(struct identities *identities, const struct identity_key *key, const char *token,
                   const char *request_id, int timeout_ms)
{
	struct flight *flight = malloc(sizeof(*flight));
	Stralix__V1__IssueIdentityRequest request;
	char text[CREDENTIALS_TOKEN];
	struct error err = { 0 };

	if (!flight)
		abort(); /* the waiters of the entry could never be told */
	*flight = (struct flight){ identities, *key };
	snprintf(text, sizeof(text), "%s", token);
	stralix__v1__issue_identity_request__init(&request);
	request.token = text;
	request.audience = flight->key.audience;
	if (!ask_authz(identities->options.bus, identities->options.key, "IssueIdentity", &request.base, request_id,
	               timeout_ms, on_reply, flight, &err)) {
		if (err.code == ERR_UNAVAILABLE)
			rpc_away(&err, "authz");
		finish(flight, NULL, &err);
	}
}

/* ---- asking ---- */

/* By itself, or beside the newest pulse; under the lock. */
static bool good(const struct identities *identities, const struct entry *entry, int64_t now)
{
	if (!entry->identity || now >= entry->extended_ms)
		return false;
	return now < entry->until_ms || freshness_covers(identities->options.freshness, entry->identity, NULL);
}

enum identity_found identities_find(struct identities *identities, const struct identity_key *key, const char *token,
                                    const char *request_id, struct identity **ret, struct error *err)
{
	enum identity_found found = IDENTITY_UNKNOWN;
	int64_t now = clock_monotonic_ms();
	bool renew = false, want = false;
	struct entry *entry;

	pthread_mutex_lock(&identities->lock);
	entry = find_entry(identities, key);
	if (entry && !entry->dropped) {
		want = entry->extended_ms > entry->until_ms && entry->until_ms - now < WANT_MS;
		if (good(identities, entry, now)) {
			found = IDENTITY_GOOD;
			*ret = identity_ref(entry->identity);
			renew = entry->extended_ms - now < RENEW_MS && !entry->fetching;
			entry->fetching |= renew;
			touch(identities, entry);
		} else if (entry->refused && now < entry->until_ms) {
			found = IDENTITY_REFUSED;
			error_set(err, ERR_UNAUTHENTICATED,
			          "The session has ended, or the token is no good. Sign in again.");
		}
	}
	pthread_mutex_unlock(&identities->lock);
	if (want)
		freshness_want(identities->options.freshness, request_id);
	if (renew)
		launch(identities, key, token, request_id, RENEW_TIMEOUT_MS);
	return found;
}

bool identities_pulse(struct identities *identities, const struct identity *identity, char pulse[static TOKEN_MAX])
{
	return clock_unix_ms() >= identity->expires_unix_ms - 2 * (int64_t)MARGIN_MS &&
	       identity->extended_unix_ms > identity->expires_unix_ms &&
	       freshness_covers(identities->options.freshness, identity, pulse);
}

void identities_fetch(struct identities *identities, const struct identity_key *key, const char *token,
                      const char *request_id, int timeout_ms, struct identity_waiter *waiter)
{
	bool first = false;
	struct entry *entry;

	pthread_mutex_lock(&identities->lock);
	entry = find_entry(identities, key);
	if (!entry)
		entry = add_entry(identities, key);
	if (entry) {
		first = !entry->fetching;
		entry->fetching = true;
		waiter->next = entry->waiters;
		entry->waiters = waiter;
	}
	pthread_mutex_unlock(&identities->lock);
	if (!entry) {
		struct error err = { 0 };

		error_set(&err, ERR_UNAVAILABLE, "The gateway is out of memory.");
		waiter->done(waiter->arg, NULL, &err);
	} else if (first) {
		launch(identities, key, token, request_id, timeout_ms);
	}
}

void identities_drop(struct identities *identities, const uint8_t digest[static TOKEN_DIGEST])
{
	struct entry *entry, *next;

	pthread_mutex_lock(&identities->lock);
	for (entry = *bucket_of(identities, digest); entry; entry = next) {
		next = entry->chain;
		if (memcmp(entry->key.digest, digest, TOKEN_DIGEST) != 0)
			continue;
		if (entry->fetching)
			entry->dropped = true; /* what comes back was asked before */
		else
			remove_entry(identities, entry);
	}
	pthread_mutex_unlock(&identities->lock);
}

void identities_sweep(struct identities *identities)
{
	int64_t now = clock_monotonic_ms();
	struct entry *entry, *newer;

	pthread_mutex_lock(&identities->lock);
	for (entry = identities->oldest; entry; entry = newer) {
		newer = entry->newer;
		if (!entry->fetching && entry->extended_ms < now)
			remove_entry(identities, entry);
	}
	pthread_mutex_unlock(&identities->lock);
}

size_t identities_count(struct identities *identities)
{
	size_t count;

	pthread_mutex_lock(&identities->lock);
	count = identities->count;
	pthread_mutex_unlock(&identities->lock);
	return count;
}
