/* test_keys: keys' files and the program in its sandbox, without an engine around. */

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/engine/file.h"
#include "agent/engine/keys.h"

#define SITE "0190b5a6-7c1e-7000-8000-000000000001"
#define ONE "0190b5a6-7c1e-7000-8000-00000000000a"
#define TWO "0190b5a6-7c1e-7000-8000-00000000000b"
#define THREE "0190b5a6-7c1e-7000-8000-00000000000c"

struct place {
	char dir[64];
	struct keys *keys;
};

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	bool root = geteuid() == 0;
	struct error err = { 0 };

	assert_non_null(place);
	snprintf(place->dir, sizeof(place->dir), "/tmp/stralix-keys-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	const struct keys_options options = { .dir = place->dir,
		                              .program = getenv("STRALIX_KEYS"),
		                              .uid = root ? 64090 : 0,
		                              .readers = root ? 64090 : (gid_t)-1 };
	if (!keys_new(&options, &place->keys, &err))
		fail_msg("%s", err.message);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;
	struct error err = { 0 };

	keys_free(place->keys);
	assert_true(file_remove_tree(AT_FDCWD, place->dir, &err));
	free(place);
	return 0;
}

static void make(struct place *place, const char *id, bool rsa)
{
	const struct keys_request request = { SITE, id, "shop.example", rsa };
	_cleanup_buf_ struct buf csr = { 0 };
	struct error err = { 0 };

	if (!keys_csr(place->keys, &request, &csr, &err))
		fail_msg("%s", err.message);
	assert_true(csr.size > 100);
}

static bool has(const struct place *place, const char *id)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/keys/" SITE "/%s.key", place->dir, id);
	return access(path, F_OK) == 0;
}

static void what_nothing_uses_goes_when_it_is_old(void **state)
{
	struct place *place = *state;
	const struct keys_used used[] = { { SITE, ONE } };
	int64_t now = time(NULL), later = now + KEYS_UNUSED_S + 60;
	char from[192], to[192];
	struct error err = { 0 };

	make(place, ONE, false);
	make(place, TWO, true);
	make(place, THREE, false);
	snprintf(from, sizeof(from), "%s/keys/" SITE "/" TWO ".key", place->dir);
	snprintf(to, sizeof(to), "%s/in-a-generation", place->dir);
	assert_int_equal(link(from, to), 0);
	assert_true(keys_sweep(place->keys, used, 1, now, &err));
	assert_true(has(place, ONE) && has(place, TWO) && has(place, THREE));
	assert_true(keys_sweep(place->keys, used, 1, later, &err));
	assert_true(has(place, ONE)); /* the journal names it */
	assert_true(has(place, TWO)); /* a generation has it */
	assert_false(has(place, THREE));
	assert_int_equal(unlink(to), 0);
	assert_true(keys_sweep(place->keys, NULL, 0, later, &err));
	assert_false(has(place, ONE) || has(place, TWO));
	snprintf(to, sizeof(to), "%s/keys/" SITE, place->dir);
	assert_int_equal(access(to, F_OK), -1); /* nor its folder, nor any request in it */
}

static void what_was_left_of_writing_goes_too(void **state)
{
	struct place *place = *state;
	char path[192];
	struct error err = { 0 };

	make(place, ONE, false);
	snprintf(path, sizeof(path), "%s/keys/" SITE "/." TWO ".key.new", place->dir);
	_cleanup_close_ int fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	assert_true(keys_sweep(place->keys, NULL, 0, time(NULL), &err));
	assert_int_equal(access(path, F_OK), 0); /* somebody may be writing it */
	assert_true(keys_sweep(place->keys, NULL, 0, time(NULL) + KEYS_UNUSED_S + 60, &err));
	assert_int_equal(access(path, F_OK), -1);
}

static void a_broken_key_is_told_and_the_next_one_made(void **state)
{
	struct place *place = *state;
	const struct keys_request request = { SITE, ONE, "shop.example", false };
	_cleanup_buf_ struct buf csr = { 0 };
	char path[192];
	struct error err = { 0 };

	make(place, ONE, false);
	snprintf(path, sizeof(path), "%s/keys/" SITE "/" ONE ".csr", place->dir);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/keys/" SITE "/" ONE ".key", place->dir);
	assert_int_equal(truncate(path, 40), 0);
	assert_false(keys_csr(place->keys, &request, &csr, &err));
	assert_int_equal(csr.size, 0);
	assert_null(strstr(err.message, "BEGIN"));
	make(place, TWO, false);
}

/* It is ended when nobody has asked for a while, and started again for who asks then. */
static void the_program_rests(void **state)
{
	struct place *place = *state;

	make(place, ONE, false);
	keys_rest(place->keys);
	make(place, TWO, false);
	keys_rest(place->keys);
	keys_rest(place->keys);
	make(place, THREE, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_nothing_uses_goes_when_it_is_old, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_left_of_writing_goes_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_broken_key_is_told_and_the_next_one_made, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_program_rests, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
