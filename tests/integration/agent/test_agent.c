/* The whole agent, wiring and both halves, with a real nats-server: this test is `tasks`. */

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/bus/bus.h"

#include "agent/engine/file.h"
#include "harness.h"

enum { LINK_UID = 64092 };

struct world {
	struct harness harness;
	pid_t server, agent;
	uint16_t port;
	struct bus *bus;
	struct bus_subscription *reports, *heartbeats;
	pthread_mutex_t lock;
	unsigned n_heartbeats, n_final, n_refused; /* n_refused: reports to leave unconfirmed */
	Stralix__V1__Outcome *final;
};

/* Confirms reports, as tasks does once they are in its database. */
static void on_report(void *arg, struct bus_msg *msg)
{
	struct world *world = arg;
	struct bus_header refusal[] = { { BUS_ERROR_CODE, "503" },
		                        { BUS_ERROR, "UNAVAILABLE: not now" },
		                        { NULL, NULL } };
	ProtobufCBinaryData bytes = { .data = (uint8_t *)(uintptr_t)bus_msg_data(msg), .len = bus_msg_size(msg) };
	Stralix__V1__Outcome *outcome = harness_outcome(&world->harness, &bytes);
	struct error err = { 0 };

	pthread_mutex_lock(&world->lock);
	bool refused = world->n_refused > 0;
	if (refused)
		world->n_refused--;
	bool final = outcome->state != STRALIX__V1__OUTCOME__STATE__RUNNING && !refused;
	if (final) {
		if (world->final)
			stralix__v1__outcome__free_unpacked(world->final, NULL);
		world->final = outcome;
		world->n_final++;
	} else {
		stralix__v1__outcome__free_unpacked(outcome, NULL);
	}
	pthread_mutex_unlock(&world->lock);
	if (!bus_respond(world->bus, msg, refused ? refusal : NULL, NULL, 0, &err))
		print_message("# %s\n", err.message);
	bus_msg_free(msg);
}

static void on_heartbeat(void *arg, struct bus_msg *msg)
{
	struct world *world = arg;
	struct error err = { 0 };

	pthread_mutex_lock(&world->lock);
	world->n_heartbeats++;
	pthread_mutex_unlock(&world->lock);
	if (!bus_respond(world->bus, msg, NULL, NULL, 0, &err))
		print_message("# %s\n", err.message);
	bus_msg_free(msg);
}

static unsigned count(struct world *world, const unsigned *of)
{
	pthread_mutex_lock(&world->lock);
	unsigned n = *of;
	pthread_mutex_unlock(&world->lock);
	return n;
}

static void await(struct world *world, const unsigned *of, unsigned least)
{
	int64_t deadline = clock_monotonic_ms() + 20000;

	while (count(world, of) < least) {
		assert_true(clock_monotonic_ms() < deadline);
		poll(NULL, 0, 2);
	}
}

static void start_server(struct world *world)
{
	char port[8];

	if (!world->port)
		world->port = harness_free_port();
	snprintf(port, sizeof(port), "%u", world->port);
	world->server = fork();
	assert_true(world->server >= 0);
	if (world->server == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		execlp("nats-server", "nats-server", "-a", "127.0.0.1", "-p", port, (char *)NULL);
		_exit(127);
	}
}

static void connect_bus(struct world *world)
{
	char url[64];
	struct error err = { 0 };
	const struct bus_options options = { .url = url, .name = "tasks", .inbox_prefix = "_INBOX.tasks.test0001" };

	snprintf(url, sizeof(url), "nats://127.0.0.1:%u", world->port);
	assert_true(bus_open(&options, &world->bus, &err));
	assert_true(bus_wait_connected(world->bus, 10000));
	assert_true(bus_subscribe(world->bus, "report.n1", NULL, on_report, world, &world->reports, &err));
	assert_true(bus_subscribe(world->bus, "heartbeat.n1", NULL, on_heartbeat, world, &world->heartbeats, &err));
}

