/* render: the templates and their values. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/contract/format.h"
#include "lib/contract/php.h"
#include "lib/contract/url.h"
#include "lib/token/token.h"

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

enum { CERT_MAX = 65536, NUMBER = 24 };

void nginx_render_done(struct nginx *nginx)
{
	struct nginx_render *render = &nginx->render;

	template_free(render->conf);
	template_free(render->site);
	template_free(render->suspended);
	template_free(render->mime);
	template_free(render->welcome);
	template_free(render->notice);
	buf_done(&render->cert);
	buf_done(&render->key);
}

static void add_endpoint(char list[NGINX_ENDPOINTS][NGINX_ENDPOINT], unsigned *n, const char *address, int64_t port)
{
	if (strchr(address, ':'))
		snprintf(list[*n], NGINX_ENDPOINT, "[%s]:%" PRIi64, address, port);
	else
		snprintf(list[*n], NGINX_ENDPOINT, "%s:%" PRIi64, address, port);
	++*n;
}

/* All addresses, or one and the loopback ones, where the engine asks. */
static void make_endpoints(const struct settings *settings, int64_t port, char list[NGINX_ENDPOINTS][NGINX_ENDPOINT])
{
	const char *address = settings->address;
	unsigned n = 0;

	if (strcmp(address, "") == 0 || strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0) {
		add_endpoint(list, &n, "0.0.0.0", port);
		if (settings->listen_v6)
			add_endpoint(list, &n, "::", port);
		return;
	}
	add_endpoint(list, &n, "127.0.0.1", port);
	if (settings->listen_v6)
		add_endpoint(list, &n, "::1", port);
	if (strcmp(address, "127.0.0.1") != 0 && strcmp(address, "::1") != 0)
		add_endpoint(list, &n, address, port);
}

static bool load(const struct nginx *nginx, const char *name, struct template **ret, struct buf *all, struct error *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/nginx/templates/%s", nginx->settings->templates, name);
	return file_read(path, 1 << 20, all, err) && template_load(path, ret, err);
}

/* Whatever changes a file's content is in here. */
static void make_fingerprint(struct nginx *nginx, struct buf *all)
{
	struct nginx_render *render = &nginx->render;
	uint8_t digest[TOKEN_DIGEST];

	for (unsigned i = 0; i < NGINX_ENDPOINTS; i++)
		buf_printf(all, "%s %s\n", render->http[i], render->https[i]);
	php_fingerprint(nginx->php, all);
	buf_printf(all, "%s %s %s %s\n", render->user, render->group, nginx->dir, nginx->secret);
	buf_add(all, render->cert.data, render->cert.size);
	buf_add(all, render->key.data, render->key.size);
	token_digest(all->data, all->size, digest);
	for (unsigned i = 0; i < sizeof(digest); i++)
		snprintf(&render->fingerprint[(size_t)2 * i], 3, "%02x", digest[i]);
}

bool nginx_render_open(struct nginx *nginx, struct error *err)
{
	const struct settings *settings = nginx->settings;
	struct nginx_render *render = &nginx->render;
	_cleanup_buf_ struct buf all = { 0 };

	snprintf(render->acme, sizeof(render->acme), "%s/acme", settings->dir);
	make_endpoints(settings, settings->http_port, render->http);
	make_endpoints(settings, settings->https_port, render->https);
	if (!load(nginx, "nginx.conf", &render->conf, &all, err) ||
	    !load(nginx, "site.conf", &render->site, &all, err) ||
	    !load(nginx, "suspended.conf", &render->suspended, &all, err) ||
	    !load(nginx, "suspended.html", &render->notice, &all, err) ||
	    !load(nginx, "mime.types", &render->mime, &all, err) ||
	    !load(nginx, "welcome.html", &render->welcome, &all, err))
		return false;
	if (*settings->default_cert && *settings->default_key &&
	    (!file_read(settings->default_cert, CERT_MAX, &render->cert, err) ||
	     !file_read(settings->default_key, CERT_MAX, &render->key, err)))
		return error_wrap(err, "certificate of the HTTPS default");
	make_fingerprint(nginx, &all);
	return !buf_failed(&all) || error_set(err, ERR_INTERNAL, "out of memory");
}

/* Root's, readable by the sandbox; nginx's master reads it as root. */
struct file_owner nginx_owner_of_files(const struct nginx *nginx)
{
	gid_t readers = nginx->settings->test_uid > 0 ? (gid_t)nginx->settings->test_uid : (gid_t)-1;

	return (struct file_owner){ (uid_t)-1, readers, 0640 };
}

static bool write_rendered(struct nginx *nginx, struct staging *staging, const char *folder, const char *name,
                           const struct template *template, const struct template_value *values, struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };

	return template_render(template, values, &text, err) &&
	       staging_write(staging, folder, name, text.data, text.size, nginx_owner_of_files(nginx), err);
}

