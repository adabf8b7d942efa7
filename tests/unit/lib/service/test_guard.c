/* Tokens, roles, scopes, callers. The matrix is made from the contract itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/service/guard.h"
#include "lib/token/pulse.h"

#include "stralix/v1/contract.h"

enum { NOW = 1790000000 };

static const char *const signers[] = { "authz", "authz.service", "gateway", "audit", "tasks", "web", "stranger" };

struct world {
	struct token_key *keys[ARRAY_SIZE(signers)];
	struct keyring *keyring;
	struct arena *arena;
};

/* The stranger signs, but nobody knows the key. */
static void write_keyring(struct world *world, FILE *file)
{
	uint8_t raw[TOKEN_KEY];
	char public[44];

	for (size_t i = 0; i < ARRAY_SIZE(signers); i++) {
		world->keys[i] = token_key_new();
		token_key_public(world->keys[i], raw);
		token_public_format(raw, public);
		if (strcmp(signers[i], "stranger") != 0)
			fprintf(file, "%s %s\n", signers[i], public);
	}
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	char path[] = "/tmp/stralix-keyring-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	struct error err = { 0 };

	write_keyring(world, file);
	fclose(file);
	assert_true(keyring_read(path, &world->keyring, &err));
	unlink(path);
	world->arena = arena_new(1 << 24);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < ARRAY_SIZE(signers); i++)
		token_key_free(world->keys[i]);
	keyring_free(world->keyring);
	arena_free(world->arena);
	free(world);
	return 0;
}

static const struct token_key *key_of(const struct world *world, const char *name)
{
	size_t i = 0;

	while (strcmp(signers[i], name) != 0)
		i++;
	return world->keys[i];
}

static struct token_claims person(const char *audience, const char *role)
{
	struct token_claims claims = { .iss = "authz", .sub = "user-1", .iat = NOW, .exp = NOW + 5 };

	snprintf(claims.aud, sizeof(claims.aud), "%s", audience);
	snprintf(claims.role, sizeof(claims.role), "%s", role);
	return claims;
}

static struct token_claims service(const char *issuer, const char *audience, const char *method, const char *body)
{
	struct token_claims claims = { .sub = "system:tests", .has_dig = true, .iat = NOW, .exp = NOW + 30 };

	snprintf(claims.iss, sizeof(claims.iss), "%s", issuer);
	snprintf(claims.aud, sizeof(claims.aud), "%s.%s", audience, method);
	token_digest(body, strlen(body), claims.dig);
	return claims;
}

static enum error_code admit_at(struct world *world, struct guard *guard, const struct contract_method *method,
                                const char *signer, const struct token_claims *claims, const char *body, int64_t now,
                                struct identity *ret)
{
	char bearer[TOKEN_MAX + 8] = "Bearer ";
	struct identity identity;
	struct error err = { 0 };
	const struct guard_request request = { .method = method,
		                               .authorization = claims ? bearer : NULL,
		                               .body = body,
		                               .size = strlen(body),
		                               .now_s = now,
		                               .arena = world->arena };

	if (claims)
		assert_true(token_sign(key_of(world, signer), claims, bearer + strlen(bearer), &err));
	return guard_admit(guard, &request, ret ? ret : &identity, &err) ? ERR_NONE : err.code;
}

static struct guard *guard_of(struct world *world, const char *name)
{
	struct guard *guard = NULL;
	struct error err = { 0 };

	assert_true(guard_new(name, world->keyring, &guard, &err));
	return guard;
}

static const struct contract_method *method_of(const char *service_name, const char *name)
{
	for (const struct contract_service *const *each = contract_services; *each; each++)
		for (size_t i = 0; strcmp((*each)->name, service_name) == 0 && i < (*each)->n_methods; i++)
			if (strcmp((*each)->methods[i].name, name) == 0)
				return &(*each)->methods[i];
	fail_msg("there is no %s.%s", service_name, name);
	return NULL;
}

static const struct {
	const char *name;
	Stralix__Role role;
} roles[] = { { "customer", STRALIX__ROLE__CUSTOMER },
	      { "staff", STRALIX__ROLE__STAFF },
	      { "admin", STRALIX__ROLE__ADMIN } };

static void check_roles(struct world *world, struct guard *guard, const char *name,
                        const struct contract_method *method)
{
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		struct token_claims claims = person(name, roles[i].name);
		enum error_code got = admit_at(world, guard, method, "authz", &claims, "", NOW, NULL);
		bool may = method->is_public || (method->permission && roles[i].role >= method->min_role);

		if (may != (got == ERR_NONE))
			fail_msg("%s.%s as %s: %s", name, method->name, roles[i].name, error_code_name(got));
	}
}

