/* The engine with a real nginx and a real PHP: pages run as their website and see nothing of others; a change starts a
 * new master beside the old one, whatever fails or is killed goes back alone, and other websites never notice. */

#include <glob.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"

#include "agent/engine/file.h"
#include "harness.h"
#include "pauses.h"

enum { ROOM = 4096, LONG_PATH = 2 * HARNESS_PATH, PATIENCE_MS = 30000 };

/* A website with PHP, and what is sent of it. */
struct site {
	struct harness_command command;
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__Php php;
	Stralix__V1__PhpIni ini[4], *list[4];
	uint8_t room[ROOM];
	uint64_t generation;
};

static char v82[] = "8.2", v83[] = "8.3", v84[] = "8.4", none[] = "";
static unsigned uids = 64200;

static void pack(struct site *site)
{
	Stralix__V1__WebsiteState state;

	stralix__v1__website_state__init(&state);
	site->settings.php = &site->php;
	site->php.ini = site->list;
	state.settings = &site->settings;
	site->command.extra_size = stralix__v1__website_state__pack(&state, site->room);
	site->command.extra = site->room;
}

static void site_init(struct site *site, const char *domain, char *version)
{
	*site = (struct site){ .generation = 1 };
	harness_command(&site->command, domain);
	site->command.uid = uids++;
	stralix__v1__website_settings__init(&site->settings);
	stralix__v1__php__init(&site->php);
	site->php.version = version;
	pack(site);
}

static void add_ini(struct site *site, const char *name, const char *value)
{
	Stralix__V1__PhpIni *ini = &site->ini[site->php.n_ini];

	stralix__v1__php_ini__init(ini);
	ini->name = (char *)(uintptr_t)name;
	ini->value = (char *)(uintptr_t)value;
	site->list[site->php.n_ini++] = ini;
	pack(site);
}

static void again(struct site *site)
{
	harness_again(&site->command, ++site->generation);
	pack(site);
}

static void put(const struct harness *harness, const struct site *site, const char *name, const char *text)
{
	char path[3 * HARNESS_PATH];

	snprintf(path, sizeof(path), "%s/srv/%s/public/%s", harness->node, site->command.website_id, name);
	harness_write(path, text, strlen(text), 0640);
	assert_int_equal(chown(path, site->command.uid, 64091), 0);
}

static int ask(const struct harness *harness, const char *host, const char *path, const char *wanted)
{
	_cleanup_buf_ struct buf answer = { 0 };
	int status = harness_get(harness, host, path, false, &answer);

	if (wanted && (!answer.data || !strstr(answer.data, wanted)))
		fail_msg("%s%s: no '%s' in %s", host, path, wanted, answer.data ? answer.data : "");
	return status;
}

static void refused(struct harness *harness, const struct site *site, const char *code, const char *words)
{
	Stralix__V1__Outcome *outcome = harness_run(harness, &site->command);

	if (strcmp(outcome->code, code) != 0 || !strstr(outcome->message, words))
		fail_msg("%s %s, not %s with '%s'", outcome->code, outcome->message, code, words);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}

/* Masters of this node that run now, by the machine's process table; and the folders that there are of them. */
static unsigned masters(const struct harness *harness)
{
	unsigned n = 0;
	glob_t found = { 0 };

	assert_int_equal(glob("/proc/[0-9]*/cmdline", GLOB_NOSORT, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		_cleanup_buf_ struct buf title = { 0 };

		if (file_read(found.gl_pathv[i], 16384, &title, NULL) && title.data &&
		    strncmp(title.data, "php-fpm: master", 15) == 0 && strstr(title.data, harness->dir))
			n++;
	}
	globfree(&found);
	return n;
}

static unsigned folders(const struct harness *harness)
{
	char path[LONG_PATH];
	glob_t found = { 0 };

	snprintf(path, sizeof(path), "%s/run/php/*", harness->node);
	int status = glob(path, GLOB_NOSORT, NULL, &found);
	unsigned n = status == 0 ? (unsigned)found.gl_pathc : 0;
	globfree(&found);
	return n;
}

static void await_masters(const struct harness *harness, unsigned wanted)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;

	while (masters(harness) != wanted || folders(harness) != wanted) {
		if (clock_monotonic_ms() > deadline)
			fail_msg("%u masters in %u folders, not %u", masters(harness), folders(harness), wanted);
		poll(NULL, 0, 20);
	}
}

