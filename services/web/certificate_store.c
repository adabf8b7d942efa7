/* certificate_store: see certificate_store.h. */
#include "certificate_store.h"

#include <string.h>

#include "lib/base/buf.h"

#include "web_sql.h"

enum { PARAMS_COUNT = 5 };

enum {
	ID,
	ORG,
	WEBSITE,
	DOMAIN,
	NAMES,
	SOURCE,
	STATE,
	MESSAGE,
	ATTEMPT,
	NEXT_TRY,
	ORDER_URL,
	CHAIN,
	SEALED_KEY,
	CSR,
	ISSUER,
	FINGERPRINT,
	SERIAL,
	KEY_TYPE,
	RENEWAL_ID,
	NOT_BEFORE,
	NOT_AFTER,
	RENEW,
	WARNED,
	REPLACES,
	TASK,
	LEASE,
	CREATED,
	UPDATED,
	PROOFS,
	RECORDS,
	RECORDS_VERSION,
	REVOKE_REASON,
	REVOKED,
	ANSWERED,
};

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for a certificate");
}

static struct db_param uuid_or_null(const struct uuid *id)
{
	return uuid_is_nil(id) ? DB_NULL : DB_UUID(id);
}

/* The names with spaces between. */
static bool join_names(const struct certificate *certificate, struct buf *ret, struct error *err)
{
	for (unsigned i = 0; i < certificate->n_names; i++)
		buf_printf(ret, "%s%s", i ? " " : "", certificate->names[i]);
	buf_puts(ret, "");
	return !buf_failed(ret) || error_set(err, ERR_INTERNAL, "out of memory");
}

/* Likewise how they are shown, "-" for by the website itself. */
static bool join_proofs(const struct certificate *certificate, struct buf *ret, struct error *err)
{
	for (unsigned i = 0; i < certificate->n_proofs; i++)
		buf_printf(ret, "%s%s", i ? " " : "", *certificate->proofs[i] ? certificate->proofs[i] : "-");
	buf_puts(ret, "");
	return !buf_failed(ret) || error_set(err, ERR_INTERNAL, "out of memory");
}

static bool split(const char *text, struct arena *arena, const char *ret[static CERTIFICATE_NAMES], unsigned *ret_n)
{
	for (*ret_n = 0; *text && *ret_n < CERTIFICATE_NAMES;) {
		size_t size = strcspn(text, " ");

		if (!(ret[(*ret_n)++] = arena_strndup(arena, text, size)))
			return false;
		text += size + (text[size] == ' ');
	}
	return true;
}

static bool read_names(const struct rows *rows, unsigned row, struct arena *arena, struct certificate *certificate)
{
	if (!split(rows_text(rows, row, NAMES), arena, certificate->names, &certificate->n_names) ||
	    !split(rows_text(rows, row, PROOFS), arena, certificate->proofs, &certificate->n_proofs))
		return false;
	if (certificate->n_proofs != certificate->n_names)
		certificate->n_proofs = 0;
	for (unsigned i = 0; i < certificate->n_proofs; i++)
		if (strcmp(certificate->proofs[i], "-") == 0)
			certificate->proofs[i] = "";
	return true;
}

