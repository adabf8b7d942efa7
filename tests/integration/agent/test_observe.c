/* The engine with a real nginx: what somebody does to its files by hand is found, and goes back or stays as is said. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "drift.h"
#include "harness_internal.h"

#define EDIT "add_header X-By-Hand yes always;\n\tadd_header X-Content"

static void live(const struct harness *harness, const char *path, char full[static 3 * HARNESS_PATH])
{
	snprintf(full, (size_t)3 * HARNESS_PATH, "%s/nginx/live/%s", harness->node, path);
}

static bool by_hand(const struct harness *harness, const char *domain)
{
	_cleanup_buf_ struct buf answer = { 0 };

	assert_int_equal(harness_get(harness, domain, "/", false, &answer), 200);
	return strstr(answer.data, "X-By-Hand: yes") != NULL;
}

/* A website whose file somebody has edited, and what a look says of that. */
static char *edited(struct harness *harness, struct harness_command *site, const char *domain)
{
	char path[64], *digest;

	harness_command(site, domain);
	harness_run_well(harness, site);
	drift_expect(harness, 0, 0);
	drift_site_path(site, path);
	drift_edit(harness, path, "add_header X-Content", EDIT);
	Stralix__V1__ObserveAnswer *found = drift_observe(harness, site->website_id);
	assert_int_equal(found->n_files, 1);
	const Stralix__V1__FileDrift *file = drift_find(found, path, "edited");
	assert_non_null(strstr(file->diff, "\n+\tadd_header X-By-Hand yes always;\n"));
	assert_string_equal(file->website_id, site->website_id);
	assert_int_equal(strlen(file->digest), 64);
	digest = strdup(file->digest);
	stralix__v1__observe_answer__free_unpacked(found, NULL);
	assert_non_null(digest);
	return digest;
}

static void adopt(struct harness *harness, const struct harness_command *site, const char *path, const char *digest,
                  uint64_t generation)
{
	drift_order_well(harness, &(struct drift_order){ site, "adopt", path, digest, generation });
}

static void every_kind_of_drift_is_found_and_the_node_is_restored(void **state)
{
	struct harness *harness = *state;
	struct harness_command site[3];
	static const char *const domains[] = { "kind0.example", "kind1.example", "kind2.example" };
	char path[3][64], full[3 * HARNESS_PATH];

	for (unsigned i = 0; i < 3; i++) {
		harness_command(&site[i], domains[i]);
		harness_run_well(harness, &site[i]);
		drift_site_path(&site[i], path[i]);
	}
	drift_expect(harness, 0, 0);
	drift_edit(harness, path[0], "add_header X-Content", EDIT);
	live(harness, path[1], full);
	assert_int_equal(unlink(full), 0);
	live(harness, path[2], full);
	assert_int_equal(chmod(full, 0666), 0);
	drift_write(harness, "sites/extra.conf", "# somebody's\n");
	drift_edit(harness, "nginx.conf", "keepalive_timeout 30s", "keepalive_timeout 31s");
	snprintf(full, sizeof(full), "%s/lane/stray.example", harness->node);
	assert_int_equal(symlink("nowhere", full), 0);
	snprintf(full, sizeof(full), "%s/srv/%s/public", harness->node, site[2].website_id);
	assert_int_equal(chmod(full, 0777), 0);

	Stralix__V1__ObserveAnswer *found = drift_observe(harness, NULL);
	drift_find(found, path[0], "edited");
	assert_memory_equal(drift_find(found, path[1], "missing")->diff, "@@ -1,", 6);
	assert_non_null(strstr(drift_find(found, path[2], "owner")->what, "mode 0666"));
	assert_non_null(strstr(drift_find(found, "sites/extra.conf", "foreign")->diff, "+# somebody's\n"));
	assert_non_null(strstr(drift_find(found, "nginx.conf", "edited")->diff, "+\tkeepalive_timeout 31s;\n"));
	drift_find(found, "lane/stray.example", "foreign");
	assert_int_equal(found->drifted, 7);
	assert_int_equal(found->n_files, 7);
	stralix__v1__observe_answer__free_unpacked(found, NULL);

	drift_order_well(harness, &(struct drift_order){ NULL, "restore", NULL, NULL, 1 });
	drift_expect(harness, 0, 0);
	for (unsigned i = 0; i < 3; i++)
		assert_true(harness_serves(harness, site[i].domain));
	assert_false(by_hand(harness, site[0].domain));
}