static const char who[] =
	"<?php echo 'I am ', posix_getuid(), ' in ', PHP_VERSION, ' with ', ini_get('memory_limit'), "
	"\"\\n\"; foreach (explode(\"\\n\", @file_get_contents('/proc/self/status') ?: '') as $l) echo $l;";

static void a_page_runs_as_its_website(void **state)
{
	struct harness *harness = *state;
	struct site one, other;
	char script[8 * HARNESS_PATH], wanted[64], path[3 * HARNESS_PATH];
	struct stat st;

	site_init(&one, "one.example", v82);
	site_init(&other, "other.example", v82);
	harness_run_well(harness, &one.command);
	harness_run_well(harness, &other.command);
	put(harness, &one, "who.php", who);
	put(harness, &other, "secret.txt", "a secret");
	snprintf(wanted, sizeof(wanted), "I am %u in 8.2", one.command.uid);
	assert_int_equal(ask(harness, "one.example", "/who.php", wanted), 200);

	snprintf(script, sizeof(script),
	         "<?php var_dump(@file_get_contents('/etc/passwd'), @file_get_contents('%s/srv/%s/public/secret.txt'),"
	         " @scandir('%s/srv'), @fopen('%s/journal.db', 'r')); echo 'end';",
	         harness->node, other.command.website_id, harness->node, harness->node);
	put(harness, &one, "spy.php", script);
	assert_int_equal(
		ask(harness, "one.example", "/spy.php", "bool(false)\nbool(false)\nbool(false)\nbool(false)\nend"),
		200);
	put(harness, &one, "run.php",
	    "<?php foreach (['exec', 'shell_exec', 'proc_open', 'popen', 'symlink', 'dl'] as $f) if "
	    "(function_exists($f)) "
	    "die($f); var_dump(ini_set('memory_limit', '999M'), ini_set('open_basedir', '/'), mail('a@b.example', 's', "
	    "'t'), "
	    "getenv('HTTP_PROXY'), ini_get('sendmail_path'), file_put_contents(sys_get_temp_dir() . '/x', 'y'));"
	    "session_start(); echo 'end';");
	assert_int_equal(
		ask(harness, "one.example", "/run.php",
	            "bool(false)\nbool(false)\nbool(false)\nbool(false)\nstring(10) \"/bin/false\"\nint(1)\nend"),
		200);
	snprintf(path, sizeof(path), "%s/srv/%s/tmp", harness->node, one.command.website_id);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(st.st_uid, one.command.uid);
}

static void what_is_no_script_is_not_run(void **state)
{
	struct harness *harness = *state;
	struct site site;
	char path[3 * HARNESS_PATH], folder[3 * HARNESS_PATH];

	site_init(&site, "strict.example", v82);
	harness_run_well(harness, &site.command);
	put(harness, &site, "picture.jpg", "<?php echo 'run ', 6 * 7;");
	put(harness, &site, ".hidden.php", "<?php echo 'run ', 6 * 7;");
	put(harness, &site, "index.php", "<?php echo 'run ', 6 * 7;");
	assert_int_equal(ask(harness, "strict.example", "/", "run 42"), 200);
	assert_int_equal(ask(harness, "strict.example", "/picture.jpg", "<?php"), 200);
	assert_int_equal(ask(harness, "strict.example", "/picture.jpg/x.php", NULL), 404);
	assert_int_equal(ask(harness, "strict.example", "/index.php/x", NULL), 404);
	assert_int_equal(ask(harness, "strict.example", "/.hidden.php", NULL), 404);
	assert_int_equal(ask(harness, "strict.example", "/.stralix/ping", NULL), 404);
	assert_int_equal(ask(harness, "strict.example", "/none.php", NULL), 404);
	/* A link to somebody else's script is none. */
	snprintf(path, sizeof(path), "%s/alien.php", harness->dir);
	harness_write(path, "<?php echo 'alien';", 19, 0644);
	snprintf(folder, sizeof(folder), "%s/srv/%s/public/link.php", harness->node, site.command.website_id);
	assert_int_equal(symlink(path, folder), 0);
	assert_int_equal(lchown(folder, site.command.uid, 64091), 0);
	assert_int_equal(ask(harness, "strict.example", "/link.php", NULL), 404);
}