static void start_agent(struct world *world)
{
	char link[2 * HARNESS_PATH], engine[2 * HARNESS_PATH], text[256], uid[16];
	const char *agent = getenv("STRALIX_AGENT");

	assert_non_null(agent);
	snprintf(link, sizeof(link), "%s/link.yaml", world->harness.dir);
	snprintf(engine, sizeof(engine), "%s/engine.yaml", world->harness.dir);
	snprintf(uid, sizeof(uid), "%d", geteuid() == 0 ? LINK_UID : 0);
	snprintf(text, sizeof(text), "node_id: n1\nnats_url: nats://127.0.0.1:%u\nnats_host: \"\"\n", world->port);
	harness_write(link, text, strlen(text), 0644);
	world->agent = fork();
	assert_true(world->agent >= 0);
	if (world->agent == 0) {
		execl(agent, agent, "--link", link, "--engine", engine, "--link-uid", uid, "--engine-program",
		      getenv("STRALIX_ENGINE"), "--link-program", getenv("STRALIX_LINK"), (char *)NULL);
		_exit(127);
	}
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	pthread_mutex_init(&world->lock, NULL);
	harness_init(&world->harness);
	start_server(world);
	connect_bus(world);
	start_agent(world);
	await(world, &world->n_heartbeats, 1);
	*state = world;
	return 0;
}

static void end(pid_t *pid, int number)
{
	if (*pid <= 0)
		return;
	kill(*pid, number);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	end(&world->agent, SIGTERM);
	bus_unsubscribe(world->reports);
	bus_unsubscribe(world->heartbeats);
	bus_free(world->bus);
	end(&world->server, SIGKILL);
	if (world->final)
		stralix__v1__outcome__free_unpacked(world->final, NULL);
	harness_done(&world->harness);
	free(world);
	return 0;
}

/* As tasks asks; NULL when there is no answer. */
static struct bus_msg *request(struct world *world, const struct harness_command *command, struct error *err)
{
	char token[TOKEN_MAX], bearer[TOKEN_MAX + 8];
	size_t size;
	_cleanup_free_ uint8_t *payload = harness_pack(&world->harness, command, token, &size);
	const struct bus_header headers[] = { { BUS_AUTHORIZATION, bearer }, { NULL, NULL } };
	struct bus_msg *reply = NULL;

	snprintf(bearer, sizeof(bearer), "Bearer %s", token);
	return bus_request(world->bus, "node.n1.website.apply", headers, payload, size, 5000, &reply, err) ? reply
	                                                                                                   : NULL;
}

static void expect_accepted(struct world *world, const struct harness_command *command)
{
	struct error err = { 0 };
	_cleanup_(bus_msg_freep) struct bus_msg *reply = request(world, command, &err);

	if (!reply)
		fail_msg("%s", err.message);
	assert_null(bus_msg_header(reply, BUS_ERROR));
	ProtobufCBinaryData bytes = { .data = (uint8_t *)(uintptr_t)bus_msg_data(reply), .len = bus_msg_size(reply) };
	Stralix__V1__Outcome *outcome = harness_outcome(&world->harness, &bytes);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__ACCEPTED);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}

