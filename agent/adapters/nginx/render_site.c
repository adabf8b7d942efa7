/* render_site: a website's server blocks: one for HTTP, and one for HTTPS when it has a certificate. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/contract/php.h"
#include "lib/contract/url.h"

#include "agent/adapters/nginx/internal.h"

enum { VALUES = 48, HTTPS_PORT = 443 };

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

	*ret = (struct php_values){ .wanted = settings && state->serving == STRALIX__V1__WEBSITE_STATE__SERVING__LIVE &&
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

/* All there is to be said of a website; what is said of one of its two server blocks. */
struct view {
	struct nginx *nginx;
	const struct object *site;
	const Stralix__V1__WebsiteState *state;
	const Stralix__V1__WebsiteSettings *settings;
	struct php_values php;
	struct nginx_tls tls;
	struct arena *arena;
	bool secure; /* the block for HTTPS */
};

struct values {
	struct template_value list[VALUES];
	size_t n;
	bool failed;
};

static void put(struct values *values, struct template_value value)
{
	values->failed = values->failed || values->n + 1 >= VALUES || (!value.text && !value.list);
	if (!values->failed)
		values->list[values->n++] = value;
}

static void put_text(struct values *values, const char *name, const char *text)
{
	put(values, (struct template_value){ .name = name, .text = text });
}

static void put_switch(struct values *values, const char *name, const char *text, bool on)
{
	put(values, (struct template_value){ .name = name, .text = text, .on = on });
}

static void put_list(struct values *values, const char *name, const struct template_value *const *list)
{
	put(values, (struct template_value){ .name = name, .list = list });
}

/* Every name, or those that the certificate is for. */
static const struct template_value *const *list_of_names(const struct view *view)
{
	size_t n = 1 + view->settings->n_aliases;
	char **names = arena_alloc(view->arena, n * sizeof(*names));

	if (view->secure)
		return list_of_texts("name", view->tls.names, view->tls.n, view->arena);
	if (!names)
		return NULL;
	names[0] = (char *)(uintptr_t)view->site->name;
	for (size_t i = 1; i < n; i++)
		names[i] = view->settings->aliases[i - 1];
	return list_of_texts("name", names, n, view->arena);
}

/* The way to HTTPS is for names that there is a certificate for. */
static void put_moved(struct values *values, const struct view *view)
{
	const Stralix__V1__Certificate *certificate = view->state->certificate;
	bool live = view->state->serving == STRALIX__V1__WEBSITE_STATE__SERVING__LIVE;
	bool on = !view->secure && view->tls.on && live && certificate->redirect;
	int64_t port = view->nginx->settings->https_port;

	put_switch(values, "moved", view->tls.all ? "1" : "0", on);
	put_list(values, "moved_names",
	         list_of_texts("name", view->tls.names, on && !view->tls.all ? view->tls.n : 0, view->arena));
	put_switch(values, "moved_port", number(view->arena, (uint64_t)port), on && port != HTTPS_PORT);
}

static void put_block(struct values *values, const struct view *view)
{
	const struct nginx_render *render = &view->nginx->render;
	const Stralix__V1__Certificate *certificate = view->state->certificate;
	uint32_t hsts = view->secure ? certificate->hsts_s : 0;
	const char *thumbprint = view->state->acme_thumbprint;
	char *const copy = arena_alloc(view->arena, NGINX_MARKER);

	for (unsigned i = 0; i < NGINX_ENDPOINTS; i++) {
		static const char *const names[NGINX_ENDPOINTS] = { "listen1", "listen2", "listen3" };

		put(values, nginx_render_endpoint(names[i], view->secure ? render->https[i] : render->http[i]));
	}
	if (copy)
		nginx_marker(view->nginx->secret, view->site->id, copy);
	put_text(values, "marker", copy);
	put_list(values, "names", list_of_names(view));
	put_switch(values, "tls", "", view->secure);
	put_switch(values, "tls2", "", view->secure && render->https[1][0]);
	put_switch(values, "tls3", "", view->secure && render->https[2][0]);
	put_switch(values, "hsts",
	           arena_printf(view->arena, "max-age=%" PRIu32 "%s", hsts,
	                        hsts > 0 && certificate->hsts_subdomains ? "; includeSubDomains" : ""),
	           hsts > 0);
	put_moved(values, view);
	put_switch(values, "acme", thumbprint, *thumbprint);
	/* One mark a file: see nginx_mark. */
	put_switch(values, "marked", "", !view->secure);
	put_text(values, "id", view->site->id);
	put_text(values, "epoch", number(view->arena, view->site->generation.epoch));
	put_text(values, "n", number(view->arena, view->site->generation.n));
	put_text(values, "secret", view->nginx->secret);
}