static bool read_texts(const struct rows *rows, unsigned row, struct arena *arena, struct certificate *certificate)
{
	const struct {
		unsigned column;
		const char **to;
	} texts[] = {
		{ DOMAIN, &certificate->domain },     { SOURCE, &certificate->source },
		{ MESSAGE, &certificate->message },   { ORDER_URL, &certificate->order_url },
		{ CHAIN, &certificate->chain },       { ISSUER, &certificate->issuer },
		{ SERIAL, &certificate->serial },     { FINGERPRINT, &certificate->fingerprint },
		{ KEY_TYPE, &certificate->key_type }, { RENEWAL_ID, &certificate->renewal_id },
		{ RECORDS, &certificate->records },   { REVOKE_REASON, &certificate->revoke_reason },
		{ ANSWERED, &certificate->answered },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (!(*texts[i].to = arena_strdup(arena, rows_text(rows, row, texts[i].column))))
			return false;
	return true;
}

static bool read_bytes(const struct rows *rows, unsigned row, unsigned column, struct arena *arena, const uint8_t **ret,
                       size_t *ret_size)
{
	const uint8_t *bytes = rows_bytes(rows, row, column, ret_size);
	uint8_t *copy = arena_alloc(arena, *ret_size + 1);

	if (copy && *ret_size)
		memcpy(copy, bytes, *ret_size);
	*ret = copy;
	return copy != NULL;
}

static bool read_row(const struct rows *rows, unsigned row, struct arena *arena, struct certificate *ret,
                     struct error *err)
{
	*ret = (struct certificate){
		.id = rows_uuid(rows, row, ID),
		.org = rows_uuid(rows, row, ORG),
		.website_id = rows_uuid(rows, row, WEBSITE),
		.replaces = rows_uuid(rows, row, REPLACES),
		.task_id = rows_uuid(rows, row, TASK),
		.lease = rows_uuid(rows, row, LEASE),
		.attempt = (unsigned)rows_int(rows, row, ATTEMPT),
		.warned_days = (unsigned)rows_int(rows, row, WARNED),
		.next_try_ms = rows_ms(rows, row, NEXT_TRY),
		.not_before_ms = rows_ms(rows, row, NOT_BEFORE),
		.not_after_ms = rows_ms(rows, row, NOT_AFTER),
		.renew_ms = rows_ms(rows, row, RENEW),
		.created_ms = rows_ms(rows, row, CREATED),
		.updated_ms = rows_ms(rows, row, UPDATED),
		.records_version = rows_int(rows, row, RECORDS_VERSION),
		.revoked_ms = rows_ms(rows, row, REVOKED),
	};
	if (!certificate_state_parse(rows_text(rows, row, STATE), &ret->state))
		return error_set(err, ERR_INTERNAL, "a certificate's row has an unknown state");
	return (read_texts(rows, row, arena, ret) && read_names(rows, row, arena, ret) &&
	        read_bytes(rows, row, SEALED_KEY, arena, &ret->sealed_key, &ret->sealed_key_size) &&
	        read_bytes(rows, row, CSR, arena, &ret->csr, &ret->csr_size)) ||
	       no_room(err);
}

bool certificate_insert(struct tx *tx, const struct certificate *certificate, struct error *err)
{
	_cleanup_buf_ struct buf names = { 0 };

	return join_names(certificate, &names, err) &&
	       TX_RUN(tx, WEB_CERTIFICATE_INSERT, NULL, err, DB_UUID(&certificate->id), DB_UUID(&certificate->org),
	              DB_UUID(&certificate->website_id), DB_TEXT(certificate->domain), DB_TEXT(names.data),
	              DB_TEXT(certificate->source), DB_TEXT(certificate_state_name(certificate->state)),
	              DB_TEXT(certificate->message), DB_INT(certificate->next_try_ms),
	              uuid_or_null(&certificate->replaces),
	              DB_BYTES(certificate->sealed_key, certificate->sealed_key_size),
	              DB_BYTES(certificate->csr, certificate->csr_size));
}

bool certificate_claim(struct db *db, const struct uuid *org, const struct uuid *id, const struct uuid *lease,
                       unsigned seconds, bool *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;

	if (!tx_begin(db, org, &tx, err) ||
	    !TX_RUN(tx, WEB_CERTIFICATE_CLAIM, &rows, err, DB_UUID(id), DB_UUID(lease), DB_INT(seconds)))
		return error_wrap(err, "claim a certificate");
	*ret = rows_affected(rows) == 1;
	return tx_commit(&tx, err) || error_wrap(err, "claim a certificate");
}

bool certificate_hold(struct db *db, const struct uuid *org, const struct uuid *id, const struct uuid *lease,
                      unsigned seconds, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return DB_RUN(db, org, WEB_CERTIFICATE_HOLD, &rows, err, DB_UUID(id), DB_UUID(lease), DB_INT(seconds)) ||
	       error_wrap(err, "keep a certificate's lease");
}

static bool lock_one(struct tx *tx, unsigned query, const struct db_param *params, unsigned n, struct arena *arena,
                     struct certificate *ret, bool *ret_found, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!tx_run(tx, query, params, n, &rows, err))
		return false;
	*ret_found = rows_count(rows) > 0;
	return !*ret_found || read_row(rows, 0, arena, ret, err);
}