static void what_is_set_counts(void **state)
{
	struct harness *harness = *state;
	struct site site;

	site_init(&site, "tuned.example", v82);
	site.php.mode = STRALIX__V1__PHP__MODE__DYNAMIC;
	site.php.max_children = 3;
	site.php.front_controller = true;
	add_ini(&site, "memory_limit", "64M");
	add_ini(&site, "date.timezone", "Europe/Berlin");
	add_ini(&site, "display_errors", "on");
	add_ini(&site, "error_reporting", "24575");
	harness_run_well(harness, &site.command);
	put(harness, &site, "index.php",
	    "<?php echo $_SERVER['REQUEST_URI'], ' ', ini_get('memory_limit'), ' ', date_default_timezone_get(), ' ', "
	    "ini_get('display_errors'), ' ', error_reporting();");
	assert_int_equal(ask(harness, "tuned.example", "/no/such?a=b", "/no/such?a=b 64M Europe/Berlin 1 24575"), 200);

	again(&site);
	site.php.mode = STRALIX__V1__PHP__MODE__STATIC;
	site.php.front_controller = false;
	site.php.n_ini = 0;
	add_ini(&site, "memory_limit", "256M");
	harness_run_well(harness, &site.command);
	assert_int_equal(ask(harness, "tuned.example", "/", "/ 256M UTC"), 200);
	assert_int_equal(ask(harness, "tuned.example", "/no/such", NULL), 404);
}

/* What stands behind /index.php is a path to the same page. */
static void a_front_controller_is_no_way_around_a_folders_password(void **state)
{
	static const char *const inside[] = { "/private",
		                              "/private/x",
		                              "/index.php/private",
		                              "/index.php/private/x",
		                              "/index.php//private?a",
		                              "/index%2ephp/private",
		                              "//index.php/private/" };
	static const char *const outside[] = { "/", "/index.php", "/index.php/public", "/privately",
		                               "/index.php/privately" };
	Stralix__V1__FolderUser user, *users[] = { &user };
	Stralix__V1__ProtectedFolder folder, *folders[] = { &folder };
	struct harness *harness = *state;
	struct site site;

	stralix__v1__folder_user__init(&user);
	stralix__v1__protected_folder__init(&folder);
	user.name = (char *)(uintptr_t) "ann";
	user.hash = (char *)(uintptr_t) "$2b$05$G7cwaPb/cAEl0cYd1DOfj.gxPhwQuNW1emfaTAvzD6RNYabySvhcm";
	folder.path = (char *)(uintptr_t) "private";
	folder.users = users;
	folder.n_users = 1;
	site_init(&site, "routed.example", v82);
	site.php.front_controller = true;
	site.settings.protected_folders = folders;
	site.settings.n_protected_folders = 1;
	pack(&site);
	harness_run_well(harness, &site.command);
	put(harness, &site, "index.php", "<?php echo 'routed ', $_SERVER['REQUEST_URI'];");
	for (size_t i = 0; i < ARRAY_SIZE(inside); i++)
		if (ask(harness, "routed.example", inside[i], NULL) != 401)
			fail_msg("%s asks for no password", inside[i]);
	for (size_t i = 0; i < ARRAY_SIZE(outside); i++)
		if (ask(harness, "routed.example", outside[i], "routed /") != 200)
			fail_msg("%s is not served", outside[i]);
	assert_int_equal(ask(harness, "routed.example", "/private/../x", NULL), 400);
	assert_int_equal(ask(harness, "routed.example", "/index.php/x/../private", NULL), 400);
}

