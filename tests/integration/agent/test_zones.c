/* The engine with a real PowerDNS: zones come, change and go, whoever dies meanwhile; what isn't right changes nothing.
 */

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "ask.h"
#include "zones.h"

enum { LONG_PATH = 2 * HARNESS_PATH, CROWD = 200 };

static int set_up(void **state)
{
	struct harness *harness = calloc(1, sizeof(*harness));

	harness_init(harness);
	zones_give(harness);
	harness_start(harness);
	*state = harness;
	return 0;
}

static void expect(Stralix__V1__Outcome *outcome, Stralix__V1__Outcome__State state, const char *code,
                   const char *words)
{
	if (outcome->state != state || strcmp(outcome->code, code) != 0 || !strstr(outcome->message, words))
		fail_msg("%d %s: %s", (int)outcome->state, outcome->code, outcome->message);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}

static void expect_failed(Stralix__V1__Outcome *outcome, const char *code, const char *words)
{
	expect(outcome, STRALIX__V1__OUTCOME__STATE__FAILED, code, words);
}

static void expect_refused(struct harness *harness, const struct harness_command *command, const char *code,
                           const char *words)
{
	harness_send(harness, command);
	expect(harness_answer(harness), STRALIX__V1__OUTCOME__STATE__REFUSED, code, words);
}

/* The zone with one address, as generation and serial. */
static void want_address(struct harness_command *command, const char *zone, uint32_t serial, const char *address)
{
	char name[256];

	snprintf(name, sizeof(name), "www.%s.", zone);
	const struct zones_set sets[] = { { name, "A", { address }, 0 }, { .name = NULL } };
	zones_want(command, &(struct zones_zone){ .name = zone, .serial = serial, .sets = sets });
}

static void apply(struct harness *harness, struct harness_command *command, uint64_t generation, const char *zone,
                  uint32_t serial, const char *address)
{
	harness_again(command, generation);
	want_address(command, zone, serial, address);
	harness_run_well(harness, command);
}

static void a_zone_comes_changes_and_goes(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;

	zones_command(&command);
	apply(harness, &command, 1, "shop.example", 1, "192.0.2.1");
	assert_string_equal(zones_ask(harness, "www.shop.example.", "A"), "192.0.2.1");
	assert_int_equal(zones_serial(harness, "shop.example"), 1);
	apply(harness, &command, 2, "shop.example", 2, "192.0.2.2");
	assert_string_equal(zones_ask(harness, "www.shop.example.", "A"), "192.0.2.2");
	assert_int_equal(zones_serial(harness, "shop.example"), 2);
	/* A name may change its only type. */
	const struct zones_set alias[] = { { "www.shop.example.", "CNAME", { "shop.example." }, 0 }, { .name = NULL } };
	harness_again(&command, 3);
	zones_want(&command, &(struct zones_zone){ .name = "shop.example", .serial = 3, .sets = alias });
	harness_run_well(harness, &command);
	assert_string_equal(zones_ask(harness, "www.shop.example.", "CNAME"), "shop.example.");
	harness_again(&command, 4);
	zones_want(&command, &(struct zones_zone){ .name = "shop.example", .serial = 4, .deleted = true });
	harness_run_well(harness, &command);
	assert_string_equal(zones_ask(harness, "shop.example.", "SOA"), "REFUSED");
	apply(harness, &command, 5, "shop.example", 5, "192.0.2.5");
	assert_string_equal(zones_ask(harness, "www.shop.example.", "A"), "192.0.2.5");
	harness_again(&command, 6);
	command.verb = "remove";
	harness_run_well(harness, &command);
	assert_string_equal(zones_ask(harness, "shop.example.", "SOA"), "REFUSED");
	zones_done(&command);
}

static void steps_say_what_changes(void **state)
{
	static const char *const names[] = { "stage", "activate", "verify", "commit" };
	struct harness *harness = *state;
	struct harness_command command;

	zones_command(&command);
	apply(harness, &command, 1, "shop.example", 1, "192.0.2.1");
	harness_again(&command, 2);
	want_address(&command, "shop.example", 2, "192.0.2.2");
	Stralix__V1__Outcome *outcome = harness_run(harness, &command);
	assert_int_equal(outcome->n_steps, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_string_equal(outcome->steps[i]->name, names[i]);
		assert_string_equal(outcome->steps[i]->state, "success");
	}
	assert_string_equal(outcome->steps[0]->message,
	                    "2 changes: shop.example. SOA changes, www.shop.example. A changes");
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	zones_done(&command);
}

