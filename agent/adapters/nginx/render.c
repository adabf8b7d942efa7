/* render: the templates and their values. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/contract/format.h"
#include "lib/token/token.h"

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

enum { CERT_MAX = 65536, NUMBER = 24 };

void nginx_render_done(struct nginx *nginx)
{
	struct nginx_render *render = &nginx->render;

	template_free(render->conf);
	template_free(render->site);
	template_free(render->mime);
	template_free(render->welcome);
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
static struct file_owner owner_of_files(const struct nginx *nginx)
{
	gid_t readers = nginx->settings->test_uid > 0 ? (gid_t)nginx->settings->test_uid : (gid_t)-1;

	return (struct file_owner){ (uid_t)-1, readers, 0640 };
}

static bool write_rendered(struct nginx *nginx, struct staging *staging, const char *folder, const char *name,
                           const struct template *template, const struct template_value *values, struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };

	return template_render(template, values, &text, err) &&
	       staging_write(staging, folder, name, text.data, text.size, owner_of_files(nginx), err);
}

static bool write_tls(struct nginx *nginx, struct staging *staging, struct error *err)
{
	const struct nginx_render *render = &nginx->render;

	return render->cert.size == 0 || (staging_write(staging, NULL, "default.crt", render->cert.data,
	                                                render->cert.size, owner_of_files(nginx), err) &&
	                                  staging_write(staging, NULL, "default.key", render->key.data,
	                                                render->key.size, owner_of_files(nginx), err));
}

static struct template_value endpoint(const char *name, const char *text)
{
	return (struct template_value){ name, text, text[0] != '\0' };
}

bool nginx_render_shared(struct nginx *nginx, struct staging *staging, uint64_t generation, struct error *err)
{
	const struct nginx_render *render = &nginx->render;
	struct file_owner folder = owner_of_files(nginx);
	char number[NUMBER];

	folder.mode = 0750;
	snprintf(number, sizeof(number), "%" PRIu64, generation);
	const struct template_value values[] = {
		{ "user", render->user, render->user[0] != '\0' },
		{ "group", render->group, false },
		{ "generation", number, false },
		{ "secret", nginx->secret, false },
		{ "acme", render->acme, false },
		{ "tls", NULL, render->cert.size > 0 },
		endpoint("http1", render->http[0]),
		endpoint("http2", render->http[1]),
		endpoint("http3", render->http[2]),
		endpoint("https1", render->https[0]),
		endpoint("https2", render->https[1]),
		endpoint("https3", render->https[2]),
		{ NULL, NULL, false },
	};
	return write_rendered(nginx, staging, NULL, "nginx.conf", render->conf, values, err) &&
	       write_rendered(nginx, staging, NULL, "mime.types", render->mime, values, err) &&
	       write_tls(nginx, staging, err) && file_mkdir_at(staging->dir, "sites", folder, err);
}

static void site_file(const struct object *site, char name[static 64])
{
	snprintf(name, 64, "sites/%s.conf", site->id);
}

bool nginx_render_site(struct nginx *nginx, struct staging *staging, const struct object *site, struct error *err)
{
	const struct nginx_render *render = &nginx->render;
	char root[PATH_MAX], from[PATH_MAX + 8], epoch[NUMBER], n[NUMBER], name[64];

	snprintf(root, sizeof(root), "%s/srv/%s/public", nginx->settings->dir, site->id);
	snprintf(from, sizeof(from), "from=%s", root);
	snprintf(epoch, sizeof(epoch), "%" PRIu32, site->generation.epoch);
	snprintf(n, sizeof(n), "%" PRIu64, site->generation.n);
	const struct template_value values[] = {
		{ "domain", site->name, false },
		{ "id", site->id, false },
		{ "epoch", epoch, false },
		{ "n", n, false },
		{ "root", root, false },
		{ "symlinks_from", from, false },
		{ "secret", nginx->secret, false },
		{ "acme", render->acme, false },
		endpoint("http1", render->http[0]),
		endpoint("http2", render->http[1]),
		endpoint("http3", render->http[2]),
		{ NULL, NULL, false },
	};
	snprintf(name, sizeof(name), "%s.conf", site->id);
	return write_rendered(nginx, staging, "sites", name, render->site, values, err);
}

bool nginx_link_site(int from, int to, const struct object *site, bool *linked, struct error *err)
{
	char name[64];

	site_file(site, name);
	*linked = linkat(from, name, to, name, 0) == 0;
	return *linked || errno == ENOENT || errno == EMLINK || error_errno(err, errno, "link %s", name);
}

bool nginx_render_welcome(struct nginx *nginx, const char *domain, struct buf *out, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(8192);
	const char *shown = arena ? format_display_domain(domain, arena) : domain;
	const struct template_value values[] = { { "domain", shown ? shown : domain, false }, { NULL, NULL, false } };

	return template_render(nginx->render.welcome, values, out, err);
}
