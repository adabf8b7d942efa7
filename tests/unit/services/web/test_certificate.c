/* When a certificate is looked at again, and what it is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/cleanup.h"

#include "certificate.h"

enum { TRIES = 1000 };

static void patience_grows_to_a_day_and_differs(void **state)
{
	static const int64_t seconds[] = { 60, 60, 300, 1800, 7200, 21600, 43200, 86400, 86400, 86400 };
	int64_t least = INT64_MAX, most = 0;

	(void)state;
	for (unsigned attempt = 0; attempt < ARRAY_SIZE(seconds); attempt++)
		for (unsigned i = 0; i < TRIES; i++) {
			int64_t wait = certificate_backoff_ms(attempt);

			assert_true(wait >= seconds[attempt] * 800 && wait <= seconds[attempt] * 1200);
			least = attempt == 1 && wait < least ? wait : least;
			most = attempt == 1 && wait > most ? wait : most;
		}
	assert_true(most - least > 10000);
	assert_true(certificate_backoff_ms(4000000000) <= 86400 * (int64_t)1200);
}

static void who_is_away_is_asked_again_soon_and_then_more_rarely(void **state)
{
	static const int64_t seconds[] = { 5, 10, 20, 40, 80, 160, 320, 600, 600, 600 };

	(void)state;
	for (unsigned troubles = 0; troubles < ARRAY_SIZE(seconds); troubles++)
		for (unsigned i = 0; i < TRIES; i++) {
			int64_t wait = certificate_patience_ms(troubles);

			assert_true(wait >= seconds[troubles] * 800 && wait <= seconds[troubles] * 1200);
		}
	assert_true(certificate_patience_ms(4000000000) <= 600 * (int64_t)1200);
}

static void renewal_is_at_two_thirds_give_or_take(void **state)
{
	const int64_t begin = 1700000000000, life = 90 * (int64_t)86400000, third = life / 3;
	int64_t least = INT64_MAX, most = 0;

	(void)state;
	for (unsigned i = 0; i < TRIES; i++) {
		int64_t at = certificate_renewal_ms(begin, begin + life) - begin;

		assert_true(at >= 2 * third - third / 10 - 1 && at <= 2 * third + third / 10 + 1);
		least = at < least ? at : least;
		most = at > most ? at : most;
	}
	assert_true(most - least > third / 10);
}

static void reasons_have_the_numbers_of_rfc_5280(void **state)
{
	unsigned number = 99;

	(void)state;
	assert_true(certificate_reason_parse("unspecified", &number) && number == 0);
	assert_true(certificate_reason_parse("key_compromise", &number) && number == 1);
	assert_true(certificate_reason_parse("cessation_of_operation", &number) && number == 5);
	assert_false(certificate_reason_parse("boredom", &number));
	assert_false(certificate_reason_parse("", &number));
}

static void one_is_to_be_revoked_until_it_is(void **state)
{
	struct certificate certificate = { .revoke_reason = "" };

	(void)state;
	assert_false(certificate_is_to_be_revoked(&certificate));
	certificate.revoke_reason = "superseded";
	assert_true(certificate_is_to_be_revoked(&certificate));
	assert_false(certificate_is_compromised(&certificate));
	certificate.revoke_reason = "key_compromise";
	assert_true(certificate_is_compromised(&certificate));
	certificate.revoked_ms = 1;
	assert_false(certificate_is_to_be_revoked(&certificate));
	assert_false(certificate_is_compromised(&certificate));
}

static void names_are_a_set(void **state)
{
	const struct certificate certificate = { .names = { "a.example", "b.example" }, .n_names = 2 };
	const char *const same[] = { "b.example", "a.example" }, *const more[] = { "a.example", "b.example",
		                                                                   "c.example" };
	const char *const other[] = { "a.example", "c.example" };

	(void)state;
	assert_true(certificate_is_for(&certificate, same, 2));
	assert_false(certificate_is_for(&certificate, same, 1));
	assert_false(certificate_is_for(&certificate, more, 3));
	assert_false(certificate_is_for(&certificate, other, 2));
}

static void states_have_names_that_lead_back(void **state)
{
	enum certificate_state back;

	(void)state;
	for (unsigned i = 0; i < CERTIFICATE_STATES; i++) {
		const struct certificate certificate = { .state = (enum certificate_state)i };
		const char *name = certificate_state_name(certificate.state);

		assert_true(certificate_state_parse(name, &back) && back == certificate.state);
		assert_int_equal(certificate_is_coming(&certificate),
		                 strcmp(name, "failed") == 0 || i < CERTIFICATE_ACTIVE);
	}
	assert_false(certificate_state_parse("marvellous", &back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patience_grows_to_a_day_and_differs),
		cmocka_unit_test(who_is_away_is_asked_again_soon_and_then_more_rarely),
		cmocka_unit_test(renewal_is_at_two_thirds_give_or_take),
		cmocka_unit_test(reasons_have_the_numbers_of_rfc_5280),
		cmocka_unit_test(one_is_to_be_revoked_until_it_is),
		cmocka_unit_test(names_are_a_set),
		cmocka_unit_test(states_have_names_that_lead_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