static void twice_is_once_and_what_is_old_is_superseded(void **state)
{
	struct harness *harness = *state;
	struct harness_command command, old;

	zones_command(&command);
	apply(harness, &command, 5, "shop.example", 5, "192.0.2.5");
	old = command;
	harness_send(harness, &command);
	expect(harness_answer(harness), STRALIX__V1__OUTCOME__STATE__SUCCESS, "", "");
	old.desired = NULL;
	harness_again(&old, 4);
	want_address(&old, "shop.example", 4, "192.0.2.4");
	harness_send(harness, &old);
	expect(harness_answer(harness), STRALIX__V1__OUTCOME__STATE__SUPERSEDED, "", "");
	assert_int_equal(zones_serial(harness, "shop.example"), 5);
	apply(harness, &command, 6, "shop.example", 5, "192.0.2.5"); /* the same content once more */
	assert_int_equal(zones_serial(harness, "shop.example"), 5);
	zones_done(&command);
	zones_done(&old);
}

static void what_could_be_another_record_is_refused(void **state)
{
	static const struct {
		struct zones_set set;
		const char *code;
	} hostile[] = {
		{ { "www.shop.example.", "A", { "192.0.2.1\nevil.example. 1 IN A 192.0.2.2" }, 0 }, "INVALID" },
		{ { "www.shop.example.", "A", { "192.0.2.1 192.0.2.2" }, 0 }, "INVALID" },
		{ { "www.shop.example.", "A", { "192.0.2.01" }, 0 }, "INVALID" },
		{ { "www.shop.example.", "TXT", { "\"never closed" }, 0 }, "INVALID" },
		{ { "www.shop.example.", "CNAME", { "elsewhere" }, 0 }, "INVALID" },
		{ { "www.other.example.", "A", { "192.0.2.1" }, 0 }, "INVALID" },
		{ { "www.shop.example", "A", { "192.0.2.1" }, 0 }, "INVALID" },
		{ { "www.shop.example.", "LUA", { "A \"os.exit()\"" }, 0 }, "AGENT_TOO_OLD" },
		{ { "www.shop.example.", "A", { "192.0.2.1", "192.0.2.1" }, 0 }, "INVALID" },
		{ { "shop.example.", "SOA", { "a.example. b.example. 1 1 1 1 1" }, 0 }, "INVALID" },
	};
	struct harness *harness = *state;

	for (unsigned i = 0; i < ARRAY_SIZE(hostile); i++) {
		const struct zones_set sets[] = { hostile[i].set, { .name = NULL } };
		struct harness_command command;

		zones_command(&command);
		zones_want(&command, &(struct zones_zone){ .name = "shop.example", .serial = 1, .sets = sets });
		expect_refused(harness, &command, hostile[i].code, "");
		zones_done(&command);
	}
	zones_await(harness, "shop.example.", "SOA", "REFUSED");
}

static void a_zone_that_makes_no_sense_is_refused(void **state)
{
	static const struct zones_zone senseless[] = {
		{ .name = "shop.example", .serial = 1, .no_soa = true },
		{ .name = "shop.example", .serial = 1, .id = "00000000-0000-4000-8000-000000000000" },
		{ .name = "..", .serial = 1 },
		{ .name = "shop.example", .serial = 0, .deleted = true, .no_soa = true, .id = "nobody" },
	};
	static const uint8_t unknown[] = { 0xfa, 0x3f, 1, 'x' };
	struct harness *harness = *state;
	struct harness_command command;

	for (unsigned i = 0; i < ARRAY_SIZE(senseless); i++) {
		zones_command(&command);
		zones_want(&command, &senseless[i]);
		expect_refused(harness, &command, "INVALID", "");
		zones_done(&command);
	}
	zones_command(&command);
	want_address(&command, "shop.example", 1, "192.0.2.1");
	command.extra = unknown;
	command.extra_size = sizeof(unknown);
	expect_refused(harness, &command, "AGENT_TOO_OLD", "");
	command.extra_size = 0;
	command.verb = "restore";
	expect_refused(harness, &command, "AGENT_TOO_OLD", "zone.restore");
	zones_done(&command);
}

