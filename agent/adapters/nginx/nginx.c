/* nginx: the adapter's table, and reading of the desired state. */

#include "agent/adapters/nginx/nginx.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"
#include "lib/base/log.h"
#include "lib/contract/contract.h"
#include "lib/contract/php.h"

#include "stralix/v1/node.contract.h"

#include "agent/adapters/nginx/internal.h"
#include "agent/adapters/nginx/split.h"
#include "agent/engine/file.h"
#include "agent/engine/keys.h"

enum { DESIRED_MAX = 262144 };

bool nginx_unpack_site(const struct object *object, struct arena *arena, Stralix__V1__WebsiteState **ret,
                       struct error *err)
{
	ProtobufCMessage *message;

	if (!contract_unpack(&stralix__v1__website_state__descriptor, object->desired, object->desired_size,
	                     DESIRED_MAX, arena, &message, err))
		return false;
	if (contract_has_unknown(message))
		return error_set(err, ERR_AGENT_TOO_OLD, "the website has a setting that this agent doesn't know");
	*ret = (Stralix__V1__WebsiteState *)message;
	return contract_validate(&stralix__v1__website_state__rules, message, arena, err);
}

/* The further names, in the shape that the engine compares. */
static bool read_names(const Stralix__V1__WebsiteSettings *settings, struct object *object, struct error *err)
{
	_cleanup_buf_ struct buf names = { 0 };

	free(TAKE_PTR(object->names));
	if (!settings || settings->n_aliases == 0)
		return true;
	buf_putc(&names, ' ');
	for (size_t i = 0; i < settings->n_aliases; i++)
		buf_printf(&names, "%s ", settings->aliases[i]);
	object->names = buf_take(&names);
	return object->names || error_set(err, ERR_INTERNAL, "out of memory");
}

static bool read_site(void *self, struct object *object, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(NGINX_ARENA);
	Stralix__V1__WebsiteState *site;

	(void)self;
	if (!arena)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!nginx_unpack_site(object, arena, &site, err))
		return false;
	if (strcmp(site->id, object->id) != 0)
		return error_field(err, "id", "match", "The desired state is of another website.");
	if (!nginx_tls_check(site, err))
		return false;
	object->served = site->serving != STRALIX__V1__WEBSITE_STATE__SERVING__DELETED;
	object->plain =
		site->serving == STRALIX__V1__WEBSITE_STATE__SERVING__LIVE && !site->settings && !site->certificate;
	snprintf(object->key, sizeof(object->key), "%s", site->certificate ? site->certificate->id : "");
	object->uid = site->uid;
	snprintf(object->name, sizeof(object->name), "%s", site->domain);
	return read_names(site->settings, object, err);
}

static void fingerprint(void *self, char ret[static 65])
{
	memcpy(ret, ((struct nginx *)self)->render.fingerprint, 65);
}

/* A website that is suspended runs nothing, so it lacks nothing. */
static bool place_php(struct nginx *nginx, const struct object *object, const Stralix__V1__WebsiteState *site,
                      struct error *err)
{
	return site->serving != STRALIX__V1__WEBSITE_STATE__SERVING__LIVE ||
	       (php_accepts(nginx->php, site->settings->php, err) && nginx_place_tmp(nginx, object, err));
}

static bool place(void *self, const struct object *object, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(NGINX_ARENA);
	Stralix__V1__WebsiteState *site;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return nginx_place_docroot(self, object, err) && nginx_unpack_site(object, arena, &site, err) &&
	       nginx_tls_place(self, object, site, arena, err) &&
	       (!site->settings || (nginx_place_folder(self, object, site->settings->document_root, err) &&
	                            nginx_protect_place(self, object, site->settings, err) &&
	                            (!php_wanted(site->settings) || place_php(self, object, site, err))));
}

static bool render_shared(void *self, struct staging *staging, uint64_t generation, struct error *err)
{
	return nginx_render_shared(self, staging, generation, err);
}

static bool render_site(void *self, struct staging *staging, const struct object *object, struct error *err)
{
	return nginx_render_site(self, staging, object, err);
}

static bool link_site(void *self, int from, int to, const struct object *object, bool *linked, struct error *err)
{
	return nginx_link_site(self, from, to, object, linked, err);
}

static bool render_whole(void *self, struct staging *staging, int from, uint64_t generation, struct error *err)
{
	return php_render_shards(((struct nginx *)self)->php, staging, from, generation, err);
}