static bool write_tls(struct nginx *nginx, struct staging *staging, struct error *err)
{
	const struct nginx_render *render = &nginx->render;

	return render->cert.size == 0 || (staging_write(staging, NULL, "default.crt", render->cert.data,
	                                                render->cert.size, nginx_owner_of_files(nginx), err) &&
	                                  staging_write(staging, NULL, "default.key", render->key.data,
	                                                render->key.size, nginx_owner_of_files(nginx), err));
}

static struct template_value endpoint(const char *name, const char *text)
{
	return (struct template_value){ .name = name, .text = text, .on = text[0] != '\0' };
}

bool nginx_render_shared(struct nginx *nginx, struct staging *staging, uint64_t generation, struct error *err)
{
	const struct nginx_render *render = &nginx->render;
	struct file_owner folder = nginx_owner_of_files(nginx);
	char number[NUMBER];

	folder.mode = 0750;
	snprintf(number, sizeof(number), "%" PRIu64, generation);
	const struct template_value values[] = {
		{ .name = "user", .text = render->user, .on = render->user[0] != '\0' },
		{ .name = "group", .text = render->group },
		{ .name = "generation", .text = number },
		{ .name = "secret", .text = nginx->secret },
		{ .name = "acme", .text = render->acme },
		{ .name = "tls", .on = render->cert.size > 0 },
		endpoint("http1", render->http[0]),
		endpoint("http2", render->http[1]),
		endpoint("http3", render->http[2]),
		endpoint("https1", render->https[0]),
		endpoint("https2", render->https[1]),
		endpoint("https3", render->https[2]),
		{ .name = NULL },
	};
	return write_rendered(nginx, staging, NULL, "nginx.conf", render->conf, values, err) &&
	       write_rendered(nginx, staging, NULL, "mime.types", render->mime, values, err) &&
	       write_tls(nginx, staging, err) && staging_mkdir(staging, "sites", folder, err) &&
	       php_render_folders(nginx->php, staging, folder, err);
}

static void site_file(const struct object *site, char name[static 64])
{
	snprintf(name, 64, "sites/%s.conf", site->id);
}

/* One value for each member, of a list of one value a member. */
static const struct template_value *const *list_of_texts(const char *name, char *const *texts, size_t n,
                                                         struct arena *arena)
{
	const struct template_value **list = arena_alloc(arena, (n + 1) * sizeof(struct template_value *));

	for (size_t i = 0; list && i < n; i++) {
		struct template_value *values = arena_alloc(arena, 2 * sizeof(*values));

		if (!values)
			return NULL;
		values[0].name = name;
		values[0].text = texts[i];
		list[i] = values;
	}
	return list;
}

static const struct template_value *redirect_values(const Stralix__V1__Redirect *redirect, const char *matcher,
                                                    const char *path, struct arena *arena)
{
	const struct template_value values[] = {
		{ .name = "matcher", .text = matcher },
		{ .name = "from", .text = path },
		{ .name = "to", .text = redirect->to },
		{ .name = "status", .text = arena_printf(arena, "%u", redirect->status ? redirect->status : 302) },
		{ .name = "rest", .text = redirect->keep_path ? "$request_uri" : "" },
		{ .name = NULL },
	};
	struct template_value *copy = arena_alloc(arena, sizeof(values));

	if (copy)
		memcpy(copy, values, sizeof(values));
	return copy;
}

static bool is_redirected(const Stralix__V1__WebsiteSettings *settings, const char *from, bool below)
{
	for (size_t i = 0; i < settings->n_redirects; i++)
		if (!settings->redirects[i]->below == !below && strcmp(settings->redirects[i]->from, from) == 0)
			return true;
	return false;
}

/* Below "/shop" is "/shop/…" and not "/shopping": two places, unless they are redirected by themselves. */
static bool add_folder(const Stralix__V1__WebsiteSettings *settings, const Stralix__V1__Redirect *redirect,
                       const struct template_value **list, size_t *n, struct arena *arena)
{
	const char *folder = arena_printf(arena, "%s/", redirect->from);

	if (!folder)
		return false;
	if (!is_redirected(settings, redirect->from, false) &&
	    !(list[(*n)++] = redirect_values(redirect, "=", url_decode(redirect->from, arena), arena)))
		return false;
	return is_redirected(settings, folder, true) ||
	       (list[(*n)++] = redirect_values(redirect, "^~", url_decode(folder, arena), arena));
}

static const struct template_value *const *list_of_redirects(const Stralix__V1__WebsiteSettings *settings,
                                                             struct arena *arena)
{
	const struct template_value **list =
		arena_alloc(arena, (2 * settings->n_redirects + 1) * sizeof(struct template_value *));
	size_t n = 0;

