/* guard: tokens, roles, scopes and callers. */
#include "guard.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/token/pulse.h"

enum {
	SETS = 1024, /* a power of two; of verdicts */
	WAYS = 8,
	IDENTITY_LEEWAY_S = 5, /* for a clock that is a bit behind the signer's; none for one that is ahead */
	SERVICE_LEEWAY_S = 30, /* both ways */
	IDENTITY_MAX_S = 900,  /* the longest life that is believed: an operator's token lives ten minutes */
	SERVICE_LIFE_S = 60,
	NAME_MAX_ = 160,
};

#define BEARER "Bearer "
#define ISSUER "authz"        /* of identity tokens: the signer's key */
#define OWN_SUFFIX ".service" /* "authz.service": the key of the service itself, which isn't the signer's */

/* Tags of tokens whose signature was found good: 128 bits of a hash (SipHash) under a key that this process alone has.
 * Some thousand people share the sets; with a single place for each of them two would push each other out all the time.
 */
struct verdicts {
	uint8_t tags[WAYS][TOKEN_TAG];
	unsigned next; /* to be overwritten */
};

struct guard {
	char *service;
	const struct keyring *keyring;
	pthread_mutex_t mutex;
	struct verdicts *verdicts; /* SETS of them, by what the tokens' tags begin with */
	uint8_t tag_key[TOKEN_TAG];
	struct pulse pulse; /* the newest seen */
};

bool guard_new(const char *service, const struct keyring *keyring, struct guard **ret, struct error *err)
{
	_cleanup_(guard_freep) struct guard *guard = calloc(1, sizeof(*guard));

	if (guard)
		pthread_mutex_init(&guard->mutex, NULL);
	if (!guard || !(guard->service = strdup(service)) ||
	    !(guard->verdicts = calloc(SETS, sizeof(*guard->verdicts))))
		return error_set(err, ERR_INTERNAL, "out of memory");
	token_tag_key(guard->tag_key);
	guard->keyring = keyring;
	*ret = TAKE_PTR(guard);
	return true;
}

void guard_free(struct guard *guard)
{
	if (!guard)
		return;
	free(guard->verdicts);
	pthread_mutex_destroy(&guard->mutex);
	free(guard->service);
	free(guard);
}

static struct verdicts *set_of(struct guard *guard, const uint8_t tag[static TOKEN_TAG])
{
	return &guard->verdicts[(tag[0] | (unsigned)tag[1] << 8) & (SETS - 1)];
}

static bool recall(struct guard *guard, const uint8_t tag[static TOKEN_TAG])
{
	const struct verdicts *set = set_of(guard, tag);
	bool found = false;

	pthread_mutex_lock(&guard->mutex);
	for (size_t i = 0; i < WAYS && !found; i++)
		found = memcmp(set->tags[i], tag, TOKEN_TAG) == 0;
	pthread_mutex_unlock(&guard->mutex);
	return found;
}

static void keep(struct guard *guard, const uint8_t tag[static TOKEN_TAG])
{
	struct verdicts *set = set_of(guard, tag);

	pthread_mutex_lock(&guard->mutex);
	memcpy(set->tags[set->next++ % WAYS], tag, TOKEN_TAG);
	pthread_mutex_unlock(&guard->mutex);
}

/* How far a token may come from the future, how long it is good after its end, how long it may live. */
struct times {
	int early_s, late_s, life_s;
};

static bool fail_expired(struct error *err)
{
	return error_set(err, ERR_UNAUTHENTICATED, "the token has expired");
}

static bool check_time(const struct token_claims *claims, int64_t now_s, const struct times *may, struct error *err)
{
	if (claims->iat > now_s + may->early_s)
		return error_set(err, ERR_UNAUTHENTICATED, "the token is from the future");
	if (now_s >= claims->exp + may->late_s)
		return fail_expired(err);
	if (claims->exp - claims->iat > may->life_s)
		return error_set(err, ERR_UNAUTHENTICATED, "the token lives too long");
	return true;
}

