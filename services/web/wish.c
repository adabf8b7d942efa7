/* wish: see wish.h. */
#include "wish.h"

#include <string.h>

#include "lib/contract/php.h"
#include "lib/contract/upstream.h"

#include "names.h"
#include "place.h"
#include "protect.h"
#include "settings.h"
#include "store.h"
#include "web.h"

bool wish_find(struct call *call, const char *website_id, struct website *site, struct error *err)
{
	struct uuid id;

	if (!uuid_parse(website_id, &id))
		return error_set(err, ERR_NOT_FOUND, "There is no such website.");
	if (!website_find(service_db_wide(call_service(call)), &id, call_arena(call), site, err))
		return false;
	if (!call_may_see(call, &site->org))
		return error_set(err, ERR_NOT_FOUND, "There is no such website.");
	return true;
}

bool wish_may_change(const struct website *site, struct error *err)
{
	return site->serving == SERVING_LIVE || site->serving == SERVING_SUSPENDED ||
	       error_set(err, ERR_CONFLICT, "A deleted website has no settings to change.");
}

/* What was at work before stays allowed, so that other settings can be changed. */
bool wish_check_proxy(struct call *call, const struct website *site, const Stralix__V1__WebsiteSettings *wanted,
                      struct error *err)
{
	const struct web_settings *settings = service_settings(call_service(call));
	bool v6 = strchr(site->address, ':') != NULL;
	const char *own; /* itself: the request would go round and round */

	own = arena_printf(call_arena(call), "%s, %s%s%s:%u, %s%s%s:%u", settings->proxy_refused, v6 ? "[" : "",
	                   site->address, v6 ? "]" : "", site->http_port, v6 ? "[" : "", site->address, v6 ? "]" : "",
	                   site->https_port);
	if (!own)
		return error_set(err, ERR_TOO_LARGE, "no room for the request");
	if (!*wanted->proxy || strcmp(wanted->proxy, site->settings->proxy) == 0 ||
	    upstream_may(wanted->proxy, settings->proxy_allowed, own))
		return true;
	return error_field(err, "settings.proxy", "forbidden", "This address can't be passed on to.");
}

/* What was chosen before stays allowed, even if its node has lost it. */
static bool check_php(struct call *call, const struct website *site, const Stralix__V1__WebsiteSettings *wanted,
                      struct error *err)
{
	const Stralix__V1__PlaceResourceReply *place;

	if (!php_wanted(wanted) ||
	    (site->settings->php && strcmp(wanted->php->version, site->settings->php->version) == 0))
		return true;
	if (!place_ask(call, site, "", &place, err))
		return false;
	for (size_t i = 0; i < place->n_php_versions; i++)
		if (strcmp(place->php_versions[i], wanted->php->version) == 0)
			return true;
	return error_field(err, "settings.php.version", "available", "This website's node has no PHP %s.",
	                   wanted->php->version);
}

static bool is_same_size(const Stralix__V1__Php *a, const Stralix__V1__Php *b, const char *name)
{
	return php_bytes(a, name) == php_bytes(b, name);
}

/* Sizes that were set before this was asked of them stay, so that other settings can be changed. */
static bool check_sizes(const struct website *site, const Stralix__V1__WebsiteSettings *wanted, struct error *err)
{
	const Stralix__V1__Php *before = site->settings->php;

	return (is_same_size(before, wanted->php, "upload_max_filesize") &&
	        is_same_size(before, wanted->php, "post_max_size")) ||
	       php_check_sizes(wanted->php, err);
}

static bool is_reserved(struct error *err, const char *field)
{
	*err = (struct error){ 0 };
	return error_field(err, field, "reserved", "This name belongs to the panel itself.");
}

bool wish_check_name(struct call *call, const struct website *site, const char *name, const char *field,
                     struct error *err)
{
	const struct web_settings *settings = service_settings(call_service(call));
	const Stralix__V1__PlaceResourceReply *place;

	if (name_is_reserved(name, settings->panel_hosts))
		return is_reserved(err, field);
	return place_ask(call, site, name, &place, err) || (err->code == ERR_INVALID && is_reserved(err, field));
}

bool wish_has_name(const struct website *site, const char *name)
{
	return settings_has_alias(site->settings, name) || settings_has_alias(site->applied_settings, name);
}

/* Passwords are hashed in what was given, which is what the merged settings hold. */
static bool seal(const struct website *site, Stralix__V1__WebsiteSettings *given, char *const *mask, size_t n_mask,
                 struct arena *arena, struct error *err)
{
	for (size_t i = 0; i < n_mask; i++)
		if (strcmp(mask[i], "settings.protected_folders") == 0)
			return !given || protect_seal(given, site->settings, arena, err);
	return true;
}

bool wish_first(struct call *call, const struct website *site, Stralix__V1__WebsiteSettings *given, struct error *err)
{
	return protect_seal(given, site->settings, call_arena(call), err) && settings_check(given, site->domain, err) &&
	       check_sizes(site, given, err);
}

bool wish_merge(struct call *call, const struct website *site, Stralix__V1__WebsiteSettings *given, char *const *mask,
                size_t n_mask, Stralix__V1__WebsiteSettings **ret, struct error *err)
{
	return settings_merge(site->settings, given, mask, n_mask, call_arena(call), ret, err) &&
	       seal(site, given, mask, n_mask, call_arena(call), err) && settings_check(*ret, site->domain, err) &&
	       check_sizes(site, *ret, err) && wish_check_proxy(call, site, *ret, err) &&
	       check_php(call, site, *ret, err);
}