bool certificate_lock(struct tx *tx, const struct uuid *id, struct arena *arena, struct certificate *ret,
                      struct error *err)
{
	bool found = false;

	return lock_one(tx, WEB_CERTIFICATE_LOCK, (const struct db_param[]){ DB_UUID(id) }, 1, arena, ret, &found,
	                err) &&
	       (found || error_set(err, ERR_NOT_FOUND, "There is no such certificate."));
}

bool certificate_lock_coming(struct tx *tx, const struct uuid *website_id, const char *source, struct arena *arena,
                             struct certificate *ret, bool *ret_found, struct error *err)
{
	const struct db_param params[] = { DB_UUID(website_id), DB_TEXT(source) };

	return lock_one(tx, WEB_CERTIFICATE_COMING, params, ARRAY_SIZE(params), arena, ret, ret_found, err);
}

bool certificate_lock_active(struct tx *tx, const struct uuid *website_id, struct arena *arena, struct certificate *ret,
                             bool *ret_found, struct error *err)
{
	const struct db_param params[] = { DB_UUID(website_id) };

	return lock_one(tx, WEB_CERTIFICATE_ACTIVE, params, ARRAY_SIZE(params), arena, ret, ret_found, err);
}

bool certificate_update(struct tx *tx, const struct certificate *certificate, unsigned lease_s, struct error *err)
{
	_cleanup_buf_ struct buf names = { 0 }, proofs = { 0 };

	return join_names(certificate, &names, err) && join_proofs(certificate, &proofs, err) &&
	       TX_SEND(tx, WEB_CERTIFICATE_UPDATE, err, DB_UUID(&certificate->id), DB_TEXT(names.data),
	               DB_TEXT(certificate_state_name(certificate->state)), DB_TEXT(certificate->message),
	               DB_INT(certificate->attempt), DB_INT(certificate->next_try_ms), DB_TEXT(certificate->order_url),
	               DB_TEXT(certificate->chain), DB_BYTES(certificate->sealed_key, certificate->sealed_key_size),
	               DB_BYTES(certificate->csr, certificate->csr_size), DB_TEXT(certificate->issuer),
	               DB_TEXT(certificate->fingerprint), DB_TEXT(certificate->serial), DB_TEXT(certificate->key_type),
	               DB_TEXT(certificate->renewal_id), DB_INT(certificate->not_before_ms),
	               DB_INT(certificate->not_after_ms), DB_INT(certificate->renew_ms),
	               DB_INT(certificate->warned_days), uuid_or_null(&certificate->task_id),
	               uuid_or_null(&certificate->lease), DB_INT(lease_s), DB_TEXT(proofs.data),
	               DB_TEXT(certificate->records ? certificate->records : ""), DB_INT(certificate->records_version),
	               DB_TEXT(certificate->revoke_reason ? certificate->revoke_reason : ""),
	               DB_INT(certificate->revoked_ms), DB_TEXT(certificate->answered ? certificate->answered : ""));
}

bool certificate_hurry(struct tx *tx, const struct uuid *id, struct error *err)
{
	return TX_SEND(tx, WEB_CERTIFICATE_HURRY, err, DB_UUID(id));
}

bool certificate_delete(struct tx *tx, const struct uuid *id, struct error *err)
{
	return TX_RUN(tx, WEB_CERTIFICATE_DELETE, NULL, err, DB_UUID(id));
}

bool certificate_forget(struct tx *tx, const struct uuid *website_id, struct error *err)
{
	return TX_SEND(tx, WEB_CERTIFICATE_FORGET, err, DB_UUID(website_id));
}

bool certificate_wake(struct tx *tx, const struct uuid *website_id, struct error *err)
{
	return TX_SEND(tx, WEB_CERTIFICATE_WAKE, err, DB_UUID(website_id));
}