static void hostile_settings_are_refused(void **state)
{
	static const struct {
		const char *name, *value, *words;
	} rows[] = {
		{ "open_basedir", "/", "directive" },        { "disable_functions", "x", "directive" },
		{ "sendmail_path", "/bin/sh", "directive" }, { "auto_prepend_file", "/etc/passwd", "directive" },
		{ "extension", "x.so", "directive" },        { "memory_limit", "-1", "size" },
		{ "memory_limit", "2048M", "size" },         { "memory_limit", "64M\"\nuser = root", "line" },
		{ "memory_limit", "64M;", "size" },          { "memory_limit", "${HOME}", "size" },
		{ "date.timezone", "Europe/../x", "zone" },  { "date.timezone", "UTC\" x", "zone" },
		{ "display_errors", "stderr", "on or off" }, { "max_execution_time", "0", "seconds" },
		{ "memory_limit] = 1\nuser", "1", "word" },
	};
	struct harness *harness = *state;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site site;
		Stralix__V1__Outcome *outcome;

		site_init(&site, "hostile.example", v82);
		add_ini(&site, rows[i].name, rows[i].value);
		harness_send(harness, &site.command);
		outcome = harness_answer(harness);
		if (outcome->state == STRALIX__V1__OUTCOME__STATE__ACCEPTED) {
			stralix__v1__outcome__free_unpacked(outcome, NULL);
			outcome = harness_ending(harness, site.command.task_id);
		}
		if (strcmp(outcome->code, "INVALID") != 0)
			fail_msg("%s = %s: %s %s", rows[i].name, rows[i].value, outcome->code, outcome->message);
		stralix__v1__outcome__free_unpacked(outcome, NULL);
		assert_int_equal(ask(harness, "hostile.example", "/", NULL), 404);
	}
	struct site site;
	site_init(&site, "hostile.example", (char[]){ "7.4" });
	refused(harness, &site, "INVALID", "no PHP 7.4");
}

static void versions_change_and_php_is_switched_off(void **state)
{
	struct harness *harness = *state;
	struct site site;

	site_init(&site, "moves.example", v82);
	harness_run_well(harness, &site.command);
	put(harness, &site, "index.php", "<?php echo 'run ', 6 * 7;");
	await_masters(harness, 1);
	site.php.version = v83; /* the same program: here it is the shard that counts */
	again(&site);
	harness_run_well(harness, &site.command);
	assert_int_equal(ask(harness, "moves.example", "/", "run 42"), 200);
	await_masters(harness, 1);
	site.php.version = none;
	again(&site);
	harness_run_well(harness, &site.command);
	assert_int_equal(ask(harness, "moves.example", "/", "moves.example"), 200);
	assert_int_equal(ask(harness, "moves.example", "/index.php", NULL), 404);
	await_masters(harness, 0);
	site.php.version = v82;
	again(&site);
	harness_run_well(harness, &site.command);
	assert_int_equal(ask(harness, "moves.example", "/", "run 42"), 200);
	site.command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__SUSPENDED;
	again(&site);
	harness_run_well(harness, &site.command);
	assert_int_equal(ask(harness, "moves.example", "/index.php", NULL), 503);
	await_masters(harness, 0);
}

/* PHP as ever, but for pools that a test has marked by how many processes they may have. */
static void write_wrapper(const struct harness *harness)
{
	static const char text[] =
		"#!/bin/sh\n"
		"case \" $* \" in *' -t '*) exec /usr/sbin/php-fpm8.2 \"$@\" ;; esac\n"
		"conf=$5 fake=$(dirname \"$0\")/${5##*/}\n"
		"if grep -q 'max_children = 13$' \"$conf\"; then echo 'it is broken' >&2; exit 70; fi\n"
		"awk '/^\\[/ { mute = 0 } /max_children = 14$/ { mute = 1 }\n"
		"  mute && /^ping.path/ { print \"ping.path = /mute\"; next } { print }' \"$conf\" >\"$fake\"\n"
		"exec /usr/sbin/php-fpm8.2 -D -p \"$3\" -y \"$fake\"\n";
	char path[LONG_PATH], setting[3 * HARNESS_PATH];

	snprintf(path, sizeof(path), "%s/php-fpm8.4", harness->dir);
	harness_write(path, text, sizeof(text) - 1, 0755);
	snprintf(setting, sizeof(setting), "8.2=/usr/sbin/php-fpm8.2, 8.3=/usr/sbin/php-fpm8.2, 8.4=%s", path);
	harness_setting(harness, "php", setting);
}

