/* test_tickets: sessions that are taken up again, and keys of tickets that take turns. */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "certified.h"
#include "harness_internal.h"

enum { TURN_S = 12 * 3600, KEY_SIZE = 80, WAIT_MS = 20000 };

static struct authority *authority;

static void key_path(const struct harness *harness, const char *name, char path[static 2 * HARNESS_PATH])
{
	snprintf(path, 2 * HARNESS_PATH, "%s/tickets/%s", harness->node, name);
}

static void read_key(const struct harness *harness, const char *name, uint8_t ret[static KEY_SIZE])
{
	_cleanup_buf_ struct buf key = { 0 };
	char path[2 * HARNESS_PATH];

	key_path(harness, name, path);
	harness_read(path, &key);
	assert_int_equal(key.size, KEY_SIZE);
	memcpy(ret, key.data, KEY_SIZE);
}

static bool is_key(const struct harness *harness, const char *name, const uint8_t key[static KEY_SIZE])
{
	uint8_t found[KEY_SIZE];

	read_key(harness, name, found);
	return memcmp(found, key, KEY_SIZE) == 0;
}

/* As if the newest key were so old; the engine looks every second. */
static void let_turn(const struct harness *harness)
{
	const struct timespec old = { .tv_sec = clock_unix_ms() / 1000 - TURN_S - 60 };
	int64_t deadline = clock_monotonic_ms() + WAIT_MS;
	char path[2 * HARNESS_PATH];
	uint8_t newest[KEY_SIZE];

	read_key(harness, "newest.key", newest);
	key_path(harness, "newest.key", path);
	assert_int_equal(utimensat(AT_FDCWD, path, (struct timespec[]){ old, old }, 0), 0);
	while (is_key(harness, "newest.key", newest)) {
		assert_true(clock_monotonic_ms() < deadline);
		usleep(10000);
	}
	assert_true(is_key(harness, "before.key", newest));
}

/* A whole handshake, and what it leaves for the next one. */
static SSL_SESSION *begin(const struct harness *harness, int version)
{
	struct visit seen = { .name = "turns.example", .version = version };

	assert_true(visit(harness, &seen));
	assert_false(seen.resumed);
	return seen.session;
}

/* A ticket begins with the name of its key, and so does a key. */
static bool is_of_newest(const struct harness *harness, const SSL_SESSION *session)
{
	const unsigned char *ticket;
	uint8_t newest[KEY_SIZE];
	size_t size;

	read_key(harness, "newest.key", newest);
	SSL_SESSION_get0_ticket(session, &ticket, &size);
	return size > 16 && memcmp(ticket, newest, 16) == 0;
}

static void await_newest(const struct harness *harness, int version)
{
	int64_t deadline = clock_monotonic_ms() + WAIT_MS;
	bool read = false;

	while (!read) {
		SSL_SESSION *session = begin(harness, version);

		read = is_of_newest(harness, session);
		SSL_SESSION_free(session);
		assert_true(read || clock_monotonic_ms() < deadline);
		usleep(10000);
	}
}

enum answer { REFUSED, TAKEN_UP, RENEWED };

/* What becomes of a session, which may be asked for again. */
static enum answer ask_for(const struct harness *harness, SSL_SESSION *session)
{
	struct visit seen = { .name = "turns.example", .version = SSL_SESSION_get_protocol_version(session) };

	assert_int_equal(SSL_SESSION_up_ref(session), 1);
	seen.session = session;
	assert_true(visit(harness, &seen));
	bool renewed = is_of_newest(harness, seen.session);
	SSL_SESSION_free(seen.session);
	return !seen.resumed ? REFUSED : renewed ? RENEWED : TAKEN_UP;
}

/* Workers of before a reload answer for a moment as they did. */
static void await_answer(const struct harness *harness, SSL_SESSION *session, enum answer wanted, enum answer never)
{
	int64_t deadline = clock_monotonic_ms() + WAIT_MS;
	enum answer said;

	while ((said = ask_for(harness, session)) != wanted) {
		assert_int_not_equal(said, never);
		assert_true(clock_monotonic_ms() < deadline);
		usleep(10000);
	}
}

static void serve(struct harness *harness, const char *domain)
{
	struct site site;

	site_init(&site, domain);
	_cleanup_free_ char *chain = site_order(harness, authority, &site, CERTIFICATE, domain);
	site_certify(&site, chain);
	site_apply(harness, &site);
}

