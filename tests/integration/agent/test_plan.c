/* The engine with a real nginx: a plan says what a change would make of the files, and changes nothing. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "drift.h"
#include "harness_internal.h"

static void state_of(const struct harness_command *site, Stralix__V1__WebsiteSettings *settings,
                     Stralix__V1__WebsiteState *ret)
{
	stralix__v1__website_state__init(ret);
	stralix__v1__website_settings__init(settings);
	ret->id = (char *)(uintptr_t)site->website_id;
	ret->domain = (char *)(uintptr_t)site->domain;
	ret->serving = STRALIX__V1__WEBSITE_STATE__SERVING__LIVE;
	ret->uid = site->uid;
	ret->settings = settings;
}

static Stralix__V1__PlanAnswer *plan(struct harness *harness, const Stralix__V1__WebsiteState *site)
{
	char code[41];
	Stralix__V1__PlanAnswer *answer = drift_plan(harness, site->id, site, code);

	if (!answer)
		fail_msg("the plan is refused: %s", code);
	return answer;
}

static void done(Stralix__V1__PlanAnswer *answer)
{
	stralix__v1__plan_answer__free_unpacked(answer, NULL);
}

/* What a plan must leave alone: the live files, the list of generations, the journal. */
static void everything(const struct harness *harness, struct buf *out)
{
	static const char *const names[] = { "journal.db", "journal.db-wal" };
	char hash[65], path[2 * HARNESS_PATH];

	harness_live_hash(harness, hash);
	buf_puts(out, hash);
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", harness->node, names[i]);
		harness_read(path, out);
	}
	snprintf(path, sizeof(path), "%s/nginx/plan", harness->node);
	buf_puts(out, access(path, F_OK) == 0 ? "left" : "");
}

static void a_plan_shows_the_change_and_leaves_everything_as_it_is(void **state)
{
	static char folder[] = "web";
	struct harness *harness = *state;
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__WebsiteState wanted;
	struct harness_command site;
	bool same = false;
	char path[64];

	harness_command(&site, "plan.example");
	harness_run_well(harness, &site);
	state_of(&site, &settings, &wanted);
	settings.document_root = folder;
	drift_site_path(&site, path);
	/* The journal may still be tidied after the change above: once there is no more to tidy, it stays the same. */
	for (unsigned i = 0; i < 50 && !same; i++) {
		_cleanup_buf_ struct buf before = { 0 }, after = { 0 };

		everything(harness, &before);
		Stralix__V1__PlanAnswer *answer = plan(harness, &wanted);
		everything(harness, &after);
		assert_true(answer->passed);
		assert_string_equal(answer->words, "");
		assert_int_equal(answer->n_files, 1);
		assert_string_equal(answer->files[0]->path, path);
		assert_string_equal(answer->files[0]->change, "changed");
		assert_non_null(strstr(answer->files[0]->diff, "\n-\troot "));
		assert_non_null(strstr(answer->files[0]->diff, "/public/web\";\n"));
		assert_false(answer->files[0]->cut || answer->files[0]->secret || answer->files[0]->drops_adopted);
		done(answer);
		same = before.size == after.size && memcmp(before.data, after.data, before.size) == 0;
	}
	assert_true(same);
}

/* Cut off in the middle of a plan: the next start clears up. */
static void what_a_plan_left_is_gone_after_a_start(void **state)
{
	struct harness *harness = *state;
	char folder[2 * HARNESS_PATH], file[2 * HARNESS_PATH + 16];
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__WebsiteState wanted;
	struct harness_command site;

	snprintf(folder, sizeof(folder), "%s/nginx/plan", harness->node);
	snprintf(file, sizeof(file), "%s/nginx.conf", folder);
	harness_kill(harness);
	assert_int_equal(mkdir(folder, 0750), 0);
	harness_write(file, "half", 4, 0640);
	harness_start(harness);
	harness_command(&site, "after.example");
	harness_run_well(harness, &site); /* by then it has recovered */
	assert_int_equal(access(folder, F_OK), -1);
	state_of(&site, &settings, &wanted);
	done(plan(harness, &wanted));
	assert_int_equal(access(folder, F_OK), -1);
}

static void what_is_at_work_already_is_no_change(void **state)
{
	struct harness *harness = *state;
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__WebsiteState wanted;
	struct harness_command site;

	harness_command(&site, "same.example");
	harness_run_well(harness, &site);
	state_of(&site, &settings, &wanted);
	Stralix__V1__PlanAnswer *answer = plan(harness, &wanted);
	assert_int_equal(answer->n_files, 0);
	assert_true(answer->passed);
	done(answer);
}