static void a_zone_is_one_resource_s(void **state)
{
	struct harness *harness = *state;
	struct harness_command first, second;

	zones_command(&first);
	apply(harness, &first, 1, "shop.example", 1, "192.0.2.1");
	zones_command(&second);
	want_address(&second, "shop.example", 9, "192.0.2.9");
	expect_failed(harness_run(harness, &second), "EXISTS", "shop.example");
	assert_int_equal(zones_serial(harness, "shop.example"), 1);
	harness_again(&first, 2);
	want_address(&first, "other.example", 2, "192.0.2.1");
	expect_failed(harness_run(harness, &first), "CONFLICT", "other.example");
	zones_done(&first);
	zones_done(&second);
}

static void without_the_daemon_a_change_fails_and_later_works(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;

	zones_command(&command);
	apply(harness, &command, 1, "shop.example", 1, "192.0.2.1");
	zones_leave(harness);
	harness_start(harness);
	harness_again(&command, 2);
	want_address(&command, "shop.example", 2, "192.0.2.2");
	expect_failed(harness_run(harness, &command), "UNAVAILABLE", "PowerDNS doesn't answer");
	zones_start(harness);
	assert_int_equal(zones_serial(harness, "shop.example"), 1);
	apply(harness, &command, 3, "shop.example", 3, "192.0.2.3");
	assert_int_equal(zones_serial(harness, "shop.example"), 3);
	/* Ended and started anew between two changes, on whose connection the second one goes. */
	harness_end_pdns(harness);
	zones_start(harness);
	apply(harness, &command, 4, "shop.example", 4, "192.0.2.4");
	assert_string_equal(zones_ask(harness, "www.shop.example.", "A"), "192.0.2.4");
	zones_done(&command);
}

static void a_daemon_that_died_is_started_again(void **state)
{
	struct harness *harness = *state;
	struct harness_command command;

	zones_command(&command);
	apply(harness, &command, 1, "shop.example", 1, "192.0.2.1");
	harness_end_pdns(harness);
	zones_await(harness, "www.shop.example.", "A", "192.0.2.1");
	apply(harness, &command, 2, "shop.example", 2, "192.0.2.2");
	assert_int_equal(zones_serial(harness, "shop.example"), 2);
	zones_done(&command);
}

static void what_is_not_verified_goes_back(void **state)
{
	struct harness *harness = *state;
	struct harness_command command, fresh;
	char port[16];

	zones_command(&command);
	apply(harness, &command, 1, "shop.example", 1, "192.0.2.1");
	zones_leave(harness);
	/* It takes orders, but isn't where it is asked. */
	snprintf(port, sizeof(port), "%u", harness_free_port());
	harness_setting(harness, "dns_port", port);
	zones_start(harness);
	harness_start(harness);
	harness_again(&command, 2);
	want_address(&command, "shop.example", 2, "192.0.2.2");
	Stralix__V1__Outcome *outcome = harness_run(harness, &command);
	assert_int_equal(outcome->n_steps, 4);
	assert_string_equal(outcome->steps[2]->name, "verify");
	assert_string_equal(outcome->steps[2]->state, "failed");
	assert_string_equal(outcome->steps[3]->name, "rollback");
	expect_failed(outcome, "VERIFY_FAILED", "rolling back");
	assert_int_equal(zones_serial(harness, "shop.example"), 1);
	assert_string_equal(zones_ask(harness, "www.shop.example.", "A"), "192.0.2.1");
	zones_command(&fresh);
	want_address(&fresh, "fresh.example", 1, "192.0.2.1");
	expect_failed(harness_run(harness, &fresh), "VERIFY_FAILED", "");
	assert_string_equal(zones_ask(harness, "fresh.example.", "SOA"), "REFUSED");
	zones_done(&command);
	zones_done(&fresh);
}

/* What the node says is drifted; of a zone, or of all (NULL). */
static Stralix__V1__ObserveAnswer *observe(struct harness *harness, const char *id)
{
	struct ask ask;

	ask_init(&ask, "observe", id ? id : "00000000-0000-0000-0000-000000000000");
	ask.command.kind = id ? "zone" : "website";
	Stralix__V1__NodeAnswer *answer = ask_answer(harness, &ask);
	if (answer->code[0])
		fail_msg("%s: %s", answer->code, answer->message);
	Stralix__V1__ObserveAnswer *found =
		stralix__v1__observe_answer__unpack(NULL, answer->answer.len, answer->answer.data);
	assert_non_null(found);
	stralix__v1__node_answer__free_unpacked(answer, NULL);
	return found;
}

