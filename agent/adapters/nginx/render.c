/* render: the templates, and the files that all websites share. */

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/contract/format.h"
#include "lib/token/token.h"

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

enum { NUMBER = 24 };

void nginx_render_done(struct nginx *nginx)
{
	struct nginx_render *render = &nginx->render;

	template_free(render->conf);
	template_free(render->site);
	template_free(render->suspended);
	template_free(render->mime);
	template_free(render->welcome);
	template_free(render->notice);
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
	token_digest(all->data, all->size, digest);
	for (unsigned i = 0; i < sizeof(digest); i++)
		snprintf(&render->fingerprint[(size_t)2 * i], 3, "%02x", digest[i]);
}

bool nginx_render_open(struct nginx *nginx, struct error *err)
{
	const struct settings *settings = nginx->settings;
	struct nginx_render *render = &nginx->render;
	_cleanup_buf_ struct buf all = { 0 };

	make_endpoints(settings, settings->http_port, render->http);
	make_endpoints(settings, settings->https_port, render->https);
	if (!load(nginx, "nginx.conf", &render->conf, &all, err) ||
	    !load(nginx, "site.conf", &render->site, &all, err) ||
	    !load(nginx, "suspended.conf", &render->suspended, &all, err) ||
	    !load(nginx, "suspended.html", &render->notice, &all, err) ||
	    !load(nginx, "mime.types", &render->mime, &all, err) ||
	    !load(nginx, "welcome.html", &render->welcome, &all, err))
		return false;
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

struct template_value nginx_render_endpoint(const char *name, const char *text)
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
		nginx_render_endpoint("http1", render->http[0]),
		nginx_render_endpoint("http2", render->http[1]),
		nginx_render_endpoint("http3", render->http[2]),
		nginx_render_endpoint("https1", render->https[0]),
		nginx_render_endpoint("https2", render->https[1]),
		nginx_render_endpoint("https3", render->https[2]),
		{ .name = NULL },
	};
	return write_rendered(nginx, staging, NULL, "nginx.conf", render->conf, values, err) &&
	       write_rendered(nginx, staging, NULL, "mime.types", render->mime, values, err) &&
	       staging_mkdir(staging, "sites", folder, err) && staging_mkdir(staging, "tls", folder, err) &&
	       php_render_folders(nginx->php, staging, folder, err);
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
