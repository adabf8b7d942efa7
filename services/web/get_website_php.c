/* GetWebsitePhp. Which PHP a website can have. */
#include "lib/contract/php.h"

#include "place.h"
#include "store.h"
#include "web.h"

static bool find(struct call *call, const char *website_id, struct website *site, struct error *err)
{
	struct uuid id;

	if (!uuid_parse(website_id, &id))
		return error_set(err, ERR_NOT_FOUND, "There is no such website.");
	return website_find(service_db_wide(call_service(call)), &id, call_arena(call), site, err) &&
	       (call_may_see(call, &site->org) || error_set(err, ERR_NOT_FOUND, "There is no such website."));
}

/* One whose files are gone has no node any more. */
static bool fill_versions(struct call *call, const struct website *site, Stralix__V1__GetWebsitePhpReply *reply,
                          struct error *err)
{
	const Stralix__V1__PlaceResourceReply *place;

	if (site->serving == SERVING_REMOVED)
		return true;
	if (!place_ask(call, site, "", &place, err))
		return false;
	reply->versions = place->php_versions;
	reply->n_versions = place->n_php_versions;
	return true;
}

static Stralix__V1__PhpDirective *view(const struct php_directive *directive, struct arena *arena)
{
	static const char *const kinds[] = {
		[PHP_SIZE] = "size", [PHP_NUMBER] = "number", [PHP_FLAG] = "switch", [PHP_ZONE] = "zone"
	};
	Stralix__V1__PhpDirective *row = arena_alloc(arena, sizeof(*row));

	if (!row)
		return NULL;
	stralix__v1__php_directive__init(row);
	row->name = (char *)(uintptr_t)directive->name;
	row->kind = (char *)(uintptr_t)kinds[directive->kind];
	row->rule = (char *)(uintptr_t)directive->words;
	row->fallback = (char *)(uintptr_t)directive->fallback;
	row->guarded = directive->guarded;
	return row;
}

static bool fill_directives(struct arena *arena, Stralix__V1__GetWebsitePhpReply *reply, struct error *err)
{
	size_t n = 0;

	while (php_directives[n].name)
		n++;
	reply->directives = arena_alloc(arena, n * sizeof(void *));
	for (size_t i = 0; reply->directives && i < n; i++)
		if (!(reply->directives[reply->n_directives++] = view(&php_directives[i], arena)))
			reply->directives = NULL;
	return reply->directives || error_set(err, ERR_TOO_LARGE, "no room for the reply");
}

/* Errors: ERR_NOT_FOUND, the same for absent and not for these eyes; ERR_UNAVAILABLE. */
bool web_get_website_php(struct call *call, const Stralix__V1__GetWebsitePhpRequest *req, struct error *err)
{
	Stralix__V1__GetWebsitePhpReply reply;
	struct website site;

	stralix__v1__get_website_php_reply__init(&reply);
	return find(call, req->website_id, &site, err) && fill_versions(call, &site, &reply, err) &&
	       fill_directives(call_arena(call), &reply, err) && call_reply(call, &reply.base, err);
}