static bool has_front(const struct view *view)
{
	return view->php.wanted && view->php.php->front_controller;
}

static void put_folders(struct values *values, const struct view *view)
{
	char *variable = arena_alloc(view->arena, NGINX_VARIABLE);
	bool on = view->settings->n_protected_folders > 0;

	put_switch(values, "protected", variable ? nginx_protect_name(view->site, variable) : NULL, on);
	/* The variables are both blocks'. */
	put_switch(values, "maps", "", on && !view->secure);
	put_list(values, "folders",
	         view->secure
	                 ? list_of_texts("folder", NULL, 0, view->arena)
	                 : nginx_protect_values(view->nginx, view->site, view->settings, has_front(view), view->arena));
}

static void put_content(struct values *values, const struct view *view)
{
	const Stralix__V1__WebsiteSettings *settings = view->settings;
	const struct php_values *php = &view->php;
	bool files = !*settings->proxy && !all_redirected(settings);
	bool front = has_front(view);
	const char *dir = view->nginx->settings->dir;
	const char *root = arena_printf(view->arena, "%s/srv/%s/public%s%s", dir, view->site->id,
	                                *settings->document_root ? "/" : "", settings->document_root);

	put_text(values, "root", root);
	put_text(values, "symlinks_from", arena_printf(view->arena, "from=%s", root ? root : ""));
	put_list(values, "index", list_of_index(settings, php, view->arena));
	put_list(values, "redirects", list_of_redirects(settings, view->arena));
	put_list(values, "error_pages", list_of_error_pages(settings, view->arena));
	put_switch(values, "proxy", settings->proxy, *settings->proxy && !all_redirected(settings));
	put_switch(values, "files", "", files && !front);
	put_switch(values, "front", "", front);
	put_switch(values, "as_sent", "", settings->n_protected_folders > 0 && (front || !files));
	put_switch(values, "php", "", php->shard[0] != '\0');
	/* The text of a script is nobody's to read. */
	put_switch(values, "no_php", php->wanted ? "503" : "404", files && !php->shard[0]);
	put_text(values, "shard", php->shard);
	put_text(values, "pools", arena_printf(view->arena, "%s/run/php/", dir));
	put_text(values, "body", number(view->arena, php->body));
}

static bool write_block(const struct view *view, const struct template *template, struct buf *out, struct error *err)
{
	struct values *values = arena_alloc(view->arena, sizeof(*values));

	if (!values)
		return error_set(err, ERR_TOO_LARGE, "the settings of %s are too many", view->site->name);
	put_block(values, view);
	put_folders(values, view);
	put_content(values, view);
	if (values->failed)
		return error_set(err, ERR_TOO_LARGE, "the settings of %s are too many", view->site->name);
	values->list[values->n].name = NULL;
	return template_render(template, values->list, out, err);
}

bool nginx_render_site(struct nginx *nginx, struct staging *staging, const struct object *site, struct error *err)
{
	static const Stralix__V1__WebsiteSettings none = {
		.document_root = (char *)(uintptr_t)protobuf_c_empty_string,
		.proxy = (char *)(uintptr_t)protobuf_c_empty_string,
	};
	_cleanup_(arena_freep) struct arena *arena = arena_new(NGINX_ARENA);
	struct view view = { .nginx = nginx, .site = site, .arena = arena };
	_cleanup_buf_ struct buf text = { 0 };
	Stralix__V1__WebsiteState *state;
	char name[64];

	if (!arena || !nginx_unpack_site(site, arena, &state, err))
		return arena ? false : error_set(err, ERR_INTERNAL, "out of memory");
	bool suspended = state->serving == STRALIX__V1__WEBSITE_STATE__SERVING__SUSPENDED;
	const struct template *template = suspended ? nginx->render.suspended : nginx->render.site;
	view.state = state;
	view.settings = state->settings ? state->settings : &none;
	if (!render_php(nginx, staging, site, state, &view.php, err) ||
	    !nginx_tls_render(nginx, staging, site, state, arena, &view.tls, err) ||
	    !write_block(&view, template, &text, err))
		return false;
	view.secure = true;
	if (view.tls.on && !write_block(&view, template, &text, err))
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
		return nginx_tls_link(from, to, site, err) && php_link_pool(nginx->php, from, to, site, err);
	return errno == ENOENT || errno == EMLINK || error_errno(err, errno, "link %s", name);
}