static void a_broken_pool_goes_back_alone(void **state)
{
	struct harness *harness = *state;
	struct site good, bad;

	site_init(&good, "good.example", v84);
	site_init(&bad, "bad.example", v84);
	harness_run_well(harness, &good.command);
	harness_run_well(harness, &bad.command);
	put(harness, &good, "index.php", "<?php echo 'good ', 6 * 7;");
	put(harness, &bad, "index.php", "<?php echo 'bad ', 6 * 7;");
	for (unsigned children = 13; children <= 14; children++) {
		bad.php.max_children = children;
		again(&bad);
		refused(harness, &bad, "VERIFY_FAILED", children == 13 ? "it is broken" : "doesn't answer");
		assert_int_equal(ask(harness, "good.example", "/", "good 42"), 200);
		assert_int_equal(ask(harness, "bad.example", "/", "bad 42"), 200);
		await_masters(harness, 1);
	}
	/* In one batch with a good change of the same shard. */
	good.php.max_children = 9;
	again(&good);
	again(&bad);
	pauses_arm(harness, "engine.staged");
	struct site third;
	site_init(&third, "third.example", none);
	harness_send(harness, &third.command);
	pauses_await(harness, "engine.staged");
	harness_send(harness, &good.command);
	harness_send(harness, &bad.command);
	pauses_release(harness, "engine.staged");
	Stralix__V1__Outcome *outcome = harness_ending(harness, good.command.task_id);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	assert_int_equal(ask(harness, "bad.example", "/", "bad 42"), 200);
	await_masters(harness, 1);
}

/* Asks another website of the shard again and again. */
struct prober {
	const struct harness *harness;
	atomic_bool stop;
	unsigned asked, failed;
	int64_t longest_ms;
};

static void *probe(void *arg)
{
	struct prober *prober = arg;

	while (!atomic_load(&prober->stop)) {
		_cleanup_buf_ struct buf answer = { 0 };
		int64_t began = clock_monotonic_ms();
		int status = harness_get(prober->harness, "calm.example", "/", false, &answer);
		int64_t took = clock_monotonic_ms() - began;

		prober->asked++;
		prober->failed += status != 200 || !strstr(answer.data, "calm 42");
		prober->longest_ms = took > prober->longest_ms ? took : prober->longest_ms;
	}
	return NULL;
}

static void others_never_notice_a_change(void **state)
{
	struct harness *harness = *state;
	struct prober prober = { .harness = harness };
	struct site calm, busy;
	pthread_t thread;

	site_init(&calm, "calm.example", v82);
	site_init(&busy, "busy.example", v82);
	harness_run_well(harness, &calm.command);
	harness_run_well(harness, &busy.command);
	put(harness, &calm, "index.php", "<?php usleep(5000); echo 'calm ', 6 * 7;");
	assert_int_equal(pthread_create(&thread, NULL, probe, &prober), 0);
	for (unsigned i = 1; i <= 12; i++) {
		busy.php.max_children = i;
		again(&busy);
		harness_run_well(harness, &busy.command);
	}
	await_masters(harness, 1);
	atomic_store(&prober.stop, true);
	pthread_join(thread, NULL);
	print_message("# asked %u times, longest %lld ms\n", prober.asked, (long long)prober.longest_ms);
	assert_int_equal(prober.failed, 0);
	assert_true(prober.asked > 100);
}

static void die_at(struct harness *harness, const char *name)
{
	char path[LONG_PATH];

	snprintf(path, sizeof(path), "%s/failpoints/%s", harness->dir, name);
	harness_write(path, "die\n", 4, 0666);
}

/* As tasks would: the same task again, until there is an outcome. */
static void settle(struct harness *harness, struct site *site)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	Stralix__V1__Outcome__State now;

	do {
		struct harness_command token = site->command;

		harness_again(&token, site->generation);
		memcpy(site->command.jti, token.jti, sizeof(token.jti));
		site->command.attempt++;
		harness_send(harness, &site->command);
		Stralix__V1__Outcome *answer = harness_answer(harness);
		now = answer->state;
		stralix__v1__outcome__free_unpacked(answer, NULL);
		assert_true(clock_monotonic_ms() < deadline);
		poll(NULL, 0, 20);
	} while (now != STRALIX__V1__OUTCOME__STATE__SUCCESS);
}

