/* Key files: written once, read again, refused when anybody else may read them. */
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

#include "lib/token/token.h"

struct place {
	char dir[64], path[96];
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	if (!place)
		return -1;
	snprintf(place->dir, sizeof place->dir, "/tmp/stralix-key-XXXXXX");
	*state = place;
	if (!mkdtemp(place->dir))
		return -1;
	snprintf(place->path, sizeof place->path, "%s/key", place->dir);
	return 0;
}

static int drop_place(void **state)
{
	struct place *place = *state;

	unlink(place->path);
	rmdir(place->dir); /* fails the next assertion's place if a temporary file was left */
	assert_int_equal(access(place->dir, F_OK), -1);
	free(place);
	return 0;
}

static void put(const struct place *place, const char *text, mode_t mode)
{
	FILE *file = fopen(place->path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(place->path, mode), 0);
}

static void a_written_key_is_read_again(void **state)
{
	const struct place *place = *state;
	_cleanup_(token_key_freep) struct token_key *key = token_key_new(), *read = NULL;
	uint8_t one[TOKEN_KEY], two[TOKEN_KEY];
	struct error err = { 0 };
	struct stat st;

	assert_true(token_key_write(key, place->path, &err));
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(token_key_read(place->path, &read, &err));
	token_key_public(key, one);
	token_key_public(read, two);
	assert_memory_equal(one, two, sizeof one);
}

static void writing_never_replaces_a_key(void **state)
{
	const struct place *place = *state;
	_cleanup_(token_key_freep) struct token_key *key = token_key_new(), *other = token_key_new(), *read = NULL;
	uint8_t one[TOKEN_KEY], two[TOKEN_KEY];
	struct error err = { 0 };

	assert_true(token_key_write(key, place->path, &err));
	assert_false(token_key_write(other, place->path, &err));
	assert_true(token_key_read(place->path, &read, &err));
	token_key_public(key, one);
	token_key_public(read, two);
	assert_memory_equal(one, two, sizeof one);
}

#define SEED "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void a_file_that_others_may_read_is_refused(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0666 };
	struct token_key *read = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct error err = { 0 };

		put(*state, SEED "\n", modes[i]);
		assert_false(token_key_read(((const struct place *)*state)->path, &read, &err));
		assert_null(read);
	}
	put(*state, SEED "\n", 0600);
	assert_true(token_key_read(((const struct place *)*state)->path, &read, NULL));
	token_key_free(read);
}

static void files_that_hold_no_seed_are_refused(void **state)
{
	static const char *const texts[] = { "",         "\n",
		                             "AAAA\n",   SEED "A\n",
		                             SEED "=\n", SEED "\n\n",
		                             SEED " \n", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\n" };
	struct token_key *read = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct error err = { 0 };

		put(*state, texts[i], 0600);
		if (token_key_read(((const struct place *)*state)->path, &read, &err))
			fail_msg("accepted: %s", texts[i]);
		assert_null(strstr(err.message, "AAAA"));
	}
}

static void a_public_key_has_one_spelling(void **state)
{
	const uint8_t key[TOKEN_KEY] = { 0xff, 0xfe };
	uint8_t read[TOKEN_KEY];
	char text[44];

	(void)state;
	token_public_format(key, text);
	assert_int_equal(strlen(text), 43);
	assert_true(token_public_parse(text, read));
	assert_memory_equal(key, read, sizeof key);
	text[42] = 'B';
	assert_false(token_public_parse(text, read));
	assert_false(token_public_parse("", read));
	assert_false(token_public_parse(SEED "=", read));
	assert_false(token_public_parse(SEED "AAAA", read));
	assert_false(token_public_parse("+" SEED, read));
	token_public_format(key, text);
	text[10] = (char)0xe2;
	assert_false(token_public_parse(text, read));
}

static void a_keyed_digest_is_of_key_purpose_and_data(void **state)
{
	_cleanup_(token_key_freep) struct token_key *key = token_key_new(), *other = token_key_new();
	uint8_t one[TOKEN_DIGEST], two[TOKEN_DIGEST];

	(void)state;
	token_key_digest(key, "a", "data", 4, one);
	token_key_digest(key, "a", "data", 4, two);
	assert_memory_equal(one, two, sizeof one);
	token_key_digest(key, "a", "datb", 4, two);
	assert_memory_not_equal(one, two, sizeof one);
	token_key_digest(key, "b", "data", 4, two);
	assert_memory_not_equal(one, two, sizeof one);
	token_key_digest(other, "a", "data", 4, two);
	assert_memory_not_equal(one, two, sizeof one);
	token_digest("data", 4, two);
	assert_memory_not_equal(one, two, sizeof one);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_keyed_digest_is_of_key_purpose_and_data),
		cmocka_unit_test_setup_teardown(a_written_key_is_read_again, make_place, drop_place),
		cmocka_unit_test_setup_teardown(writing_never_replaces_a_key, make_place, drop_place),
		cmocka_unit_test_setup_teardown(a_file_that_others_may_read_is_refused, make_place, drop_place),
		cmocka_unit_test_setup_teardown(files_that_hold_no_seed_are_refused, make_place, drop_place),
		cmocka_unit_test(a_public_key_has_one_spelling),
	};

	return cmocka_run_group_tests_name("token keys", tests, NULL, NULL);
}