/* A token that is limited to records gets nowhere but where the contract says so, whatever its role. */
static void check_limited(struct world *world, struct guard *guard, const char *name,
                          const struct contract_method *method)
{
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		struct token_claims claims = person(name, roles[i].name);
		bool may = method->is_public ||
		           (method->permission && roles[i].role >= method->min_role && method->records);
		enum error_code got;

		snprintf(claims.rec[0], sizeof(claims.rec[0]), "018f0000-0000-7000-8000-0000000000aa/A/a.example.");
		claims.n_rec = 1;
		got = admit_at(world, guard, method, "authz", &claims, "", NOW, NULL);
		if (may != (got == ERR_NONE))
			fail_msg("%s.%s as limited %s: %s", name, method->name, roles[i].name, error_code_name(got));
	}
}

static bool names(const char *const *list, const char *name)
{
	for (; list && *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

static void check_callers(struct world *world, struct guard *guard, const char *name,
                          const struct contract_method *method)
{
	static const char *const services[] = { "authz", "gateway", "audit", "tasks", "web", "stranger" };

	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		struct token_claims claims = service(services[i], name, method->name, "body");
		const char *signer = strcmp(services[i], "authz") == 0 ? "authz.service" : services[i];
		enum error_code got = admit_at(world, guard, method, signer, &claims, "body", NOW, NULL);
		bool may = method->is_public || names(method->callers, services[i]);

		if (may != (got == ERR_NONE))
			fail_msg("%s.%s called by %s: %s", name, method->name, services[i], error_code_name(got));
	}
}

static void every_method_admits_whom_the_contract_names_and_nobody_else(void **state)
{
	struct world *world = *state;
	unsigned methods = 0;

	for (const struct contract_service *const *each = contract_services; *each; each++) {
		_cleanup_(guard_freep) struct guard *guard = guard_of(world, (*each)->name);

		for (size_t i = 0; i < (*each)->n_methods; i++, methods++) {
			const struct contract_method *method = &(*each)->methods[i];
			enum error_code nobody = admit_at(world, guard, method, NULL, NULL, "", NOW, NULL);

			assert_int_equal(nobody, method->is_public ? ERR_NONE : ERR_UNAUTHENTICATED);
			check_roles(world, guard, (*each)->name, method);
			check_limited(world, guard, (*each)->name, method);
			check_callers(world, guard, (*each)->name, method);
		}
	}
	assert_true(methods > 20);
}

static void identity_token_is_good_for_its_service_and_time_alone(void **state)
{
	struct world *world = *state;
	_cleanup_(guard_freep) struct guard *guard = guard_of(world, "web");
	const struct contract_method *list = method_of("web", "ListWebsites");
	struct token_claims good = person("web", "customer"), other = person("tasks", "customer");
	struct token_claims long_lived = good, nobody = good, ruler = person("web", "ruler");

	long_lived.exp = NOW + 3600;
	nobody.sub[0] = '\0';
	assert_int_equal(admit_at(world, guard, list, "authz", &good, "", NOW, NULL), ERR_NONE);
	assert_int_equal(admit_at(world, guard, list, "authz", &good, "", NOW + 4, NULL), ERR_NONE);
	assert_int_equal(admit_at(world, guard, list, "authz", &good, "", NOW + 5, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_at(world, guard, list, "authz", &good, "", NOW - 5, NULL), ERR_NONE);
	assert_int_equal(admit_at(world, guard, list, "authz", &good, "", NOW - 6, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_at(world, guard, list, "authz", &other, "", NOW, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_at(world, guard, list, "authz", &long_lived, "", NOW, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_at(world, guard, list, "authz", &nobody, "", NOW, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_at(world, guard, list, "authz", &ruler, "", NOW, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_at(world, guard, list, "authz.service", &good, "", NOW, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_at(world, guard, list, "stranger", &good, "", NOW, NULL), ERR_UNAUTHENTICATED);
}

static struct token_claims pulse_claims(int64_t now_s)
{
	return (struct token_claims){
		.iss = "authz", .aud = PULSE_AUDIENCE, .iat = now_s, .exp = now_s + PULSE_LIFE_S
	};
}

static enum error_code admit_beside(const struct world *world, struct guard *guard, const struct token_claims *identity,
                                    const char *pulse_signer, const struct token_claims *pulse, int64_t now_s)
{
	char authorization[TOKEN_MAX + 8] = "Bearer ", beside[TOKEN_MAX];
	struct guard_request request = { .method = method_of("web", "ListWebsites"),
		                         .authorization = authorization,
		                         .pulse = pulse ? beside : NULL,
		                         .body = "",
		                         .now_s = now_s,
		                         .arena = world->arena };
	struct identity ret;
	struct error err = { 0 };

	assert_true(token_sign(key_of(world, "authz"), identity, authorization + 7, NULL));
	if (pulse)
		assert_true(token_sign(key_of(world, pulse_signer), pulse, beside, NULL));
	return guard_admit(guard, &request, &ret, &err) ? ERR_NONE : err.code;
}

/* What is over by itself lives on beside a pulse, as long as that is good and names nobody of it. */
static void pulse_extends_an_identity_to_its_own_end(void **state)
{
	struct world *world = *state;
	_cleanup_(guard_freep) struct guard *guard = guard_of(world, "web");
	struct token_claims plain = person("web", "customer"), identity = plain, eternal = plain, pulse;

	identity.ext = NOW + IDENTITY_EXTENDED_S;
	eternal.ext = identity.ext + 1;
	pulse = pulse_claims(NOW + 7);
	assert_int_equal(admit_beside(world, guard, &identity, NULL, NULL, NOW + 4), ERR_NONE);
	assert_int_equal(admit_beside(world, guard, &identity, NULL, NULL, NOW + 8), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_beside(world, guard, &identity, "stranger", &pulse, NOW + 8), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_beside(world, guard, &identity, "web", &pulse, NOW + 8), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_beside(world, guard, &identity, "authz", &pulse, NOW + 8), ERR_NONE);
	assert_int_equal(admit_beside(world, guard, &identity, "authz", &pulse, NOW + 11), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_beside(world, guard, &plain, "authz", &pulse, NOW + 8), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_beside(world, guard, &eternal, "authz", &pulse, NOW + 8), ERR_UNAUTHENTICATED);
	pulse = pulse_claims(NOW + 29);
	assert_int_equal(admit_beside(world, guard, &identity, "authz", &pulse, NOW + 29), ERR_NONE);
	assert_int_equal(admit_beside(world, guard, &identity, "authz", &pulse, NOW + 30), ERR_UNAUTHENTICATED);
}

static void pulse_revokes_by_user_session_and_organisation(void **state)
{
	struct world *world = *state;
	struct token_claims identity = person("web", "customer"), older = pulse_claims(NOW + 7), newer = older;
	const char *const names[] = { identity.sub, identity.sid, identity.org };

	strcpy(identity.sid, "018f0000-0000-7000-8000-0000000000bb");
	strcpy(identity.org, "018f0000-0000-7000-8000-0000000000cc");
	identity.ext = NOW + IDENTITY_EXTENDED_S;
	newer.iat++, newer.exp++;
	newer.n_rev = 2;
	strcpy(newer.rev[0], "018f0000-0000-7000-8000-0000000000aa");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_(guard_freep) struct guard *guard = guard_of(world, "web");

		snprintf(newer.rev[1], sizeof(newer.rev[1]), "%.39s", names[i]);
		assert_int_equal(admit_beside(world, guard, &identity, "authz", &older, NOW + 8), ERR_NONE);
		assert_int_equal(admit_beside(world, guard, &identity, "authz", &newer, NOW + 8), ERR_UNAUTHENTICATED);
		/* The older one doesn't bring it back. */
		assert_int_equal(admit_beside(world, guard, &identity, "authz", &older, NOW + 8), ERR_UNAUTHENTICATED);
	}
}

/* The second look finds the verdict; it must not outlive the token, nor serve another one. */
static void kept_verdict_expires_with_its_token(void **state)
{
	struct world *world = *state;
	_cleanup_(guard_freep) struct guard *guard = guard_of(world, "web");
	const struct contract_method *list = method_of("web", "ListWebsites");
	struct token_claims good = person("web", "customer");
	struct identity first, second;

	assert_int_equal(admit_at(world, guard, list, "authz", &good, "", NOW, &first), ERR_NONE);
	assert_int_equal(admit_at(world, guard, list, "authz", &good, "", NOW, &second), ERR_NONE);
	assert_string_equal(first.user_id, second.user_id);
	assert_int_equal(admit_at(world, guard, list, "authz", &good, "", NOW + 5, NULL), ERR_UNAUTHENTICATED);
}

static void service_token_is_good_for_its_method_and_body_alone(void **state)
{
	struct world *world = *state;
	_cleanup_(guard_freep) struct guard *guard = guard_of(world, "tasks");
	const struct contract_method *enqueue = method_of("tasks", "Enqueue");
	struct token_claims good = service("web", "tasks", "Enqueue", "body");
	struct token_claims elsewhere = service("web", "tasks", "PlaceResource", "body"), bare = good;
	struct identity identity;

	bare.has_dig = false;
	assert_int_equal(admit_at(world, guard, enqueue, "web", &good, "body", NOW, &identity), ERR_NONE);
	assert_string_equal(identity.service, "web");
	assert_string_equal(identity.user_id, "system:tests");
	assert_int_equal(identity.role, STRALIX__ROLE__ROLE_UNSET);
	assert_int_equal(admit_at(world, guard, enqueue, "web", &good, "other", NOW, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_at(world, guard, enqueue, "tasks", &good, "body", NOW, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_at(world, guard, enqueue, "web", &elsewhere, "body", NOW, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_at(world, guard, enqueue, "web", &bare, "body", NOW, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(admit_at(world, guard, enqueue, "web", &good, "body", NOW + 59, NULL), ERR_NONE);
	assert_int_equal(admit_at(world, guard, enqueue, "web", &good, "body", NOW + 60, NULL), ERR_UNAUTHENTICATED);
}

/* authz can't mint identities: that key is the signer's; and the signer's key is no key of the service. */
static void signers_key_is_no_key_of_the_service(void **state)
{
	struct world *world = *state;
	_cleanup_(guard_freep) struct guard *guard = guard_of(world, "audit");
	const struct contract_method *append = method_of("audit", "Append");
	struct token_claims claims = service("authz", "audit", "Append", "body");

	assert_int_equal(admit_at(world, guard, append, "authz.service", &claims, "body", NOW, NULL), ERR_NONE);
	assert_int_equal(admit_at(world, guard, append, "authz", &claims, "body", NOW, NULL), ERR_UNAUTHENTICATED);
}

static void scopes_narrow_what_the_role_may(void **state)
{
	struct world *world = *state;
	_cleanup_(guard_freep) struct guard *guard = guard_of(world, "web");
	struct token_claims claims = person("web", "admin");
	struct identity identity;

	claims.n_scp = 1;
	snprintf(claims.scp[0], sizeof(claims.scp[0]), "website:read");
	assert_int_equal(admit_at(world, guard, method_of("web", "ListWebsites"), "authz", &claims, "", NOW, &identity),
	                 ERR_NONE);
	assert_string_equal(identity.scopes[0], "website:read");
	assert_null(identity.scopes[1]);
	assert_int_equal(admit_at(world, guard, method_of("web", "CreateWebsite"), "authz", &claims, "", NOW, NULL),
	                 ERR_FORBIDDEN);
}

static void header_that_is_no_bearer_token_is_refused(void **state)
{
	struct world *world = *state;
	_cleanup_(guard_freep) struct guard *guard = guard_of(world, "web");
	static const char *const headers[] = { "", "Basic eA==", "Bearer", "Bearer ", "Bearer a.b.c", "bearer a.b.c" };

	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		struct guard_request request = { .method = method_of("web", "ListWebsites"),
			                         .authorization = headers[i],
			                         .now_s = NOW,
			                         .arena = world->arena };
		struct identity identity;
		struct error err = { 0 };

		assert_false(guard_admit(guard, &request, &identity, &err));
		assert_int_equal(err.code, ERR_UNAUTHENTICATED);
	}
}

static void limits_come_along_and_what_is_none_is_refused(void **state)
{
	static const char *const odd[] = { "018f0000-0000-7000-8000-0000000000aa/A/", "nonsense",
		                           "018f0000-0000-7000-8000-0000000000aa/A/A.example." };
	struct world *world = *state;
	_cleanup_(guard_freep) struct guard *guard = guard_of(world, "dns");
	const struct contract_method *change = method_of("dns", "ChangeRecords");
	struct token_claims claims = person("dns", "customer");
	struct identity identity;

	assert_int_equal(admit_at(world, guard, change, "authz", &claims, "", NOW, &identity), ERR_NONE);
	assert_null(identity.limits);
	claims.n_rec = 1;
	snprintf(claims.rec[0], sizeof(claims.rec[0]), "018f0000-0000-7000-8000-0000000000aa/A+AAAA/a.example.");
	assert_int_equal(admit_at(world, guard, change, "authz", &claims, "", NOW, &identity), ERR_NONE);
	assert_int_equal(identity.n_limits, 1);
	assert_string_equal(identity.limits[0].name, "a.example.");
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		snprintf(claims.rec[0], sizeof(claims.rec[0]), "%s", odd[i]);
		assert_int_equal(admit_at(world, guard, change, "authz", &claims, "", NOW, NULL), ERR_UNAUTHENTICATED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_method_admits_whom_the_contract_names_and_nobody_else),
		cmocka_unit_test(identity_token_is_good_for_its_service_and_time_alone),
		cmocka_unit_test(pulse_extends_an_identity_to_its_own_end),
		cmocka_unit_test(pulse_revokes_by_user_session_and_organisation),
		cmocka_unit_test(kept_verdict_expires_with_its_token),
		cmocka_unit_test(service_token_is_good_for_its_method_and_body_alone),
		cmocka_unit_test(signers_key_is_no_key_of_the_service),
		cmocka_unit_test(scopes_narrow_what_the_role_may),
		cmocka_unit_test(limits_come_along_and_what_is_none_is_refused),
		cmocka_unit_test(header_that_is_no_bearer_token_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