	for (size_t i = 0; list && i < settings->n_redirects; i++) {
		const Stralix__V1__Redirect *redirect = settings->redirects[i];
		bool folder = redirect->from[strlen(redirect->from) - 1] == '/';

		if (redirect->below && !folder) {
			if (!add_folder(settings, redirect, list, &n, arena))
				return NULL;
		} else if (!(list[n++] = redirect_values(redirect, redirect->below ? "^~" : "=",
		                                         url_decode(redirect->from, arena), arena))) {
			return NULL;
		}
	}
	return list;
}

static const struct template_value *const *list_of_error_pages(const Stralix__V1__WebsiteSettings *settings,
                                                               struct arena *arena)
{
	const struct template_value **list =
		arena_alloc(arena, (settings->n_error_pages + 1) * sizeof(struct template_value *));

	for (size_t i = 0; list && i < settings->n_error_pages; i++) {
		struct template_value *values = arena_alloc(arena, 3 * sizeof(*values));

		if (!values)
			return NULL;
		values[0].name = "status";
		values[0].text = arena_printf(arena, "%u", settings->error_pages[i]->status);
		values[1].name = "page";
		values[1].text = url_decode(settings->error_pages[i]->page, arena);
		list[i] = values;
	}
	return list;
}

/* Whether everything is redirected: then there is no place left for files. */
static bool all_redirected(const Stralix__V1__WebsiteSettings *settings)
{
	for (size_t i = 0; i < settings->n_redirects; i++)
		if (settings->redirects[i]->below && strcmp(settings->redirects[i]->from, "/") == 0)
			return true;
	return false;
}

/* Of PHP: whether it runs, in which shard, and how much a visitor may send. */
struct php_values {
	bool wanted;
	char shard[PHP_NAME]; /* empty: it doesn't run here */
	const Stralix__V1__Php *php;
	uint64_t body; /* bytes */
};

static bool render_php(struct nginx *nginx, struct staging *staging, const struct object *site,
                       const Stralix__V1__WebsiteState *state, struct php_values *ret, struct error *err)
{
	const Stralix__V1__WebsiteSettings *settings = state->settings;
	const char *body = php_directive("post_max_size")->fallback;

	*ret = (struct php_values){ .wanted = state->serving == STRALIX__V1__WEBSITE_STATE__SERVING__LIVE &&
		                              php_wanted(settings) && !*settings->proxy && !all_redirected(settings) };
	if (!ret->wanted)
		return true;
	ret->php = settings->php;
	for (size_t i = 0; i < ret->php->n_ini; i++)
		if (strcmp(ret->php->ini[i]->name, "post_max_size") == 0)
			body = ret->php->ini[i]->value;
	ret->body = (uint64_t)php_size(body);
	return php_render_pool(nginx->php, staging, site, ret->php, ret->shard, err);
}

/* What is shown of a folder: as it was set, and index.php where PHP runs. */
static const struct template_value *const *list_of_index(const Stralix__V1__WebsiteSettings *settings,
                                                         const struct php_values *php, struct arena *arena)
{
	static char index_html[] = "index.html", index_php[] = "index.php";
	size_t n = settings->n_index;
	char **names = arena_alloc(arena, (n + 2) * sizeof(*names));
	bool has_php = !php->wanted;

	if (!names)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		names[i] = settings->index[i];
		has_php |= strcmp(names[i], index_php) == 0;
	}
	if (!has_php)
		names[n++] = index_php;
	if (settings->n_index == 0)
		names[n++] = index_html;
	return list_of_texts("file", names, n, arena);
}

static char *number(struct arena *arena, uint64_t value)
{
	return arena_printf(arena, "%" PRIu64, value);
}

static bool fill_site(struct nginx *nginx, const struct object *site, const Stralix__V1__WebsiteSettings *settings,
                      const struct php_values *php, const struct template *template, struct arena *arena,
                      struct buf *out, struct error *err)
{
	const struct nginx_render *render = &nginx->render;
	const char *root = arena_printf(arena, "%s/srv/%s/public%s%s", nginx->settings->dir, site->id,
	                                *settings->document_root ? "/" : "", settings->document_root);
	bool files = !*settings->proxy && !all_redirected(settings);
	bool front = php->wanted && php->php->front_controller;
	char marker[NGINX_MARKER], variable[NGINX_VARIABLE];

