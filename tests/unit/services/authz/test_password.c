/* password: argon2id, two at a time, and what is refused. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "services/authz/password.h"

static const char secret[] = "a horse walks into a bar";

static int set_up(void **state)
{
	struct hasher *hasher = NULL;
	struct error err = { 0 };

	if (!hasher_new(&hasher, &err))
		return -1;
	*state = hasher;
	return 0;
}

static int tear_down(void **state)
{
	hasher_free(*state);
	return 0;
}

static void the_hash_says_how_it_was_made(void **state)
{
	char hash[PASSWORD_HASH];
	struct error err = { 0 };

	assert_true(hasher_hash(*state, secret, 1000, hash, &err));
	assert_memory_equal(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
}

static void only_the_right_password_is_right(void **state)
{
	char hash[PASSWORD_HASH], long_one[129], prefix[73];
	struct error err = { 0 };
	bool right;

	assert_true(hasher_hash(*state, secret, 1000, hash, &err));
	assert_true(hasher_verify(*state, hash, secret, 1000, &right, &err));
	assert_true(right);
	assert_true(hasher_verify(*state, hash, "a horse walks into a baR", 1000, &right, &err));
	assert_false(right);

	memset(long_one, 'x', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	snprintf(prefix, sizeof(prefix), "%.72s", long_one);
	assert_true(hasher_hash(*state, long_one, 1000, hash, &err));
	assert_true(hasher_verify(*state, hash, prefix, 1000, &right, &err));
	assert_false(right);
}

static int64_t verify_us(struct hasher *hasher, const char *hash)
{
	int64_t best = INT64_MAX, before, took;
	struct error err = { 0 };
	bool right;

	for (int i = 0; i < 5; i++) {
		before = clock_monotonic_us();
		assert_true(hasher_verify(hasher, hash, "some wrong password", 1000, &right, &err));
		took = clock_monotonic_us() - before;
		assert_false(right);
		best = took < best ? took : best;
	}
	return best;
}

static void nobodys_password_is_wrong_after_the_same_time(void **state)
{
	char hash[PASSWORD_HASH];
	struct error err = { 0 };
	int64_t somebody, nobody;

	assert_true(hasher_hash(*state, secret, 1000, hash, &err));
	somebody = verify_us(*state, hash);
	nobody = verify_us(*state, NULL);
	assert_true(nobody > somebody / 3);
	assert_true(nobody < somebody * 3);
}

struct job {
	struct hasher *hasher;
	const char *hash;
	bool ok;
	enum error_code code;
};

static void *verify_now(void *arg)
{
	struct job *job = arg;
	struct error err = { 0 };
	bool right;

	job->ok = hasher_verify(job->hasher, job->hash, secret, 0, &right, &err) && right;
	job->code = err.code;
	return NULL;
}

static void a_third_at_once_is_told_to_come_back(void **state)
{
	char hash[PASSWORD_HASH];
	struct error err = { 0 };
	struct job jobs[16];
	pthread_t threads[16];
	int done = 0, busy = 0;

	assert_true(hasher_hash(*state, secret, 1000, hash, &err));
	for (int i = 0; i < 16; i++) {
		jobs[i] = (struct job){ .hasher = *state, .hash = hash };
		assert_int_equal(pthread_create(&threads[i], NULL, verify_now, &jobs[i]), 0);
	}
	for (int i = 0; i < 16; i++) {
		pthread_join(threads[i], NULL);
		done += jobs[i].ok;
		busy += jobs[i].code == ERR_UNAVAILABLE;
	}
	assert_int_equal(done + busy, 16);
	assert_true(done >= 2);
	assert_true(busy >= 1);
}

static void the_most_common_are_refused(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_false(password_acceptable("PassWord1234", "a@b.example", "password", &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(err.violations[0].field, "password");
	assert_false(password_acceptable("qwertyuiop123", "a@b.example", "password", &err));
	assert_false(password_acceptable("Long.name@Bakery.example", "long.name@bakery.example", "password", &err));
	assert_true(password_acceptable(secret, "a@b.example", "password", &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_says_how_it_was_made),
		cmocka_unit_test(only_the_right_password_is_right),
		cmocka_unit_test(nobodys_password_is_wrong_after_the_same_time),
		cmocka_unit_test(a_third_at_once_is_told_to_come_back),
		cmocka_unit_test(the_most_common_are_refused),
	};

	return cmocka_run_group_tests_name("authz/password", tests, set_up, tear_down);
}
