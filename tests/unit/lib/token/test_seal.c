/* Sealed secrets: opened by the node's key for what they were sealed for, and by nobody and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/token/seal.h"

#define KIND "website"
#define ID "0190b5a6-7c1e-7000-8000-000000000001"
#define SECRET "-----BEGIN PRIVATE KEY-----"

static void seal_it(const struct seal_key *key, struct buf *box)
{
	uint8_t public[SEAL_KEY];
	struct error err = { 0 };

	seal_key_public(key, public);
	assert_true(seal(public, KIND, ID, SECRET, strlen(SECRET), box, &err));
	assert_int_equal(box->size, strlen(SECRET) + SEAL_OVERHEAD);
}

static bool opens(const struct seal_key *key, const char *kind, const char *id, const void *box, size_t size)
{
	_cleanup_(seal_wipe) struct buf secret = { 0 };
	struct error err = { 0 };
	bool ok = seal_open(key, kind, id, box, size, &secret, &err);

	if (ok)
		assert_string_equal(secret.data, SECRET);
	else
		assert_int_equal(err.code, ERR_INVALID);
	return ok;
}

static void what_was_sealed_is_opened(void **state)
{
	_cleanup_(seal_key_freep) struct seal_key *key = seal_key_new();
	_cleanup_buf_ struct buf box = { 0 };

	(void)state;
	seal_it(key, &box);
	assert_null(memmem(box.data, box.size, "PRIVATE", 7));
	assert_true(opens(key, KIND, ID, box.data, box.size));
}

static void two_boxes_of_one_secret_differ(void **state)
{
	_cleanup_(seal_key_freep) struct seal_key *key = seal_key_new();
	_cleanup_buf_ struct buf one = { 0 }, two = { 0 };

	(void)state;
	seal_it(key, &one);
	seal_it(key, &two);
	assert_memory_not_equal(one.data, two.data, one.size);
}

static void a_box_opens_for_what_it_is_for(void **state)
{
	_cleanup_(seal_key_freep) struct seal_key *key = seal_key_new(), *other = seal_key_new();
	_cleanup_buf_ struct buf box = { 0 };

	(void)state;
	seal_it(key, &box);
	assert_false(opens(other, KIND, ID, box.data, box.size));
	assert_false(opens(key, "zone", ID, box.data, box.size));
	assert_false(opens(key, KIND, "0190b5a6-7c1e-7000-8000-000000000002", box.data, box.size));
	assert_false(opens(key, KIND ID, "", box.data, box.size)); /* no text runs into the next */
}

static void no_bit_of_a_box_can_be_changed(void **state)
{
	_cleanup_(seal_key_freep) struct seal_key *key = seal_key_new();
	_cleanup_buf_ struct buf box = { 0 };

	(void)state;
	seal_it(key, &box);
	for (size_t i = 0; i < box.size; i++) {
		box.data[i] = (char)(box.data[i] ^ 1);
		assert_false(opens(key, KIND, ID, box.data, box.size));
		box.data[i] = (char)(box.data[i] ^ 1);
	}
	for (size_t size = 0; size < box.size; size++)
		assert_false(opens(key, KIND, ID, box.data, size));
}

static void an_empty_secret_and_the_longest_fit(void **state)
{
	_cleanup_(seal_key_freep) struct seal_key *key = seal_key_new();
	_cleanup_free_ char *longest = calloc(1, SEAL_SECRET + 1);
	_cleanup_buf_ struct buf box = { 0 }, secret = { 0 };
	uint8_t public[SEAL_KEY];
	struct error err = { 0 };

	(void)state;
	seal_key_public(key, public);
	assert_true(seal(public, KIND, ID, NULL, 0, &box, &err));
	assert_true(seal_open(key, KIND, ID, box.data, box.size, &secret, &err));
	assert_int_equal(secret.size, 0);
	buf_clear(&box);
	assert_true(seal(public, KIND, ID, longest, SEAL_SECRET, &box, &err));
	assert_true(seal_open(key, KIND, ID, box.data, box.size, &secret, &err));
	assert_int_equal(secret.size, SEAL_SECRET);
	assert_false(seal(public, KIND, ID, longest, SEAL_SECRET + 1, &box, &err));
	assert_int_equal(err.code, ERR_TOO_LARGE);
}

static void a_public_key_of_no_use_is_refused(void **state)
{
	static const uint8_t zero[SEAL_KEY];
	_cleanup_buf_ struct buf box = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_false(seal(zero, KIND, ID, SECRET, strlen(SECRET), &box, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(box.size, 0);
}

static void a_written_key_is_read_again(void **state)
{
	_cleanup_(seal_key_freep) struct seal_key *key = seal_key_new(), *read = NULL;
	char dir[] = "/tmp/stralix-seal-XXXXXX", path[64];
	_cleanup_buf_ struct buf box = { 0 };
	struct error err = { 0 };
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/key", dir);
	assert_true(seal_key_write(key, path, &err));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(seal_key_read(path, &read, &err));
	seal_it(key, &box);
	assert_true(opens(read, KIND, ID, box.data, box.size));
	assert_false(seal_key_write(read, path, &err)); /* never replaced */
	assert_int_equal(chmod(path, 0640), 0);
	seal_key_freep(&read);
	read = NULL;
	assert_false(seal_key_read(path, &read, &err));
	assert_null(read);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_is_opened),
		cmocka_unit_test(two_boxes_of_one_secret_differ),
		cmocka_unit_test(a_box_opens_for_what_it_is_for),
		cmocka_unit_test(no_bit_of_a_box_can_be_changed),
		cmocka_unit_test(an_empty_secret_and_the_longest_fit),
		cmocka_unit_test(a_public_key_of_no_use_is_refused),
		cmocka_unit_test(a_written_key_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