static bool prepare(void *self, const char *path, struct adapter_check *checks, size_t n, struct error *err)
{
	return php_prepare(((struct nginx *)self)->php, path, checks, n, err);
}

static void tend(void *self, const char *path)
{
	struct nginx *nginx = self;

	if (nginx->keys)
		keys_rest(nginx->keys);
	nginx_tickets_tend(nginx);
	php_tend(nginx->php, path, nginx_oldest_worker(nginx), nginx->reload_ms);
}

static bool start_test(const struct nginx *nginx, struct sandbox *sandbox, const char *path, struct error *err)
{
	char conf[PATH_MAX];

	snprintf(conf, sizeof(conf), "%s/nginx.conf", path);
	const char *const argv[] = {
		nginx->settings->nginx_binary, "-t", "-q", "-p", nginx->dir, "-e", "stderr", "-c", conf, NULL
	};
	return sandbox_start(sandbox, argv, err);
}

static bool wait_for_test(const struct nginx *nginx, struct sandbox *sandbox, struct buf *output, bool *passed,
                          struct error *err)
{
	int status;

	if (!sandbox_wait(sandbox, clock_monotonic_ms() + nginx->settings->test_s * 1000, output, &status, err))
		return error_wrap(err, "test the configuration");
	*passed = status == 0;
	if (!*passed && output->size == 0)
		buf_printf(output, "nginx -t ended with status %d", status);
	return true;
}

static bool test_start(void *self, const char *path, struct error *err)
{
	struct nginx *nginx = self;

	snprintf(nginx->tested, sizeof(nginx->tested), "%s", path);
	if (!start_test(nginx, nginx->sandbox, path, err))
		return false;
	failpoint("engine.testing");
	return true;
}

static bool test_wait(void *self, struct buf *output, bool *passed, struct error *err)
{
	const struct nginx *nginx = self;

	return wait_for_test(nginx, nginx->sandbox, output, passed, err) &&
	       (!*passed || php_test(nginx->php, nginx->tested, output, passed, err));
}

static bool test_alone(void *self, const char *path, struct buf *output, bool *passed, struct error *err)
{
	const struct nginx *nginx = self;
	struct error unready = { 0 };
	bool ok = start_test(nginx, nginx->aside, path, err) && wait_for_test(nginx, nginx->aside, output, passed, err);

	if (!sandbox_prepare(nginx->aside, &unready)) /* the next test prepares what it needs */
		log_failure(LOG_DEBUG_, &unready, "preparing a test");
	return ok;
}

/* nginx: "… in /…/sites/<id>.conf:12", "cannot load certificate "/…/tls/<id>.crt"…"; PHP: "ERROR: [pool <id>] …" */
static void suspect(void *self, const char *output, char ret[static UUID_TEXT])
{
	const char *file = strstr(output, "/sites/"), *tls = strstr(output, "/tls/"), *pool = strstr(output, "[pool ");
	struct uuid id;

	(void)self;
	snprintf(ret, UUID_TEXT, "%.36s",
	         file   ? file + strlen("/sites/")
	         : tls  ? tls + strlen("/tls/")
	         : pool ? pool + strlen("[pool ")
	                : "");
	if (!uuid_parse(ret, &id))
		ret[0] = '\0';
}

static void ready(void *self)
{
	struct error err = { 0 };

	/* Not yet prepared is no failure: the test prepares what it needs. */
	if (!sandbox_prepare(((struct nginx *)self)->sandbox, &err))
		return;
}

static bool serve_early(void *self, const struct object *object, struct error *err)
{
	return nginx_lane_add(self, object, err);
}

static bool serve_early_end(void *self, struct error *err)
{
	return nginx_lane_clear(self, err);
}

static bool reload(void *self, struct error *err)
{
	return nginx_reload(self, err);
}

static bool await_generation(void *self, uint64_t generation, struct error *err)
{
	return nginx_await_generation(self, generation, err);
}

static void await_objects(void *self, struct adapter_check *checks, size_t n)
{
	nginx_await_sites(self, checks, n);
}

static bool purge(void *self, const struct object *object, struct error *err)
{
	return nginx_purge_docroot(self, object, err) && nginx_log_purge(self, object, err) &&
	       nginx_protect_purge(self, object, err) &&
	       (!((struct nginx *)self)->keys || keys_purge(((struct nginx *)self)->keys, object->id, err));
}