static void sessions_are_taken_up_after_a_reload_too(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct harness *harness = *state;
	struct site other;

	serve(harness, "again.example");
	site_init(&other, "beside.example");
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		struct visit seen = { .name = "again.example", .version = versions[i] };

		assert_true(visit(harness, &seen));
		assert_false(seen.resumed);
		assert_true(visit(harness, &seen));
		assert_true(seen.resumed);
		site_apply(harness, &other); /* nginx reads all anew */
		assert_true(visit(harness, &seen));
		assert_true(seen.resumed);
		SSL_SESSION_free(seen.session);
	}
}

static void a_ticket_outlives_one_turn_and_not_two(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct harness *harness = *state;

	serve(harness, "turns.example");
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		SSL_SESSION *session = begin(harness, versions[i]);

		assert_true(is_of_newest(harness, session));
		let_turn(harness);
		await_newest(harness, versions[i]);
		await_answer(harness, session, RENEWED, REFUSED);
		let_turn(harness);
		await_answer(harness, session, REFUSED, RENEWED);
		SSL_SESSION_free(session);
	}
	assert_true(harness_configtest(harness) == 0);
}

/* Right after a name went over to the other key, with both halves of the turn lying about. */
static void a_turn_that_was_cut_off_is_done_again(void **state)
{
	static const char *const left[] = { "going", "coming" };
	char newest[2 * HARNESS_PATH], before[2 * HARNESS_PATH], path[2 * HARNESS_PATH];
	struct harness *harness = *state;

	serve(harness, "turns.example");
	key_path(harness, "newest.key", newest);
	key_path(harness, "before.key", before);
	harness_kill(harness);
	assert_int_equal(unlink(before), 0);
	assert_int_equal(link(newest, before), 0);
	for (size_t i = 0; i < ARRAY_SIZE(left); i++) {
		key_path(harness, left[i], path);
		harness_write(path, "half", 4, 0600);
	}
	harness_start(harness);
	let_turn(harness);
	await_newest(harness, 0);
	for (size_t i = 0; i < ARRAY_SIZE(left); i++) {
		key_path(harness, left[i], path);
		assert_int_equal(access(path, F_OK), -1);
	}
}

static const char *const names[] = { "newest.key", "before.key" };

static void break_keys(const struct harness *harness)
{
	char path[2 * HARNESS_PATH];

	key_path(harness, names[0], path);
	assert_int_equal(truncate(path, 17), 0);
	key_path(harness, names[1], path);
	assert_int_equal(unlink(path), 0);
}

static bool are_whole(const struct harness *harness)
{
	char path[2 * HARNESS_PATH];
	struct stat found;
	bool whole = true;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		key_path(harness, names[i], path);
		whole = whole && stat(path, &found) == 0 && found.st_size == KEY_SIZE &&
		        (found.st_mode & 07777) == 0640;
	}
	return whole;
}

static void keys_that_are_gone_or_cut_off_are_made_anew_for_few_to_read(void **state)
{
	struct harness *harness = *state;
	struct site other;

	serve(harness, "turns.example");
	harness_stop(harness);
	harness_end_nginx(harness);
	break_keys(harness);
	harness_start(harness);
	int64_t deadline = clock_monotonic_ms() + WAIT_MS;
	while (!harness_serves(harness, "turns.example")) {
		assert_true(clock_monotonic_ms() < deadline);
		usleep(10000);
	}
	await_newest(harness, 0);
	assert_true(are_whole(harness));

	/* Under its hands as well: else no change would pass its test any more. */
	break_keys(harness);
	while (!are_whole(harness)) {
		assert_true(clock_monotonic_ms() < deadline);
		usleep(10000);
	}
	site_init(&other, "beside.example");
	site_apply(harness, &other);
	await_newest(harness, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_set_up, harness_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sessions_are_taken_up_after_a_reload_too),
		TEST(a_ticket_outlives_one_turn_and_not_two),
		TEST(a_turn_that_was_cut_off_is_done_again),
		TEST(keys_that_are_gone_or_cut_off_are_made_anew_for_few_to_read),
	};

	authority = authority_new();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	authority_free(authority);
	return failed;
}
