/* store: see store.h. */
#include "store.h"

#include <string.h>

#include "settings.h"
#include "web_sql.h"

enum { PARAMS_COUNT = 4 }; /* those of a list that its count takes */

/* Columns of the statements that give whole rows. */
enum {
	ID,
	ORG_ID,
	DOMAIN,
	DISPLAY_DOMAIN,
	NODE_ID,
	NODE_NAME,
	ADDRESS,
	HTTP_PORT,
	HTTPS_PORT,
	UID,
	SERVING,
	STATE,
	MESSAGE,
	EPOCH,
	N,
	APPLIED_SERVING,
	APPLIED_EPOCH,
	APPLIED_N,
	TASK_ID,
	CREATED,
	UPDATED,
	PURGE,
	TOTAL,            /* of lists */
	SETTINGS = TOTAL, /* of single ones */
	APPLIED_SETTINGS,
	SUSPENDED,
	SUSPEND_REASON,
	CERTIFICATE_ID,
	APPLIED_CERTIFICATE_ID,
	THUMBPRINT,
	APPLIED_THUMBPRINT,
	CHAIN,
	SEALED_KEY,
};

static bool no_such_website(struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, "There is no such website.");
}

bool website_insert(struct tx *tx, const struct website *site, struct error *err)
{
	size_t n_settings;
	_cleanup_free_ uint8_t *settings = settings_pack(site->settings, &n_settings);

	if (!settings)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return TX_RUN(tx, WEB_WEBSITE_INSERT, NULL, err, DB_UUID(&site->id), DB_UUID(&site->org), DB_TEXT(site->domain),
	              DB_TEXT(site->display_domain), DB_TEXT(site->node_id), DB_TEXT(site->node_name),
	              DB_TEXT(site->address), DB_INT(site->http_port), DB_INT(site->https_port), DB_INT(site->uid),
	              DB_TEXT(website_serving_name(site->serving)), DB_TEXT(website_state_name(site->state)),
	              DB_INT(site->generation.epoch), DB_INT(site->generation.n), DB_TEXT(site->task_id),
	              DB_INT(site->created_ms), DB_TEXT(site->thumbprint ? site->thumbprint : ""),
	              DB_BYTES(settings, n_settings));
}

static struct db_param uuid_or_null(const struct uuid *id)
{
	return uuid_is_nil(id) ? DB_NULL : DB_UUID(id);
}

bool website_update(struct tx *tx, const struct website *site, struct error *err)
{
	size_t n_settings, n_applied;
	_cleanup_free_ uint8_t *settings = settings_pack(site->settings, &n_settings);
	_cleanup_free_ uint8_t *applied = settings_pack(site->applied_settings, &n_applied);

	if (!settings || !applied)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return TX_SEND(tx, WEB_WEBSITE_UPDATE, err, DB_UUID(&site->id), DB_TEXT(website_serving_name(site->serving)),
	               DB_TEXT(website_state_name(site->state)), DB_TEXT(site->message), DB_INT(site->generation.epoch),
	               DB_INT(site->generation.n), DB_TEXT(website_serving_name(site->applied_serving)),
	               DB_INT(site->applied.epoch), DB_INT(site->applied.n), DB_TEXT(site->task_id),
	               DB_INT(site->updated_ms), DB_INT(site->purge_ms), DB_BYTES(settings, n_settings),
	               DB_BYTES(applied, n_applied), DB_BOOL(site->suspended),
	               DB_TEXT(site->suspended && site->suspend_reason ? site->suspend_reason : ""),
	               uuid_or_null(&site->certificate_id), uuid_or_null(&site->applied_certificate_id),
	               DB_TEXT(site->thumbprint ? site->thumbprint : ""),
	               DB_TEXT(site->applied_thumbprint ? site->applied_thumbprint : ""),
	               DB_TEXT(settings_certificate_mode(site->settings)));
}

static bool read_texts(const struct rows *rows, unsigned row, struct arena *arena, struct website *site)
{
	const struct {
		unsigned column;
		const char **to;
	} texts[] = {
		{ DOMAIN, &site->domain },   { DISPLAY_DOMAIN, &site->display_domain },
		{ NODE_ID, &site->node_id }, { NODE_NAME, &site->node_name },
		{ ADDRESS, &site->address }, { MESSAGE, &site->message },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		*texts[i].to = arena_strdup(arena, rows_text(rows, row, texts[i].column));
		if (!*texts[i].to)
			return false;
	}
	return true;
}

