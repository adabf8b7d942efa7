/* PreflightWebsite. How each name of a website would be shown to a certificate authority. */
#include "lib/base/clock.h"

#include "certificate_follow.h"
#include "proof.h"
#include "settings.h"
#include "web.h"
#include "wish.h"

enum { PATIENCE_MS = 4500 }; /* that the last name, and the reply, may take */

static bool fill_addresses(const struct preflight *preflight, struct arena *arena, Stralix__V1__NamePreflight *view)
{
	view->addresses = arena_alloc(arena, (preflight->n + 1) * sizeof(char *));
	for (; view->addresses && view->n_addresses < preflight->n; view->n_addresses++)
		view->addresses[view->n_addresses] = (char *)(uintptr_t)preflight->addresses[view->n_addresses];
	return view->addresses != NULL;
}

static bool fill(const struct proof *proof, struct arena *arena, Stralix__V1__NamePreflight **ret)
{
	Stralix__V1__NamePreflight *view = *ret = arena_alloc(arena, sizeof(*view));
	const char *method = !proof->possible ? "" : *proof->record ? "dns-01" : "http-01";
	const struct {
		char **to;
		const char *from;
	} texts[] = {
		{ &view->name, proof->name },
		{ &view->message, proof->message },
		{ &view->method, method },
		{ &view->record, proof->record },
		{ &view->zone, proof->challenge.zone },
		{ &view->alias_name, proof->challenge.alias_name },
		{ &view->alias_target, proof->challenge.alias_target },
	};

	if (!view)
		return false;
	stralix__v1__name_preflight__init(view);
	view->ready = proof->possible;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (!(*texts[i].to = arena_strdup(arena, texts[i].from)))
			return false;
	return fill_addresses(&proof->preflight, arena, view);
}

/* All names, also those that a wildcard would cover. */
static bool collect(const struct website *site, bool wildcard, struct arena *arena,
                    const char *ret[static CERTIFICATE_NAMES], unsigned *ret_n)
{
	certificate_plain_names(site, ret, ret_n);
	if ((!wildcard && !settings_want_wildcard(site->settings)) || *ret_n == CERTIFICATE_NAMES)
		return true;
	return (ret[(*ret_n)++] = arena_printf(arena, "*.%s", site->domain)) != NULL;
}

/* Errors: ERR_NOT_FOUND. */
bool web_preflight_website(struct call *call, const Stralix__V1__PreflightWebsiteRequest *req, struct error *err)
{
	struct arena *arena = call_arena(call);
	Stralix__V1__PreflightWebsiteReply reply;
	const char *names[CERTIFICATE_NAMES];
	struct proof *proofs;
	struct website site;
	unsigned n;

	stralix__v1__preflight_website_reply__init(&reply);
	if (!wish_find(call, req->website_id, &site, err))
		return false;
	proofs = arena_alloc(arena, CERTIFICATE_NAMES * sizeof(*proofs));
	reply.names = arena_alloc(arena, CERTIFICATE_NAMES * sizeof(void *));
	reply.address = arena_strdup(arena, site.address);
	if (!proofs || !reply.names || !reply.address || !collect(&site, req->wildcard, arena, names, &n))
		return error_set(err, ERR_TOO_LARGE, "no room for names");
	if (!proofs_find(call_service(call), &site, names, n,
	                 clock_monotonic_ms() + call_remaining_ms(call) - PATIENCE_MS, arena, proofs, err))
		return false;
	for (; reply.n_names < n; reply.n_names++)
		if (!fill(&proofs[reply.n_names], arena, &reply.names[reply.n_names]))
			return error_set(err, ERR_TOO_LARGE, "no room for names");
	return call_reply(call, &reply.base, err);
}
