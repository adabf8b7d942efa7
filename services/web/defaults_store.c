/* defaults: see defaults.h; what is done in the database. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"

#include "defaults.h"
#include "web_sql.h"

enum { CERTIFICATE, KEEP_HTTP, VERSION, UPDATED };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for defaults");
}

/* Of the first row; none: the panel's. */
static bool read_row(const struct rows *rows, const struct uuid *org, struct arena *arena,
                     Stralix__V1__WebsiteDefaults **ret, struct error *err)
{
	Stralix__V1__WebsiteDefaults *defaults = arena_alloc(arena, sizeof(*defaults));
	char id[UUID_TEXT], time[CLOCK_RFC3339] = "";

	if (!defaults)
		return no_room(err);
	stralix__v1__website_defaults__init(defaults);
	defaults->certificate = STRALIX__V1__HTTPS__CERTIFICATE__AUTOMATIC;
	if (rows_count(rows)) {
		if (strcmp(rows_text(rows, 0, CERTIFICATE), "none") == 0)
			defaults->certificate = STRALIX__V1__HTTPS__CERTIFICATE__NONE;
		defaults->keep_http = rows_bool(rows, 0, KEEP_HTTP);
		clock_rfc3339(rows_ms(rows, 0, UPDATED), time);
	}
	defaults->organisation_id = arena_strdup(arena, uuid_format(org, id));
	defaults->etag = arena_printf(arena, "%lld", rows_count(rows) ? (long long)rows_int(rows, 0, VERSION) : 0LL);
	defaults->updated_at = arena_strdup(arena, time);
	if (!defaults->organisation_id || !defaults->etag || !defaults->updated_at)
		return no_room(err);
	*ret = defaults;
	return true;
}

bool defaults_find(struct db *wide, const struct uuid *org, struct arena *arena, Stralix__V1__WebsiteDefaults **ret,
                   struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return DB_RUN(wide, NULL, WEB_WIDE_DEFAULTS_FIND, &rows, err, DB_UUID(org)) &&
	       read_row(rows, org, arena, ret, err);
}

bool defaults_lock(struct tx *tx, const struct uuid *org, struct arena *arena, Stralix__V1__WebsiteDefaults **ret,
                   struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return TX_RUN(tx, WEB_DEFAULTS_LOCK, &rows, err, DB_UUID(org)) && read_row(rows, org, arena, ret, err);
}

bool defaults_put(struct tx *tx, const struct uuid *org, const Stralix__V1__WebsiteDefaults *before,
                  const Stralix__V1__WebsiteDefaults *wanted, struct arena *arena, Stralix__V1__WebsiteDefaults **ret,
                  struct error *err)
{
	bool none = wanted->certificate == STRALIX__V1__HTTPS__CERTIFICATE__NONE;
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(tx, WEB_DEFAULTS_PUT, &rows, err, DB_UUID(org), DB_TEXT(none ? "none" : "automatic"),
	            DB_BOOL(wanted->keep_http), DB_INT(strtoll(before->etag, NULL, 10))))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_PRECONDITION,
		                 "The defaults were changed meanwhile. Look at them again, then repeat your change.");
	return read_row(rows, org, arena, ret, err);
}