static const Stralix__V1__FileDrift *find_drift(const Stralix__V1__ObserveAnswer *found, const char *path)
{
	for (size_t i = 0; i < found->n_files; i++)
		if (strcmp(found->files[i]->path, path) == 0)
			return found->files[i];
	fail_msg("nothing is said of %s", path);
	return NULL;
}

static void what_somebody_changed_by_hand_is_found(void **state)
{
	static const char patch[] =
		"{\"rrsets\":[{\"name\":\"www.shop.example.\",\"type\":\"A\",\"ttl\":60,\"changetype\":\"REPLACE\","
		"\"records\":[{\"content\":\"192.0.2.66\",\"disabled\":false}]},"
		"{\"name\":\"shop.example.\",\"type\":\"NS\",\"changetype\":\"DELETE\",\"records\":[]},"
		"{\"name\":\"evil.shop.example.\",\"type\":\"A\",\"ttl\":60,\"changetype\":\"REPLACE\","
		"\"records\":[{\"content\":\"192.0.2.67\",\"disabled\":false}]}]}";
	static const char other[] = "{\"name\":\"foreign.example.\",\"kind\":\"Native\",\"nameservers\":[]}";
	struct harness *harness = *state;
	struct harness_command command;
	_cleanup_buf_ struct buf out = { 0 }, made = { 0 };

	zones_command(&command);
	apply(harness, &command, 1, "shop.example", 1, "192.0.2.1");
	Stralix__V1__ObserveAnswer *found = observe(harness, command.website_id);
	assert_int_equal(found->n_files, 0);
	stralix__v1__observe_answer__free_unpacked(found, NULL);
	assert_int_equal(zones_api(harness, "PATCH", "/zones/shop.example.", patch, &out), 204);
	assert_int_equal(zones_api(harness, "POST", "/zones", other, &made), 201);
	found = observe(harness, NULL);
	assert_int_equal(found->drifted, 4);
	const Stralix__V1__FileDrift *edited = find_drift(found, "www.shop.example. A");
	assert_string_equal(edited->state, "edited");
	assert_string_equal(edited->website_id, command.website_id);
	assert_non_null(strstr(edited->diff, "-300 192.0.2.1\n+60 192.0.2.66\n"));
	assert_string_equal(find_drift(found, "shop.example. NS")->state, "missing");
	assert_string_equal(find_drift(found, "evil.shop.example. A")->state, "foreign");
	assert_string_equal(find_drift(found, "foreign.example.")->state, "foreign");
	stralix__v1__observe_answer__free_unpacked(found, NULL);
	/* A change after that is about the zone as it is, and puts all of it right. */
	apply(harness, &command, 2, "shop.example", 2, "192.0.2.2");
	found = observe(harness, command.website_id);
	assert_int_equal(found->n_files, 0);
	stralix__v1__observe_answer__free_unpacked(found, NULL);
	zones_done(&command);
}

/* Names of a zone that comes were asked for before, of nobody or of the zone above. */
static void what_was_denied_before_is_answered_at_once(void **state)
{
	struct harness *harness = *state;
	struct harness_command above, below;

	zones_command(&above);
	zones_await(harness, "www.above.example.", "A", "REFUSED");
	apply(harness, &above, 1, "above.example", 1, "192.0.2.1");
	assert_string_equal(zones_ask(harness, "www.above.example.", "A"), "192.0.2.1");
	assert_string_equal(zones_ask(harness, "www.shop.above.example.", "A"), "");
	zones_command(&below);
	apply(harness, &below, 1, "shop.above.example", 1, "192.0.2.2");
	assert_string_equal(zones_ask(harness, "www.shop.above.example.", "A"), "192.0.2.2");
	harness_again(&below, 2);
	below.verb = "remove";
	harness_run_well(harness, &below);
	assert_string_equal(zones_ask(harness, "www.shop.above.example.", "A"), "");
	zones_done(&above);
	zones_done(&below);
}

/* Somebody whose questions are under way whenever something is written, and could bring back what was: PowerDNS would
 * keep that for seconds. */
static pid_t start_asking(const struct harness *harness, const char *name)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		_exit(1);
	while (pid == 0)
		zones_ask(harness, name, "A");
	return pid;
}