	nginx_marker(nginx->secret, site->id, marker);
	const struct template_value values[] = {
		{ .name = "marker", .text = marker },
		{ .name = "domain", .text = site->name },
		{ .name = "aliases", .list = list_of_texts("alias", settings->aliases, settings->n_aliases, arena) },
		{ .name = "id", .text = site->id },
		{ .name = "epoch", .text = number(arena, site->generation.epoch) },
		{ .name = "n", .text = number(arena, site->generation.n) },
		{ .name = "root", .text = root },
		{ .name = "symlinks_from", .text = arena_printf(arena, "from=%s", root ? root : "") },
		{ .name = "index", .list = list_of_index(settings, php, arena) },
		{ .name = "protected",
		  .text = nginx_protect_name(site, variable),
		  .on = settings->n_protected_folders > 0 },
		{ .name = "folders", .list = nginx_protect_values(nginx, site, settings, front, arena) },
		{ .name = "as_sent", .text = "", .on = settings->n_protected_folders > 0 && (front || !files) },
		{ .name = "redirects", .list = list_of_redirects(settings, arena) },
		{ .name = "error_pages", .list = list_of_error_pages(settings, arena) },
		{ .name = "proxy", .text = settings->proxy, .on = *settings->proxy && !all_redirected(settings) },
		{ .name = "files", .text = "", .on = files && !front },
		{ .name = "front", .text = "", .on = front },
		{ .name = "php", .text = "", .on = php->shard[0] != '\0' },
		/* The text of a script is nobody's to read. */
		{ .name = "no_php", .text = php->wanted ? "503" : "404", .on = files && !php->shard[0] },
		{ .name = "shard", .text = php->shard },
		{ .name = "pools", .text = arena_printf(arena, "%s/run/php/", nginx->settings->dir) },
		{ .name = "body", .text = number(arena, php->body) },
		{ .name = "secret", .text = nginx->secret },
		{ .name = "acme", .text = render->acme },
		endpoint("http1", render->http[0]),
		endpoint("http2", render->http[1]),
		endpoint("http3", render->http[2]),
		{ .name = NULL },
	};

	for (size_t i = 0; values[i].name; i++)
		if (!values[i].text && !values[i].list)
			return error_set(err, ERR_TOO_LARGE, "the settings of %s are too many", site->name);
	return template_render(template, values, out, err);
}

bool nginx_render_site(struct nginx *nginx, struct staging *staging, const struct object *site, struct error *err)
{
	static const Stralix__V1__WebsiteSettings none = {
		.document_root = (char *)(uintptr_t)protobuf_c_empty_string,
		.proxy = (char *)(uintptr_t)protobuf_c_empty_string,
	};
	_cleanup_(arena_freep) struct arena *arena = arena_new(NGINX_ARENA);
	const struct nginx_render *render = &nginx->render;
	_cleanup_buf_ struct buf text = { 0 };
	Stralix__V1__WebsiteState *state;
	struct php_values php;
	char name[64];

	if (!arena || !nginx_unpack_site(site, arena, &state, err))
		return arena ? false : error_set(err, ERR_INTERNAL, "out of memory");
	bool suspended = state->serving == STRALIX__V1__WEBSITE_STATE__SERVING__SUSPENDED;
	if (!render_php(nginx, staging, site, state, &php, err) ||
	    !fill_site(nginx, site, state->settings ? state->settings : &none, &php,
	               suspended ? render->suspended : render->site, arena, &text, err))
		return false;
	snprintf(name, sizeof(name), "%s.conf", site->id);
	return staging_write(staging, "sites", name, text.data, text.size, nginx_owner_of_files(nginx), err);
}

bool nginx_link_site(struct nginx *nginx, int from, int to, const struct object *site, bool *linked, struct error *err)
{
	char name[64];

	site_file(site, name);
	*linked = linkat(from, name, to, name, 0) == 0;
	if (*linked)
		return php_link_pool(nginx->php, from, to, site, err);
	return errno == ENOENT || errno == EMLINK || error_errno(err, errno, "link %s", name);
}

bool nginx_render_welcome(struct nginx *nginx, const char *domain, struct buf *out, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(8192);
	const char *shown = arena ? format_display_domain(domain, arena) : domain;
	const struct template_value values[] = { { .name = "domain", .text = shown ? shown : domain },
		                                 { .name = NULL } };

	return template_render(nginx->render.welcome, values, out, err);
}

bool nginx_write_pages(struct nginx *nginx, struct error *err)
{
	const struct file_owner owner = { (uid_t)-1, nginx->web_gid, 0640 };
	const struct template_value none = { .name = NULL };
	_cleanup_buf_ struct buf text = { 0 };

	_cleanup_close_ int pages = file_open_dir(nginx->root, "pages", err);
	if (pages < 0 || !template_render(nginx->render.notice, &none, &text, err))
		return false;
	unlinkat(pages, "suspended.html", 0);
	return file_write_at(pages, "suspended.html", text.data, text.size, owner, err);
}