static void health(void *self, struct adapter_health *ret)
{
	const struct nginx *nginx = self;

	snprintf(ret->daemon, sizeof(ret->daemon), "nginx");
	snprintf(ret->version, sizeof(ret->version), "%s", nginx->version);
	ret->alive = nginx_running(nginx) > 0;
	snprintf(ret->message, sizeof(ret->message), "%s", ret->alive ? "" : "nginx is not running");
}

static void mark(void *self, const char *text, size_t size, const char *like, size_t like_size, struct buf *out)
{
	(void)self;
	nginx_mark(text, size, like, like_size, out);
}

static bool show(void *self, const char *path, const char *text, size_t size, struct buf *out)
{
	return nginx_show(self, path, text, size, out);
}

static void object_of(void *self, const char *path, char ret[static UUID_TEXT])
{
	(void)self;
	nginx_object_of(path, ret);
}

static struct file_owner owner(void *self)
{
	return nginx_owner_of_files(self);
}

static void look(void *self, const struct object *object, adapter_finding fn, void *arg)
{
	nginx_look(self, object, fn, arg);
}

static uint64_t serving(void *self)
{
	return nginx_serving(self);
}

static const struct adapter_ops ops = {
	.kind = "website",
	.read = read_site,
	.fingerprint = fingerprint,
	.place = place,
	.render_shared = render_shared,
	.render = render_site,
	.link = link_site,
	.render_whole = render_whole,
	.test_start = test_start,
	.test_wait = test_wait,
	.suspect = suspect,
	.ready = ready,
	.prepare = prepare,
	.tend = tend,
	.serve_early = serve_early,
	.serve_early_end = serve_early_end,
	.reload = reload,
	.await_generation = await_generation,
	.await_objects = await_objects,
	.purge = purge,
	.health = health,
	.log = nginx_log,
	.mark = mark,
	.show = show,
	.object_of = object_of,
	.owner = owner,
	.test_alone = test_alone,
	.look = look,
	.serving = serving,
};

struct adapter nginx_adapter(struct nginx *nginx)
{
	return (struct adapter){ .ops = &ops, .self = nginx };
}

const char *const *nginx_php_versions(const struct nginx *nginx)
{
	return php_versions(nginx->php);
}

void nginx_free(struct nginx *nginx)
{
	if (!nginx)
		return;
	split_free(nginx->split);
	nginx_render_done(nginx);
	php_free(nginx->php);
	sandbox_free(nginx->sandbox);
	sandbox_free(nginx->aside);
	closep(&nginx->root);
	free(nginx);
}
DEFINE_CLEANUP(struct nginx *, nginx_free)

/* The folders that nginx.conf names below its prefix, but that of the logs: see log.c. */
static bool make_folders(struct nginx *nginx, struct error *err)
{
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = { { "run", 0755 },  { "tmp", 0711 },   { "srv", 0711 },
		        { "lane", 0711 }, { "pages", 0755 }, { "auth", 0711 } };

	for (unsigned i = 0; i < ARRAY_SIZE(folders); i++)
		if (!file_mkdir_at(nginx->root, folders[i].name,
		                   (struct file_owner){ (uid_t)-1, (gid_t)-1, folders[i].mode }, err))
			return false;
	return true;
}

/* Replaces run/NAME whole. */
static bool write_accounts(struct nginx *nginx, const char *name, const char *text, struct error *err)
{
	const struct file_owner owner = { (uid_t)-1, (gid_t)-1, 0644 };

	_cleanup_close_ int run = file_open_dir(nginx->root, "run", err);
	if (run < 0)
		return false;
	unlinkat(run, name, 0);
	return file_write_at(run, name, text, strlen(text), owner, err);
}

/* A name for a uid that this machine has none for, seen by nginx alone. */
static bool make_accounts(struct nginx *nginx, uid_t uid, struct error *err)
{
	char text[256];

	nginx->private_accounts = true;
	nginx->web_gid = uid;
	snprintf(nginx->render.user, sizeof(nginx->render.user), "stralix-web");
	snprintf(nginx->render.group, sizeof(nginx->render.group), "stralix-web");
	snprintf(nginx->passwd, sizeof(nginx->passwd), "%s/run/passwd", nginx->settings->dir);
	snprintf(nginx->group, sizeof(nginx->group), "%s/run/group", nginx->settings->dir);
	snprintf(text, sizeof(text), "root:x:0:0::/:/usr/sbin/nologin\nstralix-web:x:%u:%u::/:/usr/sbin/nologin\n", uid,
	         uid);
	if (!write_accounts(nginx, "passwd", text, err))
		return false;
	snprintf(text, sizeof(text), "root:x:0:\nstralix-web:x:%u:\n", uid);
	return write_accounts(nginx, "group", text, err);
}