static void what_is_asked_for_all_the_time_is_answered_anew(void **state)
{
	enum { CHANGES = 30, ASKING = 2 };
	struct harness *harness = *state;
	struct harness_command command;
	pid_t asking[ASKING];
	char address[16];

	zones_command(&command);
	apply(harness, &command, 1, "busy.example", 1, "192.0.2.1");
	for (unsigned i = 0; i < ASKING; i++)
		asking[i] = start_asking(harness, "www.busy.example.");
	for (unsigned n = 2; n <= CHANGES; n++) {
		snprintf(address, sizeof(address), "192.0.2.%u", n);
		apply(harness, &command, n, "busy.example", n, address);
		assert_string_equal(zones_ask(harness, "www.busy.example.", "A"), address);
	}
	for (unsigned i = 0; i < ASKING; i++) {
		assert_int_equal(kill(asking[i], SIGKILL), 0);
		assert_int_equal(waitpid(asking[i], NULL, 0), asking[i]);
	}
	zones_done(&command);
}

/* The key of RFC 6605 §6.1 and another one. */
#define FIRST_KEY                                                                                                      \
	"Private-key-format: v1.2\nAlgorithm: 13 (ECDSAP256SHA256)\n"                                                  \
	"PrivateKey: GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=\n"
#define FIRST_PUBLIC                                                                                                   \
	"257 3 13 "                                                                                                    \
	"GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA=="
#define SECOND_KEY                                                                                                     \
	"Private-key-format: v1.2\nAlgorithm: 13 (ECDSAP256SHA256)\n"                                                  \
	"PrivateKey: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"

enum { TYPE_A = 1, TYPE_DNSKEY = 48, TYPE_NSEC3PARAM = 51, TYPE_AXFR = 252 };

static void sign(struct harness *harness, struct harness_command *command, uint64_t n, const struct zones_key *keys,
                 bool narrow)
{
	const struct zones_set sets[] = { { "www.shop.example.", "A", { "192.0.2.1" }, 0 }, { .name = NULL } };

	harness_again(command, n);
	zones_want(command, &(struct zones_zone){ .name = "shop.example",
	                                          .serial = (uint32_t)n,
	                                          .sets = sets,
	                                          .keys = keys,
	                                          .narrow = narrow,
	                                          .harness = harness });
	harness_run_well(harness, command);
	assert_int_equal(zones_serial(harness, "shop.example"), n);
}

static unsigned count_keys(const struct harness *harness, const char *wanted)
{
	_cleanup_buf_ struct buf out = { 0 };
	unsigned n = 0;

	assert_int_equal(zones_api(harness, "GET", "/zones/shop.example./cryptokeys", NULL, &out), 200);
	for (const char *at = out.data; (at = strstr(at, wanted)); at++)
		n++;
	return n;
}

static void a_zone_is_signed_with_the_keys_that_come_sealed(void **state)
{
	const struct zones_key none[] = { { .flags = 0 } };
	const struct zones_key one[] = { { 257, true, true, FIRST_KEY, NULL }, { .flags = 0 } };
	const struct zones_key both[] = { { 257, true, true, FIRST_KEY, NULL },
		                          { 257, false, true, SECOND_KEY, NULL },
		                          { .flags = 0 } };
	const struct zones_key other[] = { { 257, true, true, SECOND_KEY, NULL }, { .flags = 0 } };
	struct harness *harness = *state;
	struct harness_command command;

	zones_command(&command);
	apply(harness, &command, 1, "shop.example", 1, "192.0.2.1");
	assert_int_equal(zones_count(harness, "www.shop.example.", TYPE_A, true), 1);
	sign(harness, &command, 2, one, false);
	assert_int_equal(count_keys(harness, FIRST_PUBLIC), 1);
	assert_int_equal(zones_count(harness, "www.shop.example.", TYPE_A, true), 2); /* with its signature */
	sign(harness, &command, 3, both, true);
	assert_int_equal(count_keys(harness, "\"dnskey\""), 2);
	assert_int_equal(zones_count(harness, "shop.example.", TYPE_DNSKEY, false), 2);
	assert_int_equal(zones_count(harness, "shop.example.", TYPE_NSEC3PARAM, false), 1);
	/* The engine that starts isn't sure of anything, and finds the keys that are there. */
	harness_stop(harness);
	harness_start(harness);
	sign(harness, &command, 4, both, true);
	assert_int_equal(count_keys(harness, "\"dnskey\""), 2);
	sign(harness, &command, 5, other, false);
	assert_int_equal(count_keys(harness, FIRST_PUBLIC), 0);
	assert_int_equal(zones_count(harness, "shop.example.", TYPE_DNSKEY, false), 1);
	assert_int_equal(zones_count(harness, "shop.example.", TYPE_NSEC3PARAM, false), 0);
	assert_int_equal(zones_count(harness, "www.shop.example.", TYPE_A, true), 2);
	Stralix__V1__ObserveAnswer *found = observe(harness, command.website_id);
	assert_int_equal(found->n_files, 0);
	stralix__v1__observe_answer__free_unpacked(found, NULL);
	sign(harness, &command, 6, none, false);
	assert_int_equal(zones_count(harness, "www.shop.example.", TYPE_A, true), 1);
	zones_done(&command);
}

