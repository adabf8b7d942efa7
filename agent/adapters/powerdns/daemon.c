/* daemon: PowerDNS itself, where the engine sets it up: its folder, its database, its configuration, its start. Like
 * nginx it belongs to the node and outlives the agent. */

#include "agent/engine/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "agent/adapters/powerdns/node_internal.h"
#include "agent/engine/file.h"
#include "agent/engine/template.h"

enum { SCHEMA_MOST = 1 << 20, TITLE_MOST = 16384, END_MS = 10000, AGAIN_MS = 2000, PAUSE_NS = 5000000, NUMBER = 24 };

/* Its own process as its pid file says, which has to say itself that it is this one; 0: it isn't there. */
static pid_t running(const struct powerdns_node *node)
{
	_cleanup_buf_ struct buf text = { 0 }, title = { 0 };
	char path[NODE_PATH + 64], wanted[NODE_PATH + 64];
	struct stat st;
	long pid;

	snprintf(path, sizeof(path), "%s/run/pdns.pid", node->dir);
	if (!file_read(path, 64, &text, NULL) || !text.data || (pid = strtol(text.data, NULL, 10)) <= 1)
		return 0;
	snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid);
	if (!file_read(path, TITLE_MOST, &title, NULL) || !title.data)
		return 0;
	/* The file is its own to write: nobody else's process is taken for it. */
	snprintf(path, sizeof(path), "/proc/%ld", pid);
	if (stat(path, &st) < 0 || (node->settings->dns_uid > 0 && st.st_uid != (uid_t)node->settings->dns_uid))
		return 0;
	snprintf(wanted, sizeof(wanted), "--config-dir=%s", node->dir);
	return memmem(title.data, title.size, wanted, strlen(wanted) + 1) ? (pid_t)pid : 0;
}