static void a_website_is_restored_by_itself(void **state)
{
	struct harness *harness = *state;
	struct harness_command site, other;
	_cleanup_free_ char *digest = edited(harness, &site, "self.example");

	harness_command(&other, "selfish.example");
	harness_run_well(harness, &other); /* others' changes carry it over as it is */
	assert_true(by_hand(harness, site.domain));
	drift_order_well(harness, &(struct drift_order){ &site, "restore", NULL, NULL, 2 });
	drift_expect(harness, 0, 0);
	assert_false(by_hand(harness, site.domain));
}

static void folders_of_a_website_come_back_and_its_files_are_left_alone(void **state)
{
	struct harness *harness = *state;
	char full[3 * HARNESS_PATH], moved[3 * HARNESS_PATH + 8], path[128];
	struct harness_command site;
	struct stat st;

	harness_command(&site, "folders.example");
	harness_run_well(harness, &site);
	snprintf(path, sizeof(path), "srv/%s/public", site.website_id);
	snprintf(full, sizeof(full), "%s/%s", harness->node, path);
	snprintf(moved, sizeof(moved), "%s.away", full);
	assert_int_equal(rename(full, moved), 0);
	Stralix__V1__ObserveAnswer *found = drift_observe(harness, site.website_id);
	drift_find(found, path, "missing");
	stralix__v1__observe_answer__free_unpacked(found, NULL);
	drift_order_well(harness, &(struct drift_order){ &site, "restore", NULL, NULL, 2 });
	assert_int_equal(stat(full, &st), 0);
	assert_true(st.st_uid == site.uid || geteuid() != 0);
	assert_int_equal(access(moved, F_OK), 0);
	drift_expect(harness, 0, 0);
	assert_true(harness_serves(harness, site.domain));
}

/* An adopted file outlives changes that don't concern it, a restart and the same settings again; new settings win. */
static void an_adopted_file_stays_until_the_panel_writes_another(void **state)
{
	struct harness *harness = *state;
	struct harness_command site, other;
	_cleanup_free_ char *digest = edited(harness, &site, "adopt.example");
	char path[64];

	drift_site_path(&site, path);
	adopt(harness, &site, path, digest, 2);
	drift_expect(harness, 0, 1);
	assert_true(by_hand(harness, site.domain));
	Stralix__V1__ObserveAnswer *found = drift_observe(harness, site.website_id);
	assert_string_equal(drift_find(found, path, "adopted")->adopted_by, "Ann Admin");
	assert_non_null(strstr(found->files[0]->diff, "X-By-Hand"));
	stralix__v1__observe_answer__free_unpacked(found, NULL);

	harness_command(&other, "adopter.example");
	harness_run_well(harness, &other);
	harness_stop(harness);
	harness_start(harness);
	harness_again(&site, 3);
	harness_run_well(harness, &site); /* nothing is changed but the generation */
	drift_expect(harness, 0, 1);
	assert_true(by_hand(harness, site.domain));

	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__WebsiteState wanted;
	uint8_t room[256];
	stralix__v1__website_state__init(&wanted);
	stralix__v1__website_settings__init(&settings);
	settings.document_root = (char[]){ "web" };
	wanted.settings = &settings;
	site.extra_size = stralix__v1__website_state__pack(&wanted, room);
	site.extra = room;
	harness_again(&site, 4);
	Stralix__V1__Outcome *outcome = harness_run(harness, &site);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
	bool told = false;
	for (size_t i = 0; i < outcome->n_steps; i++)
		told = told ||
		       (strcmp(outcome->steps[i]->name, "release") == 0 && strstr(outcome->steps[i]->message, path));
	assert_true(told);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	drift_expect(harness, 0, 0);
}

