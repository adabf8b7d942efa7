/* kill -9 at every step of adopt and restore: after the next start the order is carried out, wholly, once. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "drift.h"
#include "pauses.h"

static const char *const places[] = { "engine.begun",    "engine.staged",   "engine.testing", "engine.activated",
	                              "engine.reloaded", "engine.verified", "engine.reported" };

/* Sends, kills the engine at the place, starts it again, and waits for how it ended. */
static void cut_off(struct harness *harness, const struct drift_order *order, const char *place)
{
	Stralix__V1__FileChoice choice, *list;
	Stralix__V1__FileOrder body;
	struct harness_command command;

	drift_command(order, &command, &body, &choice, &list);
	pauses_arm(harness, place);
	harness_send(harness, &command);
	pauses_await(harness, place);
	harness_kill(harness);
	pauses_release(harness, place);
	harness_start(harness);
	Stralix__V1__Outcome *outcome = harness_ending(harness, command.task_id);
	if (outcome->state != STRALIX__V1__OUTCOME__STATE__SUCCESS)
		fail_msg("%s at %s: %s %s", order->verb, place, outcome->code, outcome->message);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}

static void orders_survive_a_kill_at_every_step(void **state)
{
	struct harness *harness = *state;

	harness_start(harness);
	for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
		struct harness_command site;
		char path[64], domain[32], digest[65];

		snprintf(domain, sizeof(domain), "cut%u.example", i);
		harness_command(&site, domain);
		harness_run_well(harness, &site);
		drift_site_path(&site, path);
		drift_edit(harness, path, "add_header X-Content", "add_header X-By-Hand yes;\n\tadd_header X-Content");
		Stralix__V1__ObserveAnswer *found = drift_observe(harness, site.website_id);
		snprintf(digest, sizeof(digest), "%s", drift_find(found, path, "edited")->digest);
		stralix__v1__observe_answer__free_unpacked(found, NULL);
		cut_off(harness, &(struct drift_order){ &site, "adopt", path, digest, 2 }, places[i]);
		drift_expect(harness, 0, 1);
		cut_off(harness, &(struct drift_order){ &site, "restore", NULL, NULL, 3 }, places[i]);
		drift_expect(harness, 0, 0);
		assert_true(harness_serves(harness, site.domain));
	}
}

static void orders_about_the_node_survive_as_well(void **state)
{
	struct harness *harness = *state;
	struct harness_command site;

	harness_start(harness);
	harness_command(&site, "first.example");
	harness_run_well(harness, &site);
	for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
		char digest[65];

		drift_edit(harness, "nginx.conf", "keepalive_timeout 30s", "keepalive_timeout 32s");
		Stralix__V1__ObserveAnswer *found = drift_observe(harness, NULL);
		snprintf(digest, sizeof(digest), "%s", drift_find(found, "nginx.conf", "edited")->digest);
		stralix__v1__observe_answer__free_unpacked(found, NULL);
		cut_off(harness, &(struct drift_order){ NULL, "adopt", "nginx.conf", digest, 1 }, places[i]);
		drift_expect(harness, 0, 1);
		cut_off(harness, &(struct drift_order){ NULL, "restore", "nginx.conf", NULL, 1 }, places[i]);
		drift_expect(harness, 0, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(orders_survive_a_kill_at_every_step, pauses_set_up, pauses_tear_down),
		cmocka_unit_test_setup_teardown(orders_about_the_node_survive_as_well, pauses_set_up, pauses_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