/* nginx wants the names of accounts; everything else goes by number. */
static bool find_accounts(struct nginx *nginx, struct error *err)
{
	char user_text[4096], group_text[4096];
	struct passwd user, *found_user = NULL;
	struct group group, *found_group = NULL;
	uid_t uid = (uid_t)nginx->settings->web_uid;

	nginx->web_gid = (gid_t)-1;
	if (geteuid() != 0)
		return true;
	if (uid == 0)
		return error_set(err, ERR_INVALID, "web_uid: nginx's workers don't run as root");
	if (getpwuid_r(uid, &user, user_text, sizeof(user_text), &found_user) != 0 || !found_user ||
	    getgrgid_r(user.pw_gid, &group, group_text, sizeof(group_text), &found_group) != 0 || !found_group)
		return make_accounts(nginx, uid, err);
	nginx->web_gid = user.pw_gid;
	snprintf(nginx->render.user, sizeof(nginx->render.user), "%s", user.pw_name);
	snprintf(nginx->render.group, sizeof(nginx->render.group), "%s", group.gr_name);
	return true;
}

static bool open_sandbox(struct nginx *nginx, struct error *err)
{
	char scratch[3][PATH_MAX];
	const char *const names[] = { "log", "run", "tmp" };

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (snprintf(scratch[i], PATH_MAX, "%s%s", nginx->dir, names[i]) >= PATH_MAX)
			return error_set(err, ERR_INVALID, "dir is too long");
	const char *const list[] = { scratch[0], scratch[1], scratch[2], NULL };
	const struct sandbox_options options = { .uid = (uid_t)nginx->settings->test_uid, .scratch = list };

	return sandbox_new(&options, &nginx->sandbox, err) && sandbox_new(&options, &nginx->aside, err);
}

static pid_t running(const void *nginx)
{
	return nginx_running(nginx);
}

static bool open_php(struct nginx *nginx, struct journal *journal, struct error *err)
{
	const struct php_options options = { .settings = nginx->settings,
		                             .journal = journal,
		                             .sandbox = nginx->sandbox,
		                             .web_user = (uid_t)nginx->settings->web_uid,
		                             .web_group = nginx->web_gid };

	return php_new(&options, &nginx->php, err);
}

bool nginx_new(const struct settings *settings, struct journal *journal, struct keys *keys, const char *secret,
               struct nginx **ret, struct error *err)
{
	_cleanup_(nginx_freep) struct nginx *nginx = calloc(1, sizeof(*nginx));

	if (!nginx)
		return error_set(err, ERR_INTERNAL, "out of memory");
	nginx->root = -1;
	nginx->settings = settings;
	nginx->keys = keys;
	if (strlen(settings->dir) + 32 >= PATH_MAX || settings->dir[0] != '/')
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return error_set(err, ERR_INVALID, "dir: an absolute path");
	snprintf(nginx->secret, sizeof(nginx->secret), "%s", secret);
	snprintf(nginx->dir, sizeof(nginx->dir), "%s/", settings->dir);
	snprintf(nginx->conf, sizeof(nginx->conf), "%s/nginx/live/nginx.conf", settings->dir);
	snprintf(nginx->pid_file, sizeof(nginx->pid_file), "%s/run/nginx.pid", settings->dir);
	snprintf(nginx->error_log, sizeof(nginx->error_log), "%s/log/nginx-error.log", settings->dir);
	nginx->root = file_open_dir(AT_FDCWD, settings->dir, err);
	if (nginx->root < 0 || !make_folders(nginx, err) || !find_accounts(nginx, err) ||
	    !nginx_log_place(nginx, err) || !nginx_tickets_place(nginx, err) || !open_sandbox(nginx, err) ||
	    !open_php(nginx, journal, err) || !nginx_lane_clear(nginx, err) || !nginx_render_open(nginx, err) ||
	    !nginx_write_pages(nginx, err) || !nginx_read_version(nginx, err))
		return error_wrap(err, "nginx");
	const struct split_options split = { nginx->settings->dir, nginx->secret, nginx->settings->log_bytes, running,
		                             nginx };
	if (!split_start(&split, &nginx->split, err))
		return error_wrap(err, "nginx");
	*ret = TAKE_PTR(nginx);
	return true;
}