static void a_plan_says_that_an_adopted_file_would_be_lost(void **state)
{
	struct harness *harness = *state;
	struct harness_command site;
	_cleanup_free_ char *digest = edited(harness, &site, "lose.example");
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__WebsiteState wanted;
	char path[64], code[41];

	drift_site_path(&site, path);
	adopt(harness, &site, path, digest, 2);
	stralix__v1__website_state__init(&wanted);
	stralix__v1__website_settings__init(&settings);
	wanted.id = site.website_id;
	wanted.domain = (char *)(uintptr_t)site.domain;
	wanted.serving = site.serving;
	wanted.uid = site.uid;
	Stralix__V1__PlanAnswer *plan = drift_plan(harness, site.website_id, &wanted, code);
	assert_non_null(plan);
	assert_int_equal(plan->n_files, 0);
	stralix__v1__plan_answer__free_unpacked(plan, NULL);
	settings.document_root = (char[]){ "web" };
	wanted.settings = &settings;
	plan = drift_plan(harness, site.website_id, &wanted, code);
	assert_non_null(plan);
	assert_int_equal(plan->n_files, 1);
	assert_true(plan->files[0]->drops_adopted);
	assert_non_null(strstr(plan->files[0]->diff, "\n-\tadd_header X-By-Hand"));
	stralix__v1__plan_answer__free_unpacked(plan, NULL);
	drift_order_well(harness, &(struct drift_order){ &site, "restore", NULL, NULL, 3 });
}

static void an_adopted_file_goes_back_when_it_is_said(void **state)
{
	struct harness *harness = *state;
	struct harness_command site;
	_cleanup_free_ char *digest = edited(harness, &site, "back.example");
	char path[64];

	drift_site_path(&site, path);
	adopt(harness, &site, path, digest, 2);
	drift_order_well(harness, &(struct drift_order){ &site, "restore", path, NULL, 3 });
	drift_expect(harness, 0, 0);
	assert_false(by_hand(harness, site.domain));
}

static void files_of_the_node_are_adopted_too(void **state)
{
	struct harness *harness = *state;
	struct harness_command site;

	drift_write(harness, "sites/more.conf", "# kept\n");
	drift_edit(harness, "nginx.conf", "keepalive_timeout 30s", "keepalive_timeout 33s");
	Stralix__V1__ObserveAnswer *found = drift_observe(harness, NULL);
	_cleanup_free_ char *more = strdup(drift_find(found, "sites/more.conf", "foreign")->digest);
	_cleanup_free_ char *main_file = strdup(drift_find(found, "nginx.conf", "edited")->digest);
	stralix__v1__observe_answer__free_unpacked(found, NULL);
	adopt(harness, NULL, "nginx.conf", main_file, 1);
	/* What is foreign is no part of the next generation: it was adopted too late. */
	Stralix__V1__Outcome *outcome =
		drift_order(harness, &(struct drift_order){ NULL, "adopt", "sites/more.conf", more, 1 });
	assert_string_equal(outcome->code, "CONFLICT");
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	drift_write(harness, "sites/more.conf", "# kept\n");
	adopt(harness, NULL, "sites/more.conf", more, 1);
	drift_expect(harness, 0, 2);
	harness_command(&site, "more.example");
	harness_run_well(harness, &site);
	drift_expect(harness, 0, 2);
	assert_int_equal(harness_configtest(harness), 0);

	drift_order_well(harness, &(struct drift_order){ NULL, "restore", NULL, NULL, 1 });
	drift_expect(harness, 0, 2); /* drift is restored, what is adopted isn't */
	drift_order_well(harness, &(struct drift_order){ NULL, "restore", "nginx.conf", NULL, 1 });
	drift_order_well(harness, &(struct drift_order){ NULL, "restore", "sites/more.conf", NULL, 1 });
	drift_expect(harness, 0, 0);
}