static bool find_token(const char *authorization, const char **ret, struct error *err)
{
	if (!authorization)
		return error_set(err, ERR_UNAUTHENTICATED, "nobody is signed in");
	if (strncmp(authorization, BEARER, strlen(BEARER)) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the authorization is no bearer token");
	*ret = authorization + strlen(BEARER);
	return true;
}

/* Identity tokens. */

/* Has the newest pulse kept: checking the signature is once for all who bring the same. */
static bool take_pulse(struct guard *guard, const char *token, struct error *err)
{
	struct pulse pulse;
	bool known;

	pthread_mutex_lock(&guard->mutex);
	known = strcmp(guard->pulse.token, token) == 0;
	pthread_mutex_unlock(&guard->mutex);
	if (known)
		return true;
	if (!pulse_read(guard->keyring, token, &pulse, err))
		return error_wrap(err, "the pulse");
	pthread_mutex_lock(&guard->mutex);
	if (pulse.iat >= guard->pulse.iat)
		guard->pulse = pulse;
	pthread_mutex_unlock(&guard->mutex);
	return true;
}

/* An identity whose own time is over is good on beside a pulse that doesn't revoke it; the newest one seen counts. */
static bool check_extended(struct guard *guard, const struct token_claims *claims, const char *pulse, int64_t now_s,
                           struct error *err)
{
	bool good;

	if (!pulse || now_s >= claims->ext || claims->ext - claims->iat > IDENTITY_EXTENDED_S)
		return fail_expired(err);
	if (!take_pulse(guard, pulse, err))
		return false;
	pthread_mutex_lock(&guard->mutex);
	good = pulse_alive(&guard->pulse, now_s, IDENTITY_LEEWAY_S) &&
	       !pulse_revokes(&guard->pulse, claims->sub, claims->sid, claims->org);
	pthread_mutex_unlock(&guard->mutex);
	return good || fail_expired(err);
}

static bool check_identity_time(struct guard *guard, const struct token_claims *claims,
                                const struct guard_request *request, struct error *err)
{
	static const struct times may = { .early_s = IDENTITY_LEEWAY_S, .late_s = 0, .life_s = IDENTITY_MAX_S };

	if (request->now_s >= claims->exp && claims->ext && claims->exp - claims->iat <= IDENTITY_LIFE_S)
		return check_extended(guard, claims, request->pulse, request->now_s, err);
	return check_time(claims, request->now_s, &may, err);
}

static bool verify_identity(struct guard *guard, const struct guard_request *request, const char *token,
                            struct token_claims *ret, struct error *err)
{
	uint8_t tag[TOKEN_TAG];
	const uint8_t *key = keyring_find(guard->keyring, ISSUER);
	bool known;

	if (!key)
		return error_set(err, ERR_INTERNAL, "the keyring has no key of %s", ISSUER);
	token_tag(guard->tag_key, token, tag);
	known = recall(guard, tag);
	if (!known && !token_verify(key, token, ret, err))
		return false;
	if (known && !token_peek(token, ret))
		return error_set(err, ERR_UNAUTHENTICATED, "the token can't be read");
	if (strcmp(ret->iss, ISSUER) != 0 || strcmp(ret->aud, guard->service) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the token is not for this service");
	if (!check_identity_time(guard, ret, request, err))
		return false;
	if (!known)
		keep(guard, tag);
	return true;
}

static const struct {
	const char *name;
	Stralix__Role role;
} roles[] = {
	{ "customer", STRALIX__ROLE__CUSTOMER },
	{ "staff", STRALIX__ROLE__STAFF },
	{ "admin", STRALIX__ROLE__ADMIN },
};

static Stralix__Role role_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++)
		if (strcmp(roles[i].name, name) == 0)
			return roles[i].role;
	return STRALIX__ROLE__ROLE_UNSET;
}

/* n texts of a given width as a list that ends with NULL. */
static const char *const *list_of(const char *texts, size_t width, unsigned n, struct arena *arena)
{
	const char **list = arena_alloc(arena, (n + 1) * sizeof(*list));

	for (unsigned i = 0; list && i < n; i++) {
		list[i] = arena_strdup(arena, texts + i * width);
		if (!list[i])
			return NULL;
	}
	return list;
}

/* What can't be read limits to nothing, so it isn't believed at all. */
static bool fill_limits(const struct token_claims *claims, struct arena *arena, struct identity *ret, struct error *err)
{
	struct limit *limits;

	if (!claims->n_rec)
		return true;
	if (!(limits = arena_alloc(arena, claims->n_rec * sizeof(*limits))))
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (unsigned i = 0; i < claims->n_rec; i++)
		if (!limit_read(claims->rec[i], &limits[i]))
			return error_set(err, ERR_UNAUTHENTICATED, "the token's records are malformed");
	ret->limits = limits;
	ret->n_limits = claims->n_rec;
	return true;
}

static bool fill_identity(const struct token_claims *claims, struct arena *arena, struct identity *ret,
                          struct error *err)
{
	struct identity identity = { .role = role_of(claims->role) };

	if (identity.role == STRALIX__ROLE__ROLE_UNSET || !claims->sub[0] ||
	    strlen(claims->sub) >= sizeof(ret->user_id) || strlen(claims->sid) >= sizeof(ret->session_id))
		return error_set(err, ERR_UNAUTHENTICATED, "the token names no user with a role");
	if (claims->org[0] && !uuid_parse(claims->org, &identity.org))
		return error_set(err, ERR_UNAUTHENTICATED, "the token's organisation is malformed");
	memcpy(identity.user_id, claims->sub, strlen(claims->sub));
	memcpy(identity.session_id, claims->sid, strlen(claims->sid));
	memcpy(identity.name, claims->name, sizeof(identity.name));
	identity.acting = claims->act[0];
	identity.orgs = list_of(claims->orgs[0], sizeof(claims->orgs[0]), claims->n_orgs, arena);
	if (claims->n_scp)
		identity.scopes = list_of(claims->scp[0], sizeof(claims->scp[0]), claims->n_scp, arena);
	if (!identity.orgs || (claims->n_scp && !identity.scopes))
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!fill_limits(claims, arena, &identity, err))
		return false;
	*ret = identity;
	return true;
}

