/* PreflightWebsite. Where each name of a website points to. */
#include "certificate_follow.h"
#include "preflight.h"
#include "web.h"
#include "wish.h"

enum { PATIENCE_MS = 4500 }; /* that one name may take */

static bool fill(const char *name, const struct preflight *preflight, struct arena *arena,
                 Stralix__V1__NamePreflight **ret)
{
	Stralix__V1__NamePreflight *view = *ret = arena_alloc(arena, sizeof(*view));

	if (!view)
		return false;
	stralix__v1__name_preflight__init(view);
	view->ready = preflight->ready;
	view->addresses = arena_alloc(arena, (preflight->n + 1) * sizeof(char *));
	for (; view->addresses && view->n_addresses < preflight->n; view->n_addresses++)
		view->addresses[view->n_addresses] = (char *)(uintptr_t)preflight->addresses[view->n_addresses];
	return view->addresses && (view->name = arena_strdup(arena, name)) &&
	       (view->message = arena_strdup(arena, preflight->message));
}

/* With a resolver that doesn't answer there is no time for all. */
static bool ask(struct call *call, const char *name, const char *address, struct preflight *ret, struct error *err)
{
	const struct web_settings *settings = service_settings(call_service(call));

	if (call_remaining_ms(call) > PATIENCE_MS)
		return preflight_ask(settings->resolver, name, address, call_arena(call), ret, err);
	*ret = (struct preflight){ .message = "There was no time left to ask." };
	return true;
}

/* Errors: ERR_NOT_FOUND. */
bool web_preflight_website(struct call *call, const Stralix__V1__PreflightWebsiteRequest *req, struct error *err)
{
	Stralix__V1__PreflightWebsiteReply reply;
	const char *names[CERTIFICATE_NAMES];
	struct preflight preflight;
	struct website site;
	unsigned n;

	stralix__v1__preflight_website_reply__init(&reply);
	if (!wish_find(call, req->website_id, &site, err))
		return false;
	certificate_names(&site, names, &n);
	reply.names = arena_alloc(call_arena(call), n * sizeof(*reply.names));
	reply.address = arena_strdup(call_arena(call), site.address);
	for (; reply.names && reply.n_names < n; reply.n_names++)
		if (!ask(call, names[reply.n_names], site.address, &preflight, err) ||
		    !fill(names[reply.n_names], &preflight, call_arena(call), &reply.names[reply.n_names]))
			return err->code ? false : error_set(err, ERR_TOO_LARGE, "no room for names");
	if (!reply.names || !reply.address)
		return error_set(err, ERR_TOO_LARGE, "no room for names");
	return call_reply(call, &reply.base, err);
}