static void no_kill_leaves_a_master_behind(void **state)
{
	static const char *const steps[] = { "engine.begun",    "engine.staged",    "engine.testing",
		                             "engine.prepared", "engine.activated", "engine.reloaded",
		                             "engine.verified", "engine.reported" };
	struct harness *harness = *state;
	struct site site, calm;
	char wanted[32];

	site_init(&site, "killed.example", v82);
	site_init(&calm, "calm.example", v82);
	harness_run_well(harness, &site.command);
	harness_run_well(harness, &calm.command);
	put(harness, &site, "index.php", "<?php echo 'limit ', ini_get('memory_limit');");
	put(harness, &calm, "index.php", "<?php echo 'calm ', 6 * 7;");
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		char value[16];
		int status;

		snprintf(value, sizeof(value), "%uM", 100 + i);
		site.php.n_ini = 0;
		add_ini(&site, "memory_limit", value);
		again(&site);
		die_at(harness, steps[i]);
		harness_send(harness, &site.command);
		assert_int_equal(waitpid(harness->engine, &status, 0), harness->engine);
		close(harness->fd);
		assert_int_equal(ask(harness, "calm.example", "/", "calm 42"), 200);
		harness_start(harness);
		settle(harness, &site);
		snprintf(wanted, sizeof(wanted), "limit %s", value);
		assert_int_equal(ask(harness, "killed.example", "/", wanted), 200);
		assert_int_equal(ask(harness, "calm.example", "/", "calm 42"), 200);
		await_masters(harness, 1);
	}
}

/* After the machine's own start, or when a master dies, all comes up again. */
static void masters_come_back(void **state)
{
	struct harness *harness = *state;
	char path[LONG_PATH];
	struct site site;
	glob_t found = { 0 };

	site_init(&site, "back.example", v82);
	harness_run_well(harness, &site.command);
	put(harness, &site, "index.php", "<?php echo 'back ', 6 * 7;");
	await_masters(harness, 1);
	snprintf(path, sizeof(path), "%s/run/php/*/master.pid", harness->node);
	assert_int_equal(glob(path, GLOB_NOSORT, NULL, &found), 0);
	_cleanup_buf_ struct buf pid = { 0 };
	assert_true(file_read(found.gl_pathv[0], 64, &pid, NULL));
	globfree(&found);
	assert_int_equal(kill((pid_t)strtol(pid.data, NULL, 10), SIGKILL), 0);
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	while (ask(harness, "back.example", "/", NULL) != 200) {
		assert_true(clock_monotonic_ms() < deadline);
		poll(NULL, 0, 50);
	}
	await_masters(harness, 1);
}

static void purged_files_are_gone(void **state)
{
	struct harness *harness = *state;
	char path[3 * HARNESS_PATH];
	struct site site;

	site_init(&site, "gone.example", v82);
	harness_run_well(harness, &site.command);
	put(harness, &site, "index.php", "<?php mkdir(sys_get_temp_dir() . '/deep'); session_start(); echo 'made';");
	assert_int_equal(ask(harness, "gone.example", "/", "made"), 200);
	again(&site);
	site.command.verb = "remove";
	harness_run_well(harness, &site.command);
	snprintf(path, sizeof(path), "%s/srv/%s", harness->node, site.command.website_id);
	assert_int_equal(access(path, F_OK), -1);
	await_masters(harness, 0);
}

static int set_up(void **state)
{
	if (geteuid() != 0 || access("/usr/sbin/php-fpm8.2", X_OK) < 0)
		return -1;
	pauses_set_up(state);
	write_wrapper(*state);
	harness_start(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_page_runs_as_its_website, set_up, pauses_tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_script_is_not_run, set_up, pauses_tear_down),
		cmocka_unit_test_setup_teardown(a_front_controller_is_no_way_around_a_folders_password, set_up,
		                                pauses_tear_down),
		cmocka_unit_test_setup_teardown(what_is_set_counts, set_up, pauses_tear_down),
		cmocka_unit_test_setup_teardown(hostile_settings_are_refused, set_up, pauses_tear_down),
		cmocka_unit_test_setup_teardown(versions_change_and_php_is_switched_off, set_up, pauses_tear_down),
		cmocka_unit_test_setup_teardown(a_broken_pool_goes_back_alone, set_up, pauses_tear_down),
		cmocka_unit_test_setup_teardown(others_never_notice_a_change, set_up, pauses_tear_down),
		cmocka_unit_test_setup_teardown(no_kill_leaves_a_master_behind, set_up, pauses_tear_down),
		cmocka_unit_test_setup_teardown(masters_come_back, set_up, pauses_tear_down),
		cmocka_unit_test_setup_teardown(purged_files_are_gone, set_up, pauses_tear_down),
	};

	return cmocka_run_group_tests_name("agent php", tests, NULL, NULL);
}