bool certificate_find(struct db *wide, const struct uuid *id, struct arena *arena, struct certificate *ret,
                      struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(wide, NULL, WEB_WIDE_CERTIFICATE_FIND, &rows, err, DB_UUID(id)))
		return false;
	return rows_count(rows) ? read_row(rows, 0, arena, ret, err)
	                        : error_set(err, ERR_NOT_FOUND, "There is no such certificate.");
}

static bool read_list(const struct rows *rows, unsigned limit, struct arena *arena, struct certificate_list *ret,
                      struct error *err)
{
	unsigned n = rows_page(rows, limit, &ret->more);

	ret->rows = arena_alloc(arena, (n + 1) * sizeof(*ret->rows));
	if (!ret->rows)
		return no_room(err);
	for (ret->n = 0; ret->n < n; ret->n++)
		if (!read_row(rows, ret->n, arena, &ret->rows[ret->n], err))
			return false;
	return true;
}

bool certificates_of(struct db *wide, const struct uuid *website_id, struct arena *arena, struct certificate_list *ret,
                     struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return DB_RUN(wide, NULL, WEB_WIDE_CERTIFICATES_OF, &rows, err, DB_UUID(website_id)) &&
	       read_list(rows, rows_count(rows), arena, ret, err);
}

bool certificate_list(struct db *wide, const struct certificate_filter *filter, struct arena *arena,
                      struct certificate_list *ret, struct error *err)
{
	static const unsigned queries[] = {
		[CERTIFICATES_MADE_UP] = WEB_WIDE_CERTIFICATE_MADE_UP,
		[CERTIFICATES_MADE_DOWN] = WEB_WIDE_CERTIFICATE_MADE_DOWN,
		[CERTIFICATES_ENDS_UP] = WEB_WIDE_CERTIFICATE_ENDS_UP,
		[CERTIFICATES_ENDS_DOWN] = WEB_WIDE_CERTIFICATE_ENDS_DOWN,
	};
	const struct db_param params[] = {
		filter->orgs ? DB_TEXTS(filter->orgs, filter->n_orgs) : DB_NULL,
		DB_TEXT_OR_NULL(filter->search),
		DB_TEXT_OR_NULL(filter->state),
		DB_TEXT_OR_NULL(filter->website_id),
		DB_INT(filter->within_days),
		DB_TEXT_OR_NULL(filter->after_id),
		DB_INT(filter->after_ms),
		DB_INT(filter->limit + 1),
	};
	_cleanup_(rows_freep) struct rows *rows = NULL, *total = NULL;

	if (!db_run(wide, NULL, queries[filter->order], params, ARRAY_SIZE(params), &rows, err) ||
	    !db_run(wide, NULL, WEB_WIDE_CERTIFICATE_COUNT, params, PARAMS_COUNT, &total, err))
		return error_wrap(err, "list certificates");
	ret->total = (uint64_t)rows_int(total, 0, 0);
	return read_list(rows, filter->limit, arena, ret, err);
}

static bool read_turns(struct db *wide, unsigned query, struct certificate_turn ret[static CERTIFICATE_TURNS],
                       unsigned *ret_n, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!db_run(wide, NULL, query, NULL, 0, &rows, err))
		return false;
	*ret_n = rows_count(rows) < CERTIFICATE_TURNS ? rows_count(rows) : CERTIFICATE_TURNS;
	for (unsigned i = 0; i < *ret_n; i++)
		ret[i] = (struct certificate_turn){ rows_uuid(rows, i, 0), rows_uuid(rows, i, 1) };
	return true;
}

bool certificate_due(struct db *wide, struct certificate_turn ret[static CERTIFICATE_TURNS], unsigned *ret_n,
                     struct error *err)
{
	return read_turns(wide, WEB_WIDE_CERTIFICATE_DUE, ret, ret_n, err) || error_wrap(err, "look for certificates");
}

bool certificate_lacking(struct db *wide, struct certificate_turn ret[static CERTIFICATE_TURNS], unsigned *ret_n,
                         struct error *err)
{
	return read_turns(wide, WEB_WIDE_CERTIFICATE_LACKING, ret, ret_n, err) ||
	       error_wrap(err, "look for websites without a certificate");
}