static void a_key_that_was_sealed_for_another_zone_is_no_good(void **state)
{
	const struct zones_key moved[] = { { 257, true, true, FIRST_KEY, "00000000-0000-4000-8000-000000000000" },
		                           { .flags = 0 } };
	struct harness *harness = *state;
	struct harness_command command;

	zones_command(&command);
	apply(harness, &command, 1, "shop.example", 1, "192.0.2.1");
	harness_again(&command, 2);
	zones_want(&command,
	           &(struct zones_zone){ .name = "shop.example", .serial = 2, .keys = moved, .harness = harness });
	expect_failed(harness_run(harness, &command), "INVALID", "open a key of the zone");
	assert_int_equal(zones_serial(harness, "shop.example"), 1);
	zones_done(&command);
}

static void those_that_may_transfer_a_zone_and_nobody_else(void **state)
{
	const struct zones_peer by_address[] = { { "127.0.0.1", NULL, NULL, 0, false }, { .address = NULL } };
	const struct zones_peer by_key[] = { { "127.0.0.1", "transfer.shop.example.",
		                               "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", 5399,
		                               true },
		                             { .address = NULL } };
	struct harness *harness = *state;
	struct harness_command command;
	_cleanup_buf_ struct buf zone = { 0 }, notify = { 0 }, key = { 0 };

	zones_command(&command);
	apply(harness, &command, 1, "shop.example", 1, "192.0.2.1");
	assert_int_equal(zones_count(harness, "shop.example.", TYPE_AXFR, false), -1);
	harness_again(&command, 2);
	zones_want(&command, &(struct zones_zone){ .name = "shop.example", .serial = 2, .peers = by_address });
	harness_run_well(harness, &command);
	assert_true(zones_count(harness, "shop.example.", TYPE_AXFR, false) > 0);
	harness_again(&command, 3);
	zones_want(&command,
	           &(struct zones_zone){ .name = "shop.example", .serial = 3, .peers = by_key, .harness = harness });
	harness_run_well(harness, &command);
	assert_int_equal(zones_count(harness, "shop.example.", TYPE_AXFR, false), -1); /* without the key */
	assert_int_equal(zones_api(harness, "GET", "/zones/shop.example.", NULL, &zone), 200);
	assert_non_null(strstr(zone.data, "\"master_tsig_key_ids\": [\"transfer.shop.example.\"]"));
	assert_int_equal(zones_api(harness, "GET", "/zones/shop.example./metadata/ALSO-NOTIFY", NULL, &notify), 200);
	assert_non_null(strstr(notify.data, "127.0.0.1:5399"));
	assert_int_equal(zones_api(harness, "GET", "/tsigkeys/transfer.shop.example.", NULL, &key), 200);
	assert_non_null(strstr(key.data, by_key[0].tsig_secret)); /* without padding nothing ends it by chance */
	assert_non_null(strstr(key.data, "c2VjcmV0\""));          /* and nothing stands behind it */
	buf_clear(&key);
	apply(harness, &command, 4, "shop.example", 4, "192.0.2.4");
	assert_int_equal(zones_count(harness, "shop.example.", TYPE_AXFR, false), -1);
	assert_int_equal(zones_api(harness, "GET", "/tsigkeys/transfer.shop.example.", NULL, &key), 404);
	zones_done(&command);
}