static bool in_list(const char *const *list, const char *text)
{
	for (; *list; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

static bool admit_person(struct guard *guard, const struct guard_request *request, const char *token,
                         struct identity *ret, struct error *err)
{
	const struct contract_method *method = request->method;
	struct token_claims claims = { 0 };
	struct identity identity = { 0 };

	if (!verify_identity(guard, request, token, &claims, err) ||
	    !fill_identity(&claims, request->arena, &identity, err))
		return false;
	if (method->min_role == STRALIX__ROLE__ROLE_UNSET || identity.role < method->min_role)
		return error_set(err, ERR_FORBIDDEN, "this needs the right %s", method->permission);
	if (identity.acting && method->own)
		return error_set(err, ERR_FORBIDDEN,
		                 "This is your own account's: stop acting for the organisation first.");
	if (identity.limits && !method->records)
		return error_set(err, ERR_FORBIDDEN, "This token is limited to some records of a zone.");
	if (identity.scopes && !in_list(identity.scopes, method->permission))
		return error_set(err, ERR_FORBIDDEN, "this token's scopes don't hold %s", method->permission);
	*ret = identity;
	return true;
}

/* Service tokens. */

static const uint8_t *key_of_service(const struct guard *guard, const char *service)
{
	char own[TOKEN_VALUE + sizeof(OWN_SUFFIX)];
	const uint8_t *key;

	snprintf(own, sizeof(own), "%s" OWN_SUFFIX, service);
	key = keyring_find(guard->keyring, own);
	if (!key && strcmp(service, ISSUER) != 0)
		key = keyring_find(guard->keyring, service);
	return key;
}

static bool verify_service(const struct guard *guard, const struct guard_request *request, const char *token,
                           struct token_claims *ret, struct error *err)
{
	static const struct times may = { SERVICE_LEEWAY_S, SERVICE_LEEWAY_S, SERVICE_LIFE_S };
	uint8_t digest[TOKEN_DIGEST];
	char audience[NAME_MAX_];
	const uint8_t *key;

	if (!token_peek(token, ret))
		return error_set(err, ERR_UNAUTHENTICATED, "the token is malformed");
	if (!in_list(request->method->callers, ret->iss))
		return error_set(err, ERR_FORBIDDEN, "%s is no caller of this", ret->iss);
	key = key_of_service(guard, ret->iss);
	if (!key)
		return error_set(err, ERR_UNAUTHENTICATED, "the keyring has no key of %s", ret->iss);
	if (!token_verify(key, token, ret, err))
		return false;
	snprintf(audience, sizeof(audience), "%s.%s", guard->service, request->method->name);
	if (strcmp(ret->aud, audience) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the token is not for %s", audience);
	token_digest(request->body, request->size, digest);
	if (!ret->has_dig || memcmp(ret->dig, digest, sizeof(digest)) != 0)
		return error_set(err, ERR_UNAUTHENTICATED, "the token is for another body");
	return check_time(ret, request->now_s, &may, err);
}

static bool admit_service(struct guard *guard, const struct guard_request *request, const char *token,
                          struct identity *ret, struct error *err)
{
	struct token_claims claims = { 0 };

	if (!verify_service(guard, request, token, &claims, err))
		return false;
	*ret = (struct identity){ .role = STRALIX__ROLE__ROLE_UNSET };
	if (!claims.sub[0] || strlen(claims.sub) >= sizeof(ret->user_id) || strlen(claims.iss) >= sizeof(ret->service))
		return error_set(err, ERR_UNAUTHENTICATED, "the token names no actor");
	memcpy(ret->user_id, claims.sub, strlen(claims.sub));
	memcpy(ret->service, claims.iss, strlen(claims.iss));
	return true;
}

bool guard_admit(struct guard *guard, const struct guard_request *request, struct identity *ret, struct error *err)
{
	const char *token = "";

	if (request->method->is_public) {
		*ret = (struct identity){ .role = STRALIX__ROLE__ROLE_UNSET };
		return true;
	}
	if (!find_token(request->authorization, &token, err))
		return false;
	if (request->method->callers)
		return admit_service(guard, request, token, ret, err);
	if (request->method->permission)
		return admit_person(guard, request, token, ret, err);
	return error_set(err, ERR_FORBIDDEN, "the contract admits nobody");
}