static void a_new_website_and_a_deleted_one_come_and_go_whole(void **state)
{
	struct harness *harness = *state;
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__WebsiteState wanted;
	struct harness_command site;

	harness_command(&site, "comes.example");
	state_of(&site, &settings, &wanted);
	Stralix__V1__PlanAnswer *answer = plan(harness, &wanted);
	assert_int_equal(answer->n_files, 1);
	assert_string_equal(answer->files[0]->change, "added");
	assert_memory_equal(answer->files[0]->diff, "@@ -0,0 +1,", 11);
	done(answer);

	harness_run_well(harness, &site);
	wanted.serving = STRALIX__V1__WEBSITE_STATE__SERVING__DELETED;
	answer = plan(harness, &wanted);
	assert_int_equal(answer->n_files, 1);
	assert_string_equal(answer->files[0]->change, "removed");
	assert_true(answer->passed);
	done(answer);
}

/* The private locations go by a name that only the node knows. */
static void no_secret_is_shown(void **state)
{
	_cleanup_buf_ struct buf conf = { 0 };
	struct harness *harness = *state;
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__WebsiteState wanted;
	struct harness_command site;
	char secret[33];

	drift_read(harness, "nginx.conf", &conf);
	const char *at = strstr(conf.data, "/.well-known/stralix/");
	assert_non_null(at);
	snprintf(secret, sizeof(secret), "%s", at + strlen("/.well-known/stralix/"));
	harness_command(&site, "secret.example");
	state_of(&site, &settings, &wanted);
	Stralix__V1__PlanAnswer *answer = plan(harness, &wanted);
	assert_null(strstr(answer->files[0]->diff, secret));
	assert_non_null(strstr(answer->files[0]->diff, "/.well-known/stralix/********"));
	done(answer);
}

static void what_nginx_refuses_is_said_in_its_words(void **state)
{
	static char from[] = "/twice", to[] = "https://new.example";
	struct harness *harness = *state;
	Stralix__V1__Redirect redirect[2], *redirects[] = { &redirect[0], &redirect[1] };
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__WebsiteState wanted;
	struct harness_command site;

	harness_command(&site, "refused.example");
	harness_run_well(harness, &site);
	state_of(&site, &settings, &wanted);
	for (unsigned i = 0; i < 2; i++) {
		stralix__v1__redirect__init(&redirect[i]);
		redirect[i].from = from, redirect[i].to = to;
	}
	settings.redirects = redirects, settings.n_redirects = 2;
	Stralix__V1__PlanAnswer *answer = plan(harness, &wanted);
	assert_false(answer->passed);
	assert_non_null(strstr(answer->words, "duplicate location"));
	assert_int_equal(answer->n_files, 1);
	done(answer);
	drift_expect(harness, 0, 0);
}

static void a_name_that_another_website_has_is_said(void **state)
{
	static char taken[] = "owner.example";
	static char *aliases[] = { taken };
	struct harness *harness = *state;
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__WebsiteState wanted;
	struct harness_command owner, site;

	harness_command(&owner, "owner.example");
	harness_run_well(harness, &owner);
	harness_command(&site, "wants.example");
	state_of(&site, &settings, &wanted);
	settings.aliases = aliases, settings.n_aliases = 1;
	Stralix__V1__PlanAnswer *answer = plan(harness, &wanted);
	assert_false(answer->passed);
	assert_non_null(strstr(answer->words, "Another website"));
	done(answer);
}

static void what_breaks_a_rule_is_refused(void **state)
{
	static char folder[] = "../../etc";
	struct harness *harness = *state;
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__WebsiteState wanted;
	struct harness_command site;
	char code[41];

	harness_command(&site, "rule.example");
	state_of(&site, &settings, &wanted);
	settings.document_root = folder;
	assert_null(drift_plan(harness, wanted.id, &wanted, code));
	assert_string_equal(code, "INVALID");
	settings.document_root = (char[]){ "web" };
	assert_null(drift_plan(harness, "0192f0c1-2345-7abc-8def-0a0b0c0d0e0f", &wanted, code));
	assert_string_equal(code, "INVALID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_shows_the_change_and_leaves_everything_as_it_is),
		cmocka_unit_test(what_a_plan_left_is_gone_after_a_start),
		cmocka_unit_test(what_is_at_work_already_is_no_change),
		cmocka_unit_test(a_new_website_and_a_deleted_one_come_and_go_whole),
		cmocka_unit_test(no_secret_is_shown),
		cmocka_unit_test(what_nginx_refuses_is_said_in_its_words),
		cmocka_unit_test(a_name_that_another_website_has_is_said),
		cmocka_unit_test(what_breaks_a_rule_is_refused),
	};

	return cmocka_run_group_tests(tests, harness_set_up, harness_tear_down);
}
