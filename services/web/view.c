/* view: see view.h. */
#include "view.h"

#include "lib/base/clock.h"

#include "protect.h"

enum { HTTP_PORT = 80, HTTPS_PORT = 443 };

static char *id_text(const struct uuid *id, struct arena *arena)
{
	char text[UUID_TEXT];

	return arena_strdup(arena, uuid_format(id, text));
}

/* "" for never. */
static char *time_text(int64_t unix_ms, struct arena *arena)
{
	char text[CLOCK_RFC3339] = "";

	return arena_strdup(arena, unix_ms ? clock_rfc3339(unix_ms, text) : text);
}

static char *url(const struct website *site, struct arena *arena)
{
	if (!uuid_is_nil(&site->applied_certificate_id))
		return site->https_port == HTTPS_PORT || !site->https_port
		               ? arena_printf(arena, "https://%s/", site->domain)
		               : arena_printf(arena, "https://%s:%u/", site->domain, site->https_port);
	if (!site->http_port || site->http_port == HTTP_PORT)
		return arena_printf(arena, "http://%s/", site->domain);
	return arena_printf(arena, "http://%s:%u/", site->domain, site->http_port);
}

static Stralix__V1__Generation *generation_view(const struct generation *generation, struct arena *arena)
{
	Stralix__V1__Generation *view = arena_alloc(arena, sizeof(*view));

	if (!view)
		return NULL;
	stralix__v1__generation__init(view);
	view->epoch = generation->epoch;
	view->n = generation->n;
	return view;
}

static bool fill_texts(const struct website *site, struct arena *arena, Stralix__V1__Website *view)
{
	char etag[WEBSITE_ETAG];

	return (view->id = id_text(&site->id, arena)) && (view->domain = arena_strdup(arena, site->domain)) &&
	       (view->display_domain = arena_strdup(arena, site->display_domain)) &&
	       (view->organisation_id = id_text(&site->org, arena)) &&
	       (view->node_id = arena_strdup(arena, site->node_id)) &&
	       (view->node_name = arena_strdup(arena, site->node_name)) &&
	       (view->address = arena_strdup(arena, site->address)) &&
	       (view->state = arena_strdup(arena, website_state_name(site->state))) &&
	       (view->serving = arena_strdup(arena, website_serving_name(site->serving))) &&
	       (view->etag = arena_strdup(arena, site->settings ? website_etag(site, etag) : "")) &&
	       (view->suspend_reason =
	                arena_strdup(arena, site->suspended && site->suspend_reason ? site->suspend_reason : "")) &&
	       (view->message = arena_strdup(arena, site->message)) &&
	       (view->task_id = arena_strdup(arena, site->task_id)) &&
	       (view->created_at = time_text(site->created_ms, arena)) &&
	       (view->updated_at = time_text(site->updated_ms, arena)) &&
	       (view->purge_at = time_text(site->purge_ms, arena)) && (view->url = url(site, arena));
}

bool website_view(const struct website *site, struct arena *arena, Stralix__V1__Website **ret, struct error *err)
{
	Stralix__V1__Website *view = arena_alloc(arena, sizeof(*view));

	if (!view)
		return error_set(err, ERR_TOO_LARGE, "no room for a website");
	stralix__v1__website__init(view);
	view->generation = generation_view(&site->generation, arena);
	if (site->applied.n)
		view->applied = generation_view(&site->applied, arena);
	if (!(view->certificate_id = uuid_is_nil(&site->applied_certificate_id)
	                                     ? arena_strdup(arena, "")
	                                     : id_text(&site->applied_certificate_id, arena)))
		return error_set(err, ERR_TOO_LARGE, "no room for a website");
	view->settings = protect_show(site->settings, arena);
	if ((site->settings && !view->settings) || !view->generation || (site->applied.n && !view->applied) ||
	    !fill_texts(site, arena, view))
		return error_set(err, ERR_TOO_LARGE, "no room for a website");
	*ret = view;
	return true;
}

bool website_target(const struct website *site, struct arena *arena, Stralix__V1__Target *ret, struct error *err)
{
	stralix__v1__target__init(ret);
	if (!(ret->kind = arena_strdup(arena, "website")) || !(ret->id = id_text(&site->id, arena)) ||
	    !(ret->name = arena_strdup(arena, site->domain)) || !(ret->organisation_id = id_text(&site->org, arena)) ||
	    !(ret->node_id = arena_strdup(arena, site->node_id)))
		return error_set(err, ERR_TOO_LARGE, "no room for a website");
	return true;
}

bool website_reply(const struct website *site, struct arena *arena, Stralix__V1__WebsiteReply *ret, struct error *err)
{
	stralix__v1__website_reply__init(ret);
	if (!website_view(site, arena, &ret->website, err))
		return false;
	ret->task_id = ret->website->task_id;
	return true;
}