/* nginx wouldn't take it, or a website would stop to answer: nothing is adopted, and the site answers as before. */
static void what_does_not_pass_is_not_adopted(void **state)
{
	static const char *const edits[] = { "break everything;\n\tadd_header X-Content", NULL };
	struct harness *harness = *state;

	for (unsigned i = 0; i < ARRAY_SIZE(edits); i++) {
		_cleanup_free_ char *digest = NULL;
		struct harness_command site;
		char path[64], domain[32];

		snprintf(domain, sizeof(domain), "hostile%u.example", i);
		harness_command(&site, domain);
		harness_run_well(harness, &site);
		drift_site_path(&site, path);
		if (edits[i])
			drift_edit(harness, path, "add_header X-Content", edits[i]);
		else
			drift_edit(harness, path, "return 200 \"site", "return 200 \"sight");
		Stralix__V1__ObserveAnswer *found = drift_observe(harness, site.website_id);
		digest = strdup(drift_find(found, path, "edited")->digest);
		stralix__v1__observe_answer__free_unpacked(found, NULL);
		Stralix__V1__Outcome *outcome =
			drift_order(harness, &(struct drift_order){ &site, "adopt", path, digest, 2 });
		assert_string_equal(outcome->code, i == 0 ? "TEST_FAILED" : "VERIFY_FAILED");
		if (i == 0)
			assert_non_null(strstr(outcome->message, "break"));
		stralix__v1__outcome__free_unpacked(outcome, NULL);
		assert_true(harness_serves(harness, site.domain));
		drift_order_well(harness, &(struct drift_order){ &site, "restore", NULL, NULL, 3 });
		drift_expect(harness, 0, 0);
	}
}

static void only_what_was_looked_at_and_is_ones_own_is_adopted(void **state)
{
	struct harness *harness = *state;
	struct harness_command site, other;
	_cleanup_free_ char *digest = edited(harness, &site, "mine.example");
	char path[64], others[64];

	harness_command(&other, "yours.example");
	harness_run_well(harness, &other);
	drift_site_path(&site, path);
	drift_site_path(&other, others);
	const struct {
		struct drift_order order;
		const char *code;
	} rows[] = {
		{ { &site, "adopt", path, "00", 2 }, "CONFLICT" },          /* changed since */
		{ { &site, "adopt", others, digest, 3 }, "INVALID" },       /* another website's */
		{ { &site, "adopt", "nginx.conf", digest, 4 }, "INVALID" }, /* the node's */
		{ { &site, "restore", others, NULL, 5 }, "INVALID" },
		{ { NULL, "adopt", path, digest, 1 }, "INVALID" },       /* a website's, at the node */
		{ { NULL, "adopt", "mine.key", digest, 1 }, "INVALID" }, /* a secret, by its name */
	};
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		Stralix__V1__Outcome *outcome = drift_order(harness, &rows[i].order);

		assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__FAILED);
		if (rows[i].code[0])
			assert_string_equal(outcome->code, rows[i].code);
		stralix__v1__outcome__free_unpacked(outcome, NULL);
	}
	drift_order_well(harness, &(struct drift_order){ &site, "restore", NULL, NULL, 9 });
}

/* An edit that nginx refuses is the trouble of one website alone, and over with the next change of the node. */
static void a_file_broken_by_hand_stops_nobody_else(void **state)
{
	static const char *const domains[] = { "sick0.example", "sick1.example" };
	struct harness *harness = *state;
	struct harness_command sick[2], healthy;

	for (unsigned i = 0; i < 2; i++) {
		char path[64];

		harness_command(&sick[i], domains[i]);
		harness_run_well(harness, &sick[i]);
		drift_site_path(&sick[i], path);
		drift_edit(harness, path, "add_header X-Content", "break everything;\n\tadd_header X-Content");
	}
	harness_command(&healthy, "healthy.example");
	harness_run_well(harness, &healthy);
	assert_true(harness_serves(harness, healthy.domain));
	for (unsigned i = 0; i < 2; i++)
		assert_true(harness_serves(harness, sick[i].domain));
	assert_int_equal(harness_configtest(harness), 0);
	drift_expect(harness, 0, 0);
}

