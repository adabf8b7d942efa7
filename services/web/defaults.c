/* defaults: see defaults.h. */
#include "defaults.h"

#include "settings.h"

bool defaults_fill(struct call *call, const struct uuid *org, Stralix__V1__WebsiteSettings **given, struct error *err)
{
	struct arena *arena = call_arena(call);
	Stralix__V1__WebsiteDefaults *defaults;
	Stralix__V1__Https *https;

	if (*given && (*given)->https)
		return true;
	if (!defaults_find(service_db_wide(call_service(call)), org, arena, &defaults, err))
		return false;
	if (defaults->certificate == STRALIX__V1__HTTPS__CERTIFICATE__AUTOMATIC && !defaults->keep_http)
		return true; /* what websites that say nothing have anyway */
	if (!*given && !settings_read(NULL, 0, arena, given, err))
		return false;
	if (!(https = arena_alloc(arena, sizeof(*https))))
		return error_set(err, ERR_TOO_LARGE, "no room for defaults");
	stralix__v1__https__init(https);
	https->certificate = defaults->certificate;
	https->keep_http = defaults->keep_http;
	(*given)->https = https;
	return true;
}
