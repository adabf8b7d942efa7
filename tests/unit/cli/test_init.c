/* stralixctl init and node init: what they make, and what they leave alone the second time. */
#include <ftw.h>
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
#include "lib/trust/store.h"

#include "cli/command.h"

struct run {
	char dir[64];
};

static int make(void **state)
{
	struct run *run = calloc(1, sizeof *run);

	if (!run)
		return -1;
	snprintf(run->dir, sizeof run->dir, "/tmp/stralix-init-XXXXXX");
	*state = run;
	return mkdtemp(run->dir) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st, (void)kind, (void)walk;
	return remove(path);
}

static int drop(void **state)
{
	nftw(((struct run *)*state)->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return 0;
}

/* Runs a command with words; *out is what it said. */
static bool call(const struct command *command, char *const *argv, char **out, struct error *err)
{
	_cleanup_free_ void *settings = calloc(1, command->settings_size);
	_cleanup_free_ char *said = NULL;
	size_t size;
	FILE *file = open_memstream(&said, &size);
	int argc = 0;
	bool done;

	while (argv[argc])
		argc++;
	done = options_parse(command, argc, argv, settings, err) && command->run(settings, file, err);
	fclose(file);
	if (out)
		*out = TAKE_PTR(said);
	return done;
}

static bool init(const struct run *run, const char *port, char **out)
{
	struct error err = { 0 };
	_cleanup_free_ char *dir = strdup(run->dir), *number = strdup(port);
	char a[] = "--dir", b[] = "--nats-port";

	return call(&init_command, (char *[]){ a, dir, b, number, NULL }, out, &err);
}

static bool node(const struct run *run, const char *id, const char *address, char **out, struct error *err)
{
	_cleanup_free_ char *dir = strdup(run->dir), *name = strdup(id), *where = strdup(address);
	char a[] = "--dir", b[] = "--id", c[] = "--address", d[] = "--capability", e[] = "website";

	return call(&node_init_command, (char *[]){ a, dir, b, name, c, where, d, e, NULL }, out, err);
}

static char *content(const struct run *run, const char *name)
{
	struct error err = { 0 };
	char path[256], *text = NULL;

	snprintf(path, sizeof path, "%s/%s", run->dir, name);
	if (!store_read(path, 1 << 20, &text, NULL, &err))
		fail_msg("%s", err.message);
	return text;
}

static void replace(const struct run *run, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", run->dir, name);
	assert_true(store_write(path, text, strlen(text), 0600, NULL));
}

static void the_second_time_changes_nothing(void **state)
{
	_cleanup_free_ char *first = NULL, *second = NULL, *third = NULL;

	assert_true(init(*state, "4222", &first));
	assert_non_null(strstr(first, "/nats/server.conf\n"));
	assert_true(init(*state, "4222", &second));
	assert_string_equal(second, "");
	assert_true(node(*state, "n1", "192.0.2.1", NULL, NULL));
	assert_true(node(*state, "n1", "192.0.2.1", &third, NULL));
	assert_string_equal(third, "");
}

static void another_port_rewrites_settings_and_keeps_every_key(void **state)
{
	static const char *const kept[] = { "etc/web/nats.creds",    "etc/web/tls.crt", "etc/web/pgpass",
		                            "etc/keyring",           "pki/ca.crt",      "nats/account.jwt",
		                            "etc/postgres/roles.sql" };
	_cleanup_free_ char *out = NULL;
	char *before[ARRAY_SIZE(kept)];

	assert_true(init(*state, "4222", NULL));
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		before[i] = content(*state, kept[i]);
	assert_true(init(*state, "4333", &out));
	assert_non_null(strstr(out, "/etc/web/config.yaml\n"));
	assert_null(strstr(out, "/etc/signer/config.yaml\n"));
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		_cleanup_free_ char *after = content(*state, kept[i]);

		assert_string_equal(before[i], after);
		free(before[i]);
	}
}