/* A link in the place of a file isn't followed, wherever it leads. */
static void a_link_is_no_way_out_of_the_tree(void **state)
{
	struct harness *harness = *state;
	char full[3 * HARNESS_PATH];

	live(harness, "sites/link.conf", full);
	assert_int_equal(symlink("/etc/shadow", full), 0);
	Stralix__V1__ObserveAnswer *found = drift_observe(harness, NULL);
	const Stralix__V1__FileDrift *file = drift_find(found, "sites/link.conf", "foreign");
	assert_string_equal(file->diff, "");
	assert_string_equal(file->digest, "");
	stralix__v1__observe_answer__free_unpacked(found, NULL);
	Stralix__V1__Outcome *outcome =
		drift_order(harness, &(struct drift_order){ NULL, "adopt", "sites/link.conf", "00", 1 });
	assert_string_equal(outcome->code, "CONFLICT");
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	assert_int_equal(unlink(full), 0);
}

static Stralix__V1__Heartbeat *heartbeat(struct harness *harness)
{
	Stralix__V1__LinkFrame frame;
	Stralix__V1__HeartbeatDue due;
	Stralix__V1__Heartbeat *ret = NULL;

	stralix__v1__link_frame__init(&frame);
	stralix__v1__heartbeat_due__init(&due);
	frame.body_case = STRALIX__V1__LINK_FRAME__BODY_HEARTBEAT;
	frame.heartbeat = &due;
	harness_send_frame(harness, &frame);
	while (!ret) {
		Stralix__V1__EngineFrame *answer = harness_receive(harness, 10000);

		assert_non_null(answer);
		if (answer->body_case == STRALIX__V1__ENGINE_FRAME__BODY_HEARTBEAT) {
			Stralix__V1__Report *report = stralix__v1__report__unpack(NULL, answer->heartbeat->payload.len,
			                                                          answer->heartbeat->payload.data);

			assert_non_null(report);
			ret = stralix__v1__heartbeat__unpack(NULL, report->outcome.len, report->outcome.data);
			stralix__v1__report__free_unpacked(report, NULL);
		}
		stralix__v1__engine_frame__free_unpacked(answer, NULL);
	}
	return ret;
}

/* Nobody asks: the schedule finds it, and the heartbeat counts it. */
static void the_schedule_finds_drift_and_the_heartbeat_tells(void **state)
{
	struct harness *harness = *state;
	struct harness_command site;
	_cleanup_free_ char *digest = NULL;
	int64_t deadline = clock_monotonic_ms() + 20000;
	bool told = false;

	harness_stop(harness);
	harness_setting(harness, "observe_s", "1");
	harness_start(harness);
	harness_command(&site, "beat.example");
	harness_run_well(harness, &site);
	char path[64];
	drift_site_path(&site, path);
	drift_edit(harness, path, "add_header X-Content", EDIT);
	while (!told && clock_monotonic_ms() < deadline) {
		Stralix__V1__Heartbeat *beat = heartbeat(harness);

		told = beat->drift && beat->drift->files == 1 && beat->drift->resources == 1 &&
		       beat->drift->observed_ms > 0;
		stralix__v1__heartbeat__free_unpacked(beat, NULL);
	}
	assert_true(told);
	drift_order_well(harness, &(struct drift_order){ &site, "restore", NULL, NULL, 2 });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_drift_is_found_and_the_node_is_restored),
		cmocka_unit_test(a_website_is_restored_by_itself),
		cmocka_unit_test(folders_of_a_website_come_back_and_its_files_are_left_alone),
		cmocka_unit_test(an_adopted_file_stays_until_the_panel_writes_another),
		cmocka_unit_test(a_plan_says_that_an_adopted_file_would_be_lost),
		cmocka_unit_test(an_adopted_file_goes_back_when_it_is_said),
		cmocka_unit_test(files_of_the_node_are_adopted_too),
		cmocka_unit_test(what_does_not_pass_is_not_adopted),
		cmocka_unit_test(only_what_was_looked_at_and_is_ones_own_is_adopted),
		cmocka_unit_test(a_file_broken_by_hand_stops_nobody_else),
		cmocka_unit_test(a_link_is_no_way_out_of_the_tree),
		cmocka_unit_test(the_schedule_finds_drift_and_the_heartbeat_tells),
	};

	return cmocka_run_group_tests(tests, harness_set_up, harness_tear_down);
}
