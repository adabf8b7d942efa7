/* Pulses: whose they are, how long they live, whom they revoke. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/token/pulse.h"

enum { NOW = 1790000000 };

struct world {
	struct token_key *signer, *stranger;
	struct keyring *keyring;
};

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	char path[] = "/tmp/stralix-keyring-XXXXXX", public[44];
	FILE *file = fdopen(mkstemp(path), "w");
	uint8_t raw[TOKEN_KEY];

	world->signer = token_key_new();
	world->stranger = token_key_new();
	token_key_public(world->signer, raw);
	token_public_format(raw, public);
	fprintf(file, "authz %s\n", public);
	fclose(file);
	assert_true(keyring_read(path, &world->keyring, NULL));
	unlink(path);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	keyring_free(world->keyring);
	token_key_free(world->signer);
	token_key_free(world->stranger);
	free(world);
	return 0;
}

static struct token_claims claims(void)
{
	return (struct token_claims){
		.iss = "authz",
		.aud = PULSE_AUDIENCE,
		.rev = { "018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002" },
		.n_rev = 2,
		.iat = NOW,
		.exp = NOW + PULSE_LIFE_S,
	};
}

static bool reads(const struct world *world, const struct token_key *key, const struct token_claims *claims,
                  struct pulse *ret)
{
	char token[TOKEN_MAX];

	assert_true(token_sign(key, claims, token, NULL));
	return pulse_read(world->keyring, token, ret, NULL);
}

static void is_believed_from_the_signer_alone(void **state)
{
	struct world *world = *state;
	struct token_claims good = claims(), identity = good, other = good, eternal = good;
	struct pulse pulse;

	strcpy(identity.aud, "web");
	strcpy(other.iss, "web");
	eternal.exp = NOW + PULSE_LIFE_S + 1;
	assert_true(reads(world, world->signer, &good, &pulse));
	assert_false(reads(world, world->stranger, &good, &pulse));
	assert_false(reads(world, world->signer, &identity, &pulse));
	assert_false(reads(world, world->signer, &other, &pulse));
	assert_false(reads(world, world->signer, &eternal, &pulse));
	assert_false(pulse_read(world->keyring, "", &pulse, NULL));
}

static void is_alive_for_four_seconds(void **state)
{
	struct pulse none = { 0 }, pulse;
	struct token_claims good = claims();

	assert_true(reads(*state, ((struct world *)*state)->signer, &good, &pulse));
	assert_true(pulse_alive(&pulse, NOW, 0));
	assert_true(pulse_alive(&pulse, NOW + PULSE_LIFE_S - 1, 0));
	assert_false(pulse_alive(&pulse, NOW + PULSE_LIFE_S, 0));
	assert_false(pulse_alive(&pulse, NOW - 1, 0));
	assert_true(pulse_alive(&pulse, NOW - 1, 1));
	assert_false(pulse_alive(&none, 0, 0));
}

static void revokes_whom_it_names(void **state)
{
	struct token_claims good = claims();
	const char *first = good.rev[0], *second = good.rev[1];
	struct pulse pulse;

	assert_true(reads(*state, ((struct world *)*state)->signer, &good, &pulse));
	assert_true(pulse_revokes(&pulse, first, "b", "c"));
	assert_true(pulse_revokes(&pulse, "a", second, "c"));
	assert_true(pulse_revokes(&pulse, "a", "b", second));
	assert_false(pulse_revokes(&pulse, "a", "b", "c"));
	assert_false(pulse_revokes(&pulse, "", "", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_believed_from_the_signer_alone),
		cmocka_unit_test(is_alive_for_four_seconds),
		cmocka_unit_test(revokes_whom_it_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