static void a_command_over_the_bus_is_accepted_reported_and_served(void **state)
{
	struct world *world = *state;
	struct harness_command command;

	harness_command(&command, "bus.example");
	expect_accepted(world, &command);
	await(world, &world->n_final, 1);
	assert_int_equal(world->final->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
	assert_string_equal(world->final->task_id, command.task_id);
	assert_true(harness_serves(&world->harness, "bus.example"));
}

static void a_report_that_is_refused_comes_again(void **state)
{
	struct world *world = *state;
	struct harness_command command;

	world->n_refused = 1;
	harness_command(&command, "refused.example");
	expect_accepted(world, &command);
	await(world, &world->n_final, 1);
	assert_int_equal(world->n_refused, 0);
	assert_string_equal(world->final->task_id, command.task_id);
}

static void an_answer_goes_nowhere_but_to_tasks(void **state)
{
	struct world *world = *state;
	struct error err = { 0 };
	struct bus *other = NULL;
	struct bus_msg *reply = NULL;
	struct harness_command command;
	char url[64], token[TOKEN_MAX], bearer[TOKEN_MAX + 8];
	size_t size;
	const struct bus_header headers[] = { { BUS_AUTHORIZATION, bearer }, { NULL, NULL } };
	const struct bus_options options = { .url = url, .name = "web", .inbox_prefix = "_INBOX.web.test0001" };

	harness_command(&command, "elsewhere.example");
	_cleanup_free_ uint8_t *payload = harness_pack(&world->harness, &command, token, &size);
	snprintf(bearer, sizeof(bearer), "Bearer %s", token);
	snprintf(url, sizeof(url), "nats://127.0.0.1:%u", world->port);
	assert_true(bus_open(&options, &other, &err));
	assert_true(bus_wait_connected(other, 10000));
	assert_false(bus_request(other, "node.n1.website.apply", headers, payload, size, 300, &reply, &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
	bus_free(other);
}

static void without_a_token_there_is_an_error_and_no_task(void **state)
{
	struct world *world = *state;
	struct error err = { 0 };
	_cleanup_(bus_msg_freep) struct bus_msg *reply = NULL;

	assert_true(bus_request(world->bus, "node.n1.website.apply", NULL, "x", 1, 5000, &reply, &err));
	assert_string_equal(bus_msg_header(reply, BUS_ERROR_CODE), "401");
}

/* The pid of a child of the agent whose command line has the word. */
static pid_t child_of(pid_t parent, const char *word)
{
	_cleanup_buf_ struct buf list = { 0 };
	char path[64], *end;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
	assert_true(file_read(path, 4096, &list, NULL));
	for (char *next = list.data; next; next = end) {
		_cleanup_buf_ struct buf title = { 0 };
		pid_t pid = (pid_t)strtol(next, &end, 10);

		if (end == next)
			break;
		snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
		if (file_read(path, 4096, &title, NULL) && title.data && strstr(title.data, word))
			return pid;
	}
	return 0;
}

static void link_has_no_rights(void **state)
{
	struct world *world = *state;
	_cleanup_buf_ struct buf status = { 0 };
	char path[64], wanted[64];

	if (geteuid() != 0)
		skip();
	snprintf(path, sizeof(path), "/proc/%d/status", (int)child_of(world->agent, "agent-link"));
	assert_true(file_read(path, 65536, &status, NULL));
	snprintf(wanted, sizeof(wanted), "Uid:\t%d\t%d\t%d\t%d", LINK_UID, LINK_UID, LINK_UID, LINK_UID);
	assert_non_null(strstr(status.data, wanted));
	assert_non_null(strstr(status.data, "Groups:\t \n"));
	assert_non_null(strstr(status.data, "NoNewPrivs:\t1"));
	assert_non_null(strstr(status.data, "CapEff:\t0000000000000000"));
	assert_non_null(strstr(status.data, "CapBnd:\t0000000000000000"));
}

static void when_a_half_dies_the_agent_ends(const char *half, void **state)
{
	struct world *world = *state;
	pid_t victim = child_of(world->agent, half);
	pid_t other = child_of(world->agent, strcmp(half, "agent-link") == 0 ? "agent-engine" : "agent-link");
	int status;

	assert_true(victim > 0 && other > 0);
	kill(victim, SIGKILL);
	assert_int_equal(waitpid(world->agent, &status, 0), world->agent);
	world->agent = 0;
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_int_equal(kill(other, 0), -1);
}

static void when_link_dies_the_agent_ends(void **state)
{
	when_a_half_dies_the_agent_ends("agent-link", state);
}

static void when_the_engine_dies_the_agent_ends_and_a_new_one_goes_on(void **state)
{
	struct world *world = *state;
	struct harness_command command;

	harness_command(&command, "goeson.example");
	expect_accepted(world, &command);
	when_a_half_dies_the_agent_ends("agent-engine", state);
	start_agent(world);
	await(world, &world->n_final, 1);
	assert_int_equal(world->final->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
	assert_true(harness_serves(&world->harness, "goeson.example"));
}

static void a_terminated_agent_ends_well(void **state)
{
	struct world *world = *state;
	int status;

	kill(world->agent, SIGTERM);
	assert_int_equal(waitpid(world->agent, &status, 0), world->agent);
	world->agent = 0;
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void a_bus_that_was_away_is_found_again(void **state)
{
	struct world *world = *state;
	struct harness_command command;
	struct error err = { 0 };
	struct bus_msg *reply = NULL;
	int64_t deadline;

	harness_command(&command, "away.example");
	end(&world->server, SIGKILL);
	start_server(world);
	assert_true(bus_wait_connected(world->bus, 15000));
	deadline = clock_monotonic_ms() + 20000;
	while (!(reply = request(world, &command, &err))) {
		assert_true(clock_monotonic_ms() < deadline);
		poll(NULL, 0, 50);
	}
	bus_msg_free(reply);
	await(world, &world->n_final, 1);
	assert_true(harness_serves(&world->harness, "away.example"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_command_over_the_bus_is_accepted_reported_and_served),
		TEST(a_report_that_is_refused_comes_again),
		TEST(an_answer_goes_nowhere_but_to_tasks),
		TEST(without_a_token_there_is_an_error_and_no_task),
		TEST(link_has_no_rights),
		TEST(when_link_dies_the_agent_ends),
		TEST(when_the_engine_dies_the_agent_ends_and_a_new_one_goes_on),
		TEST(a_terminated_agent_ends_well),
		TEST(a_bus_that_was_away_is_found_again),
	};

	return cmocka_run_group_tests_name("agent", tests, NULL, NULL);
}
