/* stralix-agent-engine: the privileged half of the agent. Speaks frames on descriptor 3 and drives the node's daemons.
 */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/base/log.h"
#include "lib/token/seal.h"

#include "agent/adapters/nginx/nginx.h"
#include "agent/adapters/powerdns/node.h"
#include "agent/engine/apply.h"
#include "agent/engine/calls.h"
#include "agent/engine/engine.h"
#include "agent/engine/file.h"
#include "agent/engine/keys.h"
#include "agent/engine/settings.h"

enum { LINK_FD = 3, STOP_S = 5, SEND_TIMEOUT_S = 2 };

/* Owns what struct engine borrows. */
struct parts {
	struct settings settings;
	struct token_key *key;
	struct seal_key *seal;
	struct tree *tree;
	struct keys *keys;
	struct nginx *nginx;
	struct apply *apply;
	struct powerdns_node *powerdns;
	struct caller *caller;
	struct calls *zones;
	struct engine engine;
};

static bool set_up_link(struct error *err)
{
	struct timeval timeout = { .tv_sec = SEND_TIMEOUT_S };
	int type = 0, room = 1 << 20;
	socklen_t size = sizeof(type);

	if (getsockopt(LINK_FD, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_SEQPACKET)
		return error_set(err, ERR_INTERNAL, "descriptor %d isn't the socketpair to link", LINK_FD);
	fcntl(LINK_FD, F_SETFD, FD_CLOEXEC);
	if (setsockopt(LINK_FD, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(LINK_FD, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	return setsockopt(LINK_FD, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) == 0 ||
	       error_errno(err, errno, "set up the socketpair");
}

/* The pair is made on the first start, and never again while it is there. */
static bool open_seal_key(struct parts *parts, struct error *err)
{
	const struct settings *settings = &parts->settings;
	const char *slash = strrchr(settings->report_key, '/');
	uint8_t public[SEAL_KEY];
	char path[4096];

	if (*settings->seal_key)
		snprintf(path, sizeof(path), "%s", settings->seal_key);
	else
		snprintf(path, sizeof(path), "%.*s/seal.key", slash ? (int)(slash - settings->report_key) : 1,
		         slash ? settings->report_key : ".");
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		_cleanup_(seal_key_freep) struct seal_key *fresh = seal_key_new();

		if (!fresh)
			return error_set(err, ERR_INTERNAL, "out of memory");
		if (!seal_key_write(fresh, path, err))
			return false;
		log_info("made a key that secrets for this node are sealed to");
	}
	if (!seal_key_read(path, &parts->seal, err))
		return false;
	seal_key_public(parts->seal, public);
	token_public_format(public, parts->engine.seal_key);
	return true;
}

static bool open_state(struct parts *parts, struct error *err)
{
	const struct settings *settings = &parts->settings;
	struct engine *engine = &parts->engine;
	char path[4096];

	engine->node_id = settings->node_id;
	engine->dir = settings->dir;
	engine->keyring_path = settings->keyring;
	/* Others may pass through to what is theirs, but not list it. */
	if (!file_mkdir_at(AT_FDCWD, settings->dir, (struct file_owner){ (uid_t)-1, (gid_t)-1, 0711 }, err))
		return false;
	snprintf(path, sizeof(path), "%s/journal.db", settings->dir);
	if (!keyring_read(settings->keyring, &engine->keyring, err) ||
	    !token_key_read(settings->report_key, &parts->key, err) || !open_seal_key(parts, err) ||
	    !journal_open(path, &engine->journal, err))
		return false;
	snprintf(path, sizeof(path), "%s/nginx", settings->dir);
	gid_t readers = settings->test_uid > 0 ? (gid_t)settings->test_uid : (gid_t)-1;
	return tree_open(path, readers, &parts->tree, err) &&
	       outcome_signer_new(settings->node_id, parts->key, engine->journal, &engine->signer, err);
}

/* The program lies beside this one. */
static bool find_program(const char *name, char ret[static 4096], struct error *err)
{
	ssize_t size = readlink("/proc/self/exe", ret, 4096 - 64);
	char *slash;

	if (size < 0)
		return error_errno(err, errno, "find this program");
	ret[size] = '\0';
	slash = strrchr(ret, '/');
	snprintf(slash ? slash + 1 : ret, 64, "%s", name);
	return true;
}

static bool open_keys(struct parts *parts, struct error *err)
{
	const struct settings *settings = &parts->settings;
	char program[4096];

	if (*settings->keys_binary)
		snprintf(program, sizeof(program), "%s", settings->keys_binary);
	else if (!find_program("stralix-agent-keys", program, err))
		return false;
	const struct keys_options options = { .dir = settings->dir,
		                              .program = program,
		                              .uid = (uid_t)settings->test_uid,
		                              .readers = settings->test_uid > 0 ? (gid_t)settings->test_uid : (gid_t)-1,
		                              .seal = parts->seal };

	return keys_new(&options, &parts->keys, err);
}

static bool open_nginx(struct parts *parts, struct error *err)
{
	struct journal_node node;

	if (!journal_node(parts->engine.journal, &node, err) ||
	    !nginx_new(&parts->settings, parts->engine.journal, parts->keys, node.secret, &parts->nginx, err))
		return false;
	parts->engine.php_versions = nginx_php_versions(parts->nginx);
	return true;
}

/* The place for one more kind, and what is told of it. */
static struct progress *add_line(struct engine *engine, struct error *err)
{
	struct progress *progress = progress_new();

	if (!progress)
		error_set(err, ERR_INTERNAL, "out of memory");
	engine->lines[engine->n_kinds].progress = progress;
	return progress;
}

static bool open_websites(struct parts *parts, struct error *err)
{
	struct engine *engine = &parts->engine;
	const struct apply_options apply = { .adapter = nginx_adapter(parts->nginx),
		                             .journal = engine->journal,
		                             .tree = parts->tree,
		                             .keys = parts->keys,
		                             .progress = add_line(engine, err),
		                             .observe_s = parts->settings.observe_s };

	if (!apply.progress || !apply_new(&apply, &parts->apply, err))
		return false;
	engine->kinds[engine->n_kinds++] = apply_kind(parts->apply);
	return true;
}

static bool open_caller(struct parts *parts, struct error *err)
{
	const struct settings *settings = &parts->settings;
	int64_t uid = settings->caller_uid ? settings->caller_uid : settings->test_uid;
	Stralix__V1__CallDaemon daemon;
	char program[4096];

	if (*settings->caller_binary)
		snprintf(program, sizeof(program), "%s", settings->caller_binary);
	else if (!find_program("stralix-agent-caller", program, err))
		return false;
	if (geteuid() == 0 && uid == 0)
		return error_set(err, ERR_INVALID, "caller_uid: stralix-agent-caller doesn't run as root");
	powerdns_node_daemon(parts->powerdns, &daemon);
	return caller_new(&(struct caller_options){ program, (uid_t)uid, &daemon }, &parts->caller, err);
}

/* A node without an address for DNS has none. */
static bool open_zones(struct parts *parts, struct error *err)
{
	struct engine *engine = &parts->engine;

	if (!*parts->settings.dns_address)
		return true;
	if (!powerdns_node_new(&parts->settings, parts->seal, &parts->powerdns, err) || !open_caller(parts, err))
		return false;
	const struct calls_options calls = { .ops = &powerdns_node_ops,
		                             .self = parts->powerdns,
		                             .caller = parts->caller,
		                             .journal = engine->journal,
		                             .progress = add_line(engine, err),
		                             .observe_s = parts->settings.observe_s };
	if (!calls.progress || !calls_new(&calls, &parts->zones, err))
		return false;
	engine->kinds[engine->n_kinds++] = calls_kind(parts->zones);
	return true;
}

static bool start_workers(struct engine *engine, struct error *err)
{
	for (size_t i = 0; i < engine->n_kinds; i++) {
		const struct worker_options worker = { .kind = engine->kinds[i],
			                               .journal = engine->journal,
			                               .wake_fd = engine->wake };

		if (!worker_start(&worker, &engine->lines[i].worker, err))
			return false;
	}
	return true;
}

static bool start(struct parts *parts, struct error *err)
{
	struct engine *engine = &parts->engine;

	engine->link = LINK_FD;
	engine->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	engine->seen = seen_new();
	if (engine->wake < 0 || !engine->seen)
		return error_errno(err, errno, "start");
	if (!open_websites(parts, err) || !open_zones(parts, err))
		return false;
	engine->node = (struct verb_node){ engine->dir, engine->kinds, engine->n_kinds, parts->keys };
	return asking_new(&engine->node, engine->wake, &engine->asking, err) && start_workers(engine, err);
}

static void stop(struct parts *parts)
{
	struct engine *engine = &parts->engine;

	for (size_t i = 0; i < engine->n_kinds; i++)
		if (engine->lines[i].worker && !worker_stop(engine->lines[i].worker, STOP_S))
			_exit(0); /* a long batch: the next start goes on with it */
	asking_free(engine->asking);
	seen_free(engine->seen);
	apply_free(parts->apply);
	calls_free(parts->zones);
	caller_free(parts->caller);
	powerdns_node_free(parts->powerdns);
	for (size_t i = 0; i < ENGINE_KINDS; i++)
		progress_free(engine->lines[i].progress);
	outcome_signer_free(engine->signer);
	nginx_free(parts->nginx);
	keys_freep(&parts->keys);
	tree_free(parts->tree);
	journal_free(engine->journal);
	keyring_free(engine->keyring);
	token_key_free(parts->key);
	seal_key_freep(&parts->seal);
	settings_done(&parts->settings);
}

static bool run(struct parts *parts, const char *config, struct error *err)
{
	enum log_level level = LOG_INFO_;

	if (!settings_load(config, &parts->settings, err))
		return false;
	if (!log_level_parse(parts->settings.log_level, &level))
		return error_set(err, ERR_INVALID, "log_level: debug, info, warn or error");
	log_open("agent-engine", level);
	if (!set_up_link(err) || !open_state(parts, err) || !open_keys(parts, err) || !open_nginx(parts, err) ||
	    !start(parts, err))
		return false;
	log_write(LOG_INFO_, (struct log_field[]){ { "node", parts->settings.node_id }, { NULL, NULL } }, "ready");
	return engine_loop(&parts->engine, err);
}

/* The end of link ends the engine too; SIGTERM closes the socketpair, which is the same way out. */
static void on_term(int number)
{
	(void)number;
	shutdown(LINK_FD, SHUT_RD);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument, NULL, 'c' }, { NULL, 0, NULL, 0 } };
	struct sigaction term = { .sa_handler = on_term };
	struct parts parts = { 0 };
	struct error err = { 0 };
	const char *config = NULL;
	int option;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet */
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (option == 'c')
			config = optarg;
	if (!config) {
		fprintf(stderr, "usage: stralix-agent-engine --config engine.yaml\n");
		return 2;
	}
	umask(0077);
	/* Keys don't go into a core, nor to who may trace this user's processes. */
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	log_open("agent-engine", LOG_INFO_);
	sigaction(SIGTERM, &term, NULL);
	sigaction(SIGINT, &term, NULL);
	signal(SIGPIPE, SIG_IGN);
	bool ok = sodium_init() >= 0 && run(&parts, config, &err);
	if (!ok)
		log_failure(LOG_ERROR_, &err, "engine");
	stop(&parts);
	return ok ? 0 : 1;
}