static struct generation read_generation(const struct rows *rows, unsigned row, unsigned epoch, unsigned n)
{
	return (struct generation){ .epoch = (uint32_t)rows_int(rows, row, epoch),
		                    .n = (uint64_t)rows_int(rows, row, n) };
}

static bool read_website(const struct rows *rows, unsigned row, struct arena *arena, struct website *site,
                         struct error *err)
{
	struct uuid task = rows_uuid(rows, row, TASK_ID);

	*site = (struct website){
		.id = rows_uuid(rows, row, ID),
		.org = rows_uuid(rows, row, ORG_ID),
		.http_port = (uint32_t)rows_int(rows, row, HTTP_PORT),
		.https_port = (uint32_t)rows_int(rows, row, HTTPS_PORT),
		.uid = (uint32_t)rows_int(rows, row, UID),
		.generation = read_generation(rows, row, EPOCH, N),
		.applied = read_generation(rows, row, APPLIED_EPOCH, APPLIED_N),
		.created_ms = rows_ms(rows, row, CREATED),
		.updated_ms = rows_ms(rows, row, UPDATED),
		.purge_ms = rows_ms(rows, row, PURGE),
	};
	if (!rows_null(rows, row, TASK_ID))
		uuid_format(&task, site->task_id);
	if (!website_state_parse(rows_text(rows, row, STATE), &site->state) ||
	    !website_serving_parse(rows_text(rows, row, SERVING), &site->serving) ||
	    !website_serving_parse(rows_text(rows, row, APPLIED_SERVING), &site->applied_serving))
		return error_set(err, ERR_INTERNAL, "a website's row has an unknown state");
	return read_texts(rows, row, arena, site) || error_set(err, ERR_TOO_LARGE, "no room for a website");
}

static bool read_settings(const struct rows *rows, unsigned column, struct arena *arena,
                          Stralix__V1__WebsiteSettings **ret, struct error *err)
{
	size_t size;
	const uint8_t *bytes = rows_bytes(rows, 0, column, &size);

	return settings_read(bytes, size, arena, ret, err);
}

static bool read_certificate(const struct rows *rows, struct arena *arena, struct website *site, struct error *err)
{
	size_t size;
	const uint8_t *key = rows_bytes(rows, 0, SEALED_KEY, &size);
	uint8_t *copy = arena_alloc(arena, size + 1);

	site->certificate_id = rows_uuid(rows, 0, CERTIFICATE_ID);
	site->applied_certificate_id = rows_uuid(rows, 0, APPLIED_CERTIFICATE_ID);
	site->thumbprint = arena_strdup(arena, rows_text(rows, 0, THUMBPRINT));
	site->applied_thumbprint = arena_strdup(arena, rows_text(rows, 0, APPLIED_THUMBPRINT));
	site->chain = arena_strdup(arena, rows_text(rows, 0, CHAIN));
	if (!site->thumbprint || !site->applied_thumbprint || !site->chain || !copy)
		return error_set(err, ERR_TOO_LARGE, "no room for a website");
	if (size)
		memcpy(copy, key, size);
	site->sealed_key.data = copy;
	site->sealed_key.size = size;
	return true;
}

/* The only row, with what lists leave out. */
static bool read_whole(const struct rows *rows, struct arena *arena, struct website *site, struct error *err)
{
	if (!read_website(rows, 0, arena, site, err))
		return false;
	site->suspended = rows_bool(rows, 0, SUSPENDED);
	site->suspend_reason = arena_strdup(arena, rows_text(rows, 0, SUSPEND_REASON));
	if (!site->suspend_reason)
		return error_set(err, ERR_TOO_LARGE, "no room for a website");
	return read_certificate(rows, arena, site, err) && read_settings(rows, SETTINGS, arena, &site->settings, err) &&
	       read_settings(rows, APPLIED_SETTINGS, arena, &site->applied_settings, err);
}

bool website_lock(struct tx *tx, const struct uuid *id, struct arena *arena, struct website *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(tx, WEB_WEBSITE_LOCK, &rows, err, DB_UUID(id)))
		return false;
	return rows_count(rows) ? read_whole(rows, arena, ret, err) : no_such_website(err);
}

bool website_thumbprint(struct tx *tx, struct arena *arena, const char **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!tx_run(tx, WEB_ACME_THUMBPRINT, NULL, 0, &rows, err))
		return false;
	*ret = arena_strdup(arena, rows_count(rows) ? rows_text(rows, 0, 0) : "");
	return *ret || error_set(err, ERR_TOO_LARGE, "no room for a website");
}