static void root_and_operator_keys_can_be_taken_away(void **state)
{
	const struct run *run = *state;
	_cleanup_free_ char *out = NULL;
	char path[256];

	assert_true(init(run, "4222", NULL));
	snprintf(path, sizeof path, "%s/pki/ca.key", run->dir);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof path, "%s/pki/operator.seed", run->dir);
	assert_int_equal(unlink(path), 0);
	assert_true(init(run, "4222", &out));
	assert_string_equal(out, "");
	assert_true(node(run, "n1", "192.0.2.1", NULL, NULL));
}

static void credentials_with_other_rights_are_signed_anew(void **state)
{
	_cleanup_free_ char *sre = NULL, *out = NULL, *after = NULL;

	assert_true(init(*state, "4222", NULL));
	sre = content(*state, "etc/sre/nats.creds");
	replace(*state, "etc/web/nats.creds", sre);
	assert_true(init(*state, "4222", &out));
	assert_non_null(strstr(out, "/etc/web/nats.creds\n"));
	after = content(*state, "etc/web/nats.creds");
	assert_string_not_equal(sre, after);
}

static int secret_check(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	static const char *const secret[] = {
		".key", ".seed", ".creds", "pgpass", ".sql", "config.yaml", "server.conf"
	};
	size_t length = strlen(path);

	(void)walk;
	for (size_t i = 0; i < ARRAY_SIZE(secret); i++)
		if (kind == FTW_F && length > strlen(secret[i]) &&
		    strcmp(path + length - strlen(secret[i]), secret[i]) == 0 && (st->st_mode & 07777) != 0600)
			fail_msg("%s has mode %o", path, st->st_mode & 07777);
	return 0;
}

static void secrets_have_mode_0600_and_nothing_temporary_stays(void **state)
{
	const struct run *run = *state;
	mode_t old = umask(0);

	assert_true(init(run, "4222", NULL));
	assert_true(node(run, "n1", "192.0.2.1", NULL, NULL));
	umask(old);
	assert_int_equal(nftw(run->dir, secret_check, 16, FTW_PHYS), 0);
}

static void each_private_key_is_in_the_keyring_under_its_name(void **state)
{
	static const struct {
		const char *name, *file;
	} rows[] = { { "authz", "signer" }, { "authz.service", "authz" }, { "gateway", "gateway" },
		     { "audit", "audit" },  { "tasks", "tasks" },         { "web", "web" } };
	const struct run *run = *state;
	_cleanup_(keyring_freep) struct keyring *keyring = NULL;
	char path[256];

	assert_true(init(run, "4222", NULL));
	snprintf(path, sizeof path, "%s/etc/keyring", run->dir);
	assert_true(keyring_read(path, &keyring, NULL));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(token_key_freep) struct token_key *key = NULL;
		uint8_t public[TOKEN_KEY];

		snprintf(path, sizeof path, "%s/etc/%s/token.key", run->dir, rows[i].file);
		assert_true(token_key_read(path, &key, NULL));
		token_key_public(key, public);
		assert_non_null(keyring_find(keyring, rows[i].name));
		assert_memory_equal(keyring_find(keyring, rows[i].name), public, sizeof public);
	}
}

static void no_password_stands_in_the_sql(void **state)
{
	_cleanup_free_ char *pgpass = NULL, *sql = NULL;
	const char *password;

	assert_true(init(*state, "4222", NULL));
	pgpass = content(*state, "etc/web/pgpass");
	sql = content(*state, "etc/postgres/roles.sql");
	pgpass[strcspn(pgpass, "\n")] = '\0';
	password = strrchr(pgpass, ':') + 1;
	assert_int_equal(strlen(password), 48);
	assert_null(strstr(sql, password));
	assert_null(strchr(sql, '{'));
	assert_non_null(strstr(sql, "alter role web_wide with login nosuperuser"));
}