static bool make_key(int dir, struct error *err)
{
	uint8_t bytes[24];
	char text[2 * sizeof(bytes) + 1];
	const struct file_owner owner = { (uid_t)-1, (gid_t)-1, 0600 };

	if (faccessat(dir, "api.key", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(text, sizeof(text), bytes, sizeof(bytes));
	bool ok = file_write_at(dir, "api.key", text, strlen(text), owner, err);
	explicit_bzero(text, sizeof(text));
	explicit_bzero(bytes, sizeof(bytes));
	return ok;
}

static bool fill_database(const char *path, const char *schema, struct error *err)
{
	sqlite3 *db = NULL;
	int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_exec(db, "pragma journal_mode = wal", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(db, schema, NULL, NULL, NULL);
	if (code != SQLITE_OK)
		error_set(err, ERR_DISK, "make %s: %s", path, db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
	return sqlite3_close(db) == SQLITE_OK && code == SQLITE_OK;
}

/* Made where nobody else can write, and then moved to where its owner may. */
static bool make_database(const struct powerdns_node *node, int dir, struct error *err)
{
	_cleanup_buf_ struct buf schema = { 0 };
	uid_t uid = node->settings->dns_uid > 0 ? (uid_t)node->settings->dns_uid : (uid_t)-1;
	char path[NODE_PATH + 64];

	if (faccessat(dir, "db/zones.sqlite", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	snprintf(path, sizeof(path), "%s/fresh.sqlite", node->dir);
	unlinkat(dir, "fresh.sqlite", 0);
	if (!file_read(node->settings->pdns_schema, SCHEMA_MOST, &schema, err) ||
	    !fill_database(path, schema.data ? schema.data : "", err))
		return false;
	if (fchownat(dir, "fresh.sqlite", uid, uid, AT_SYMLINK_NOFOLLOW) < 0 ||
	    fchmodat(dir, "fresh.sqlite", 0600, 0) < 0 || renameat(dir, "fresh.sqlite", dir, "db/zones.sqlite") < 0)
		return error_errno(err, errno, "make the database of zones");
	log_info("made a database for zones");
	return true;
}

static bool render(const struct powerdns_node *node, const char *key, struct buf *out, struct error *err)
{
	_cleanup_(template_freep) struct template *template = NULL;
	const struct settings *settings = node->settings;
	char path[NODE_PATH + 64], database[NODE_PATH + 64], run[NODE_PATH + 64], port[NUMBER], api_port[NUMBER],
		uid[NUMBER];

	snprintf(path, sizeof(path), "%.1000s/powerdns/templates/pdns.conf", settings->templates);
	snprintf(database, sizeof(database), "%s/db/zones.sqlite", node->dir);
	snprintf(run, sizeof(run), "%s/run", node->dir);
	snprintf(port, sizeof(port), "%" PRIi64, settings->dns_port);
	snprintf(api_port, sizeof(api_port), "%" PRIi64, settings->dns_api_port);
	snprintf(uid, sizeof(uid), "%" PRIi64, settings->dns_uid);
	const struct template_value values[] = { { .name = "database", .text = database },
		                                 { .name = "run", .text = run },
		                                 { .name = "drops", .on = settings->dns_uid > 0 },
		                                 { .name = "uid", .text = uid },
		                                 { .name = "address", .text = settings->dns_address },
		                                 { .name = "port", .text = port },
		                                 { .name = "api_port", .text = api_port },
		                                 { .name = "key", .text = key },
		                                 { .name = "resolves", .on = *settings->dns_resolver != '\0' },
		                                 { .name = "resolver", .text = settings->dns_resolver },
		                                 { .name = NULL } };

	return template_load(path, &template, err) && template_render(template, values, out, err);
}

static void wipe(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->capacity);
	buf_done(buf);
}

static void end(const struct powerdns_node *node)
{
	int64_t deadline = clock_monotonic_ms() + END_MS;
	pid_t pid = running(node);

	if (pid == 0 || kill(pid, SIGTERM) < 0)
		return;
	while (running(node) == pid && clock_monotonic_ms() < deadline)
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
}

/* One that runs with other settings is ended; powerdns_tend starts it anew. */
static bool write_config(const struct powerdns_node *node, int dir, struct error *err)
{
	_cleanup_(wipe) struct buf key = { 0 }, text = { 0 }, old = { 0 };
	const struct file_owner owner = { (uid_t)-1, (gid_t)-1, 0600 };
	bool there;

	if (!file_read_beneath(dir, "api.key", NODE_KEY, &key, &there, err) || !render(node, key.data, &text, err) ||
	    !file_read_beneath(dir, "pdns.conf", SCHEMA_MOST, &old, &there, err))
		return false;
	if (there && old.size == text.size && memcmp(old.data, text.data, text.size) == 0)
		return true;
	end(node);
	unlinkat(dir, "pdns.conf.new", 0);
	if (!file_write_at(dir, "pdns.conf.new", text.data, text.size, owner, err))
		return false;
	return renameat(dir, "pdns.conf.new", dir, "pdns.conf") == 0 || error_errno(err, errno, "write pdns.conf");
}

bool powerdns_set_up(struct powerdns_node *node, struct error *err)
{
	uid_t uid = node->settings->dns_uid > 0 ? (uid_t)node->settings->dns_uid : (uid_t)-1;
	const struct file_owner walk = { (uid_t)-1, (gid_t)-1, 0711 }, own = { uid, uid, 0700 };
	_cleanup_close_ int root = file_open_dir(AT_FDCWD, node->settings->dir, err);

	if (geteuid() == 0 && node->settings->dns_uid == 0)
		return error_set(err, ERR_INVALID, "dns_uid: PowerDNS doesn't run as root");
	if (root < 0 || !file_mkdir_at(root, "pdns", walk, err))
		return false;
	_cleanup_close_ int dir = file_open_dir(root, "pdns", err);
	return dir >= 0 && file_mkdir_at(dir, "db", own, err) && file_mkdir_at(dir, "run", own, err) &&
	       make_key(dir, err) && make_database(node, dir, err) && write_config(node, dir, err);
}

static bool start(const struct powerdns_node *node, struct error *err)
{
	char config[NODE_PATH + 64], path[NODE_PATH + 64];
	const char *const argv[] = { node->settings->pdns_binary, config, NULL };
	_cleanup_buf_ struct buf words = { 0 };
	bool success;

	snprintf(config, sizeof(config), "--config-dir=%s", node->dir);
	snprintf(path, sizeof(path), "%s/words", node->dir);
	_cleanup_close_ int fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
	const struct daemon_start daemon = { .argv = argv, .words = fd };

	if (fd < 0)
		return error_errno(err, errno, "make a file for PowerDNS's words");
	if (!daemon_run(&daemon, &words, &success, err))
		return false;
	return success ||
	       error_set(err, ERR_UNAVAILABLE, "PowerDNS doesn't start: %.600s", words.data ? words.data : "");
}

void powerdns_tend(void *self)
{
	struct powerdns_node *node = self;
	int64_t now = clock_monotonic_ms();
	struct error why = { 0 };

	if (!node->ours || now < node->start_ms || running(node) > 0)
		return;
	node->start_ms = now + AGAIN_MS; /* one that ends at once isn't started all the time */
	log_info("starting PowerDNS");
	if (!start(node, &why))
		log_failure(LOG_ERROR_, &why, "starting PowerDNS");
}