bool website_find(struct db *wide, const struct uuid *id, struct arena *arena, struct website *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(wide, NULL, WEB_WIDE_WEBSITE_FIND, &rows, err, DB_UUID(id)))
		return false;
	return rows_count(rows) ? read_whole(rows, arena, ret, err) : no_such_website(err);
}

static bool read_list(const struct rows *rows, unsigned limit, struct arena *arena, struct website_list *ret,
                      struct error *err)
{
	unsigned n = rows_page(rows, limit, &ret->more);

	ret->sites = arena_alloc(arena, (n + 1) * sizeof(struct website));
	if (!ret->sites)
		return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
	for (ret->n = 0; ret->n < n; ret->n++)
		if (!read_website(rows, ret->n, arena, &ret->sites[ret->n], err))
			return false;
	return true;
}

/* How many there are in all: the rows say it when nothing is filtered; counting them is for the rest. */
static bool read_total(struct db *wide, const struct website_filter *filter, const struct db_param *params,
                       const struct rows *rows, uint64_t *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *total = NULL;
	bool filtered = *filter->search || *filter->state || *filter->node_id;

	if (!filtered && rows_count(rows)) {
		*ret = (uint64_t)rows_int(rows, 0, TOTAL);
		return true;
	}
	if (!db_run(wide, NULL, filter->orgs ? WEB_WIDE_WEBSITE_COUNT_OF : WEB_WIDE_WEBSITE_COUNT_ALL, params,
	            PARAMS_COUNT, &total, err))
		return false;
	*ret = (uint64_t)rows_int(total, 0, 0);
	return true;
}

/* Of one organisation, of some, of all: each has a plan of its own. */
static unsigned query_of(const struct website_filter *filter)
{
	static const struct {
		unsigned in, of, all;
	} queries[] = {
		[ORDER_DOMAIN_UP] = { WEB_WIDE_WEBSITE_IN_DOMAIN_UP, WEB_WIDE_WEBSITE_OF_DOMAIN_UP,
		                      WEB_WIDE_WEBSITE_ALL_DOMAIN_UP },
		[ORDER_DOMAIN_DOWN] = { WEB_WIDE_WEBSITE_IN_DOMAIN_DOWN, WEB_WIDE_WEBSITE_OF_DOMAIN_DOWN,
		                        WEB_WIDE_WEBSITE_ALL_DOMAIN_DOWN },
		[ORDER_MADE_UP] = { WEB_WIDE_WEBSITE_IN_MADE_UP, WEB_WIDE_WEBSITE_OF_MADE_UP,
		                    WEB_WIDE_WEBSITE_ALL_MADE_UP },
		[ORDER_MADE_DOWN] = { WEB_WIDE_WEBSITE_IN_MADE_DOWN, WEB_WIDE_WEBSITE_OF_MADE_DOWN,
		                      WEB_WIDE_WEBSITE_ALL_MADE_DOWN },
	};

	if (!filter->orgs)
		return queries[filter->order].all;
	return filter->n_orgs == 1 ? queries[filter->order].in : queries[filter->order].of;
}

bool website_list(struct db *wide, const struct website_filter *filter, struct arena *arena, struct website_list *ret,
                  struct error *err)
{
	const struct db_param params[] = {
		filter->orgs ? DB_TEXTS(filter->orgs, filter->n_orgs) : DB_NULL,
		DB_TEXT_OR_NULL(filter->search),
		DB_TEXT_OR_NULL(filter->state),
		DB_TEXT_OR_NULL(filter->node_id),
		DB_TEXT_OR_NULL(filter->after),
		DB_INT(filter->limit + 1),
	};
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!db_run(wide, NULL, query_of(filter), params, ARRAY_SIZE(params), &rows, err) ||
	    !read_total(wide, filter, params, rows, &ret->total, err))
		return error_wrap(err, "list websites");
	return read_list(rows, filter->limit, arena, ret, err);
}

bool website_due(struct db *wide, struct website_due ret[static WEBSITES_DUE], unsigned *ret_n, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	unsigned n;

	if (!db_run(wide, NULL, WEB_WIDE_WEBSITE_DUE, NULL, 0, &rows, err))
		return error_wrap(err, "look for websites past their grace period");
	n = rows_count(rows) < WEBSITES_DUE ? rows_count(rows) : WEBSITES_DUE;
	for (unsigned i = 0; i < n; i++)
		ret[i] = (struct website_due){ rows_uuid(rows, i, 0), rows_uuid(rows, i, 1) };
	*ret_n = n;
	return true;
}