/* Its key is there under its name, for members too; one that isn't yet is left out. */
static void a_catalog_has_members_and_lends_them_its_key(void **state)
{
	const struct zones_peer own[] = { { "127.0.0.1", "consumer.list.example.",
		                            "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MTI=", 5399, false },
		                          { .address = NULL } };
	const struct zones_peer lent[] = { { "127.0.0.1", "consumer.list.example.", NULL, 5399, false },
		                           { "127.0.0.1", "absent.list.example.", NULL, 5399, false },
		                           { .address = NULL } };
	_cleanup_buf_ struct buf list = { 0 }, member = { 0 };
	struct harness *harness = *state;
	struct harness_command catalog, command;

	zones_command(&catalog);
	apply(harness, &catalog, 1, "list.example", 1, "192.0.2.1");
	harness_again(&catalog, 2);
	zones_want(&catalog,
	           &(struct zones_zone){
			   .name = "list.example", .serial = 2, .producer = true, .peers = own, .harness = harness });
	harness_run_well(harness, &catalog);
	zones_command(&command);
	harness_again(&command, 1);
	zones_want(&command, &(struct zones_zone){
				     .name = "shop.example", .serial = 1, .catalog = "list.example", .peers = lent });
	harness_run_well(harness, &command);
	assert_int_equal(zones_api(harness, "GET", "/zones/list.example.", NULL, &list), 200);
	assert_non_null(strstr(list.data, "\"kind\": \"Producer\""));
	assert_int_equal(zones_api(harness, "GET", "/zones/shop.example.", NULL, &member), 200);
	assert_non_null(strstr(member.data, "\"catalog\": \"list.example.\""));
	assert_non_null(strstr(member.data, "\"kind\": \"Master\""));
	assert_non_null(strstr(member.data, "\"master_tsig_key_ids\": [\"consumer.list.example.\"]"));
	buf_clear(&member);
	apply(harness, &command, 2, "shop.example", 2, "192.0.2.2");
	assert_int_equal(zones_api(harness, "GET", "/zones/shop.example.", NULL, &member), 200);
	assert_non_null(strstr(member.data, "\"catalog\": \"\""));
	assert_non_null(strstr(member.data, "\"kind\": \"Native\""));
	buf_clear(&member); /* the key is the catalog's still */
	assert_int_equal(zones_api(harness, "GET", "/tsigkeys/consumer.list.example.", NULL, &member), 200);
	zones_done(&catalog);
	zones_done(&command);
}

static void a_plan_says_what_would_change(void **state)
{
	const struct zones_set sets[] = { { "www.shop.example.", "A", { "192.0.2.9" }, 0 },
		                          { "mail.shop.example.", "AAAA", { "2001:db8::1" }, 0 },
		                          { .name = NULL } };
	struct harness *harness = *state;
	struct harness_command command;
	Stralix__V1__PlanQuestion wanted;
	struct ask ask;

	zones_command(&command);
	apply(harness, &command, 1, "shop.example", 1, "192.0.2.1");
	zones_want(&command, &(struct zones_zone){ .name = "shop.example", .serial = 2, .sets = sets });
	stralix__v1__plan_question__init(&wanted);
	wanted.zone = stralix__v1__zone_state__unpack(NULL, command.desired_size, command.desired);
	ask_init(&ask, "plan", command.website_id);
	ask.command.kind = "zone";
	_cleanup_free_ void *packed = harness_packed(&wanted.base, &ask.size);
	ask.question = packed;
	Stralix__V1__NodeAnswer *answer = ask_answer(harness, &ask);
	assert_string_equal(answer->code, "");
	Stralix__V1__PlanAnswer *plan = stralix__v1__plan_answer__unpack(NULL, answer->answer.len, answer->answer.data);
	assert_true(plan->passed);
	assert_int_equal(plan->n_files, 3);
	assert_string_equal(plan->files[0]->path, "mail.shop.example. AAAA");
	assert_string_equal(plan->files[0]->change, "added");
	assert_string_equal(plan->files[1]->path, "shop.example. SOA");
	assert_string_equal(plan->files[2]->change, "changed");
	assert_non_null(strstr(plan->files[2]->diff, "-300 192.0.2.1\n+300 192.0.2.9\n"));
	stralix__v1__plan_answer__free_unpacked(plan, NULL);
	stralix__v1__node_answer__free_unpacked(answer, NULL);
	stralix__v1__zone_state__free_unpacked(wanted.zone, NULL);
	assert_int_equal(zones_serial(harness, "shop.example"), 1);
	zones_done(&command);
}