static void the_registration_holds_the_public_report_key(void **state)
{
	const struct run *run = *state;
	_cleanup_(token_key_freep) struct token_key *key = NULL;
	_cleanup_free_ char *json = NULL;
	uint8_t public[TOKEN_KEY];
	char spelled[44], path[256];

	assert_true(init(run, "4222", NULL));
	assert_true(node(run, "n1", "192.0.2.1", NULL, NULL));
	snprintf(path, sizeof path, "%s/etc/agent-n1/engine/report.key", run->dir);
	assert_true(token_key_read(path, &key, NULL));
	token_key_public(key, public);
	token_public_format(public, spelled);
	json = content(run, "etc/agent-n1/register.json");
	assert_non_null(strstr(json, spelled));
	assert_non_null(strstr(json, "\"nodeId\": \"n1\""));
	assert_non_null(strstr(json, "\"capabilities\": [\"website\"]"));
}

static void ids_that_would_be_wildcards_or_paths_are_refused(void **state)
{
	static const char *const bad[] = {
		"*",   ">",    "",
		"n.1", "../x", "N1",
		"n 1", "n_1",  "0123456789012345678901234567890123456789012345678901234567890123"
	};

	assert_true(init(*state, "4222", NULL));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = { 0 };

		if (node(*state, bad[i], "192.0.2.1", NULL, &err))
			fail_msg("accepted: %s", bad[i]);
		assert_non_null(strstr(err.message, "--id"));
	}
}

static void values_that_leave_their_quotes_write_nothing(void **state)
{
	const struct run *run = *state;
	char a[] = "--dir", b[] = "--pg-host", c[] = "x\" y";
	_cleanup_free_ char *dir = strdup(run->dir);
	struct error err = { 0 };
	char path[256];

	assert_false(call(&init_command, (char *[]){ a, dir, b, c, NULL }, NULL, &err));
	assert_non_null(strstr(err.message, "'db'"));
	snprintf(path, sizeof path, "%s/etc/authz/config.yaml", run->dir);
	assert_int_equal(access(path, F_OK), -1);
	assert_false(node(run, "n1", "192.0.2.1\"", NULL, NULL));
}

static void a_directory_that_a_config_would_have_to_escape_is_refused(void **state)
{
	static const char *const bad[] = { "relative", "/tmp/a b", "/tmp/a\"b", "/tmp/a;b", "/" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_free_ char *dir = strdup(bad[i]);
		struct error err = { 0 };
		char a[] = "--dir";

		assert_false(call(&init_command, (char *[]){ a, dir, NULL }, NULL, &err));
		assert_non_null(strstr(err.message, "--dir"));
	}
}

static void a_link_in_place_of_a_file_is_not_followed(void **state)
{
	const struct run *run = *state;
	_cleanup_free_ char *text = NULL;
	char path[256], target[256];
	struct stat st;

	assert_true(init(run, "4222", NULL));
	snprintf(path, sizeof path, "%s/etc/web/config.yaml", run->dir);
	snprintf(target, sizeof target, "%s/victim", run->dir);
	replace(run, "victim", "untouched");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(target, path), 0);
	assert_true(init(run, "4222", NULL));
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	text = content(run, "victim");
	assert_string_equal(text, "untouched");
}

static void a_node_needs_an_installation(void **state)
{
	struct error err = { 0 };

	assert_false(node(*state, "n1", "192.0.2.1", NULL, &err));
	assert_non_null(strstr(err.message, "stralixctl init"));
}

#define INIT_TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		INIT_TEST(the_second_time_changes_nothing),
		INIT_TEST(another_port_rewrites_settings_and_keeps_every_key),
		INIT_TEST(root_and_operator_keys_can_be_taken_away),
		INIT_TEST(credentials_with_other_rights_are_signed_anew),
		INIT_TEST(secrets_have_mode_0600_and_nothing_temporary_stays),
		INIT_TEST(each_private_key_is_in_the_keyring_under_its_name),
		INIT_TEST(no_password_stands_in_the_sql),
		INIT_TEST(the_registration_holds_the_public_report_key),
		INIT_TEST(ids_that_would_be_wildcards_or_paths_are_refused),
		INIT_TEST(values_that_leave_their_quotes_write_nothing),
		INIT_TEST(a_directory_that_a_config_would_have_to_escape_is_refused),
		INIT_TEST(a_link_in_place_of_a_file_is_not_followed),
		INIT_TEST(a_node_needs_an_installation),
	};

	return cmocka_run_group_tests_name("init", tests, NULL, NULL);
}
