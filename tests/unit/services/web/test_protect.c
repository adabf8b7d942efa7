/* test_protect: what is kept of a folder's passwords, and what is shown. */

#include <crypt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/web/protect.h"

/* Settings with one folder and two users; passwords are writable, as those of a request. */
struct given {
	char password[2][32];
	Stralix__V1__FolderUser user[2], *users[2];
	Stralix__V1__ProtectedFolder folder, *folders[1];
	Stralix__V1__WebsiteSettings settings;
};

static void give(struct given *given, const char *path, const char *first, const char *second)
{
	const char *const passwords[] = { first, second };
	static const char *const names[] = { "ann", "bob" };

	stralix__v1__website_settings__init(&given->settings);
	stralix__v1__protected_folder__init(&given->folder);
	given->folder.path = (char *)(uintptr_t)path;
	for (size_t i = 0; i < 2; i++) {
		stralix__v1__folder_user__init(&given->user[i]);
		strcpy(given->password[i], passwords[i]);
		given->user[i].name = (char *)(uintptr_t)names[i];
		given->user[i].password = given->password[i];
		given->users[i] = &given->user[i];
	}
	given->folder.users = given->users;
	given->folder.n_users = 2;
	given->folders[0] = &given->folder;
	given->settings.protected_folders = given->folders;
	given->settings.n_protected_folders = 1;
}

static void a_password_becomes_a_hash_that_it_fits(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	struct crypt_data data = { 0 };
	struct given given;
	struct error err = { 0 };

	(void)state;
	give(&given, "intern", "correct horse battery", "correct horse battery");
	assert_true(protect_seal(&given.settings, NULL, arena, &err));
	assert_string_equal(given.user[0].password, "");
	assert_int_equal(memcmp(given.password[0], "\0\0\0\0", 4), 0);
	assert_int_equal(strncmp(given.user[0].hash, "$2b$05$", 7), 0);
	assert_string_not_equal(given.user[0].hash, given.user[1].hash);
	assert_string_equal(crypt_r("correct horse battery", given.user[0].hash, &data), given.user[0].hash);
	assert_string_not_equal(crypt_r("correct horse", given.user[0].hash, &data), given.user[0].hash);
}

static void who_had_one_keeps_it_in_the_same_folder_only(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	struct given before, after, elsewhere;
	struct error err = { 0 };

	(void)state;
	give(&before, "intern", "correct horse battery", "another good password");
	assert_true(protect_seal(&before.settings, NULL, arena, &err));
	give(&after, "intern", "", "a third good password");
	assert_true(protect_seal(&after.settings, &before.settings, arena, &err));
	assert_string_equal(after.user[0].hash, before.user[0].hash);
	assert_string_not_equal(after.user[1].hash, before.user[1].hash);
	give(&elsewhere, "other", "", "a third good password");
	assert_false(protect_seal(&elsewhere.settings, &before.settings, arena, &err));
	assert_string_equal(err.violations[0].field, "settings.protectedFolders[0].users[0].password");
}

static void a_hash_isnt_taken_from_outside(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	struct given given;
	struct error err = { 0 };

	(void)state;
	give(&given, "intern", "correct horse battery", "correct horse battery");
	given.user[1].hash = (char *)(uintptr_t) "$2b$05$x";
	assert_false(protect_seal(&given.settings, NULL, arena, &err));
	assert_string_equal(err.violations[0].field, "settings.protectedFolders[0].users[1].hash");
}

static void what_is_shown_has_names_alone(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	struct given given;
	struct error err = { 0 };

	(void)state;
	give(&given, "intern", "correct horse battery", "correct horse battery");
	assert_true(protect_seal(&given.settings, NULL, arena, &err));
	const Stralix__V1__WebsiteSettings *shown = protect_show(&given.settings, arena);
	assert_non_null(shown);
	assert_string_equal(shown->protected_folders[0]->path, "intern");
	assert_string_equal(shown->protected_folders[0]->users[1]->name, "bob");
	assert_string_equal(shown->protected_folders[0]->users[1]->hash, "");
	assert_int_equal(strncmp(given.user[1].hash, "$2b$", 4), 0); /* a copy: what is kept is whole */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_becomes_a_hash_that_it_fits),
		cmocka_unit_test(who_had_one_keeps_it_in_the_same_folder_only),
		cmocka_unit_test(a_hash_isnt_taken_from_outside),
		cmocka_unit_test(what_is_shown_has_names_alone),
	};

	return cmocka_run_group_tests_name("web/protect", tests, NULL, NULL);
}