static void many_at_once(void **state)
{
	static struct harness_command commands[CROWD];
	static char names[CROWD][32];
	struct harness *harness = *state;
	int64_t began = clock_monotonic_ms();

	for (unsigned i = 0; i < CROWD; i++) {
		snprintf(names[i], sizeof(names[i]), "zone%u.example", i);
		zones_command(&commands[i]);
		want_address(&commands[i], names[i], i + 1, "192.0.2.1");
		harness_send(harness, &commands[i]);
		Stralix__V1__Outcome *answer = harness_answer(harness);
		assert_int_equal(answer->state, STRALIX__V1__OUTCOME__STATE__ACCEPTED);
		stralix__v1__outcome__free_unpacked(answer, NULL);
	}
	/* Their reports may have come before they were waited for: a repeat says the same. */
	for (unsigned i = 0; i < CROWD; i++)
		while (zones_serial(harness, names[i]) != i + 1) {
			assert_true(clock_monotonic_ms() < began + 60000);
			poll(NULL, 0, 5);
		}
	print_message("# %u zones in %lld ms\n", CROWD, (long long)(clock_monotonic_ms() - began));
	for (unsigned i = 0; i < CROWD; i++)
		zones_done(&commands[i]);
}

static void websites_and_zones_do_not_wait_for_each_other(void **state)
{
	struct harness *harness = *state;
	struct harness_command site, zone;
	char wrapper[LONG_PATH], hang[LONG_PATH], script[2 * LONG_PATH];

	harness_stop(harness);
	snprintf(wrapper, sizeof(wrapper), "%s/nginx", harness->dir);
	snprintf(hang, sizeof(hang), "%s/hang", harness->dir);
	snprintf(script, sizeof(script),
	         "#!/bin/sh\ncase \"$*\" in -t*) while [ -e %s ]; do sleep 0.05; done;; esac\nexec /usr/sbin/nginx "
	         "\"$@\"\n",
	         hang);
	harness_write(wrapper, script, strlen(script), 0755);
	harness_setting(harness, "nginx_binary", wrapper);
	harness_start(harness);
	harness_command(&site, "www.shop.example");
	harness_run_well(harness, &site);
	/* A round of nginx that doesn't end. */
	harness_write(hang, "", 0, 0644);
	harness_again(&site, 2);
	harness_send(harness, &site);
	stralix__v1__outcome__free_unpacked(harness_answer(harness), NULL);
	zones_command(&zone);
	for (uint32_t i = 1; i <= 5; i++)
		apply(harness, &zone, i, "shop.example", i, "192.0.2.1");
	assert_int_equal(access(hang, F_OK), 0);
	assert_int_equal(unlink(hang), 0);
	Stralix__V1__Outcome *outcome = harness_ending(harness, site.task_id);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	assert_true(harness_serves(harness, "www.shop.example"));
	zones_done(&zone);
}

static void the_key_is_nobody_s_to_read(void **state)
{
	static const char *const names[] = { "api.key", "pdns.conf" };
	struct harness *harness = *state;
	struct harness_command command;

	zones_command(&command);
	apply(harness, &command, 1, "shop.example", 1, "192.0.2.1");
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		char path[LONG_PATH];
		struct stat st;

		snprintf(path, sizeof(path), "%s/pdns/%s", harness->node, names[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		assert_int_equal(st.st_uid, geteuid());
	}
	zones_done(&command);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, harness_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_zone_comes_changes_and_goes),
		TEST(steps_say_what_changes),
		TEST(twice_is_once_and_what_is_old_is_superseded),
		TEST(what_could_be_another_record_is_refused),
		TEST(a_zone_that_makes_no_sense_is_refused),
		TEST(a_zone_is_one_resource_s),
		TEST(without_the_daemon_a_change_fails_and_later_works),
		TEST(a_daemon_that_died_is_started_again),
		TEST(what_is_not_verified_goes_back),
		TEST(what_somebody_changed_by_hand_is_found),
		TEST(what_was_denied_before_is_answered_at_once),
		TEST(what_is_asked_for_all_the_time_is_answered_anew),
		TEST(a_zone_is_signed_with_the_keys_that_come_sealed),
		TEST(a_key_that_was_sealed_for_another_zone_is_no_good),
		TEST(those_that_may_transfer_a_zone_and_nobody_else),
		TEST(a_catalog_has_members_and_lends_them_its_key),
		TEST(a_plan_says_what_would_change),
		TEST(many_at_once),
		TEST(websites_and_zones_do_not_wait_for_each_other),
		TEST(the_key_is_nobody_s_to_read),
	};

	return cmocka_run_group_tests_name("agent zones", tests, NULL, NULL);
}
