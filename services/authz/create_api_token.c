/* CreateApiToken. Makes a token for the caller, no wider and no longer than what the caller came with. */
#include "lib/base/clock.h"
#include "lib/service/change.h"

#include "authz.h"
#include "authz_sql.h"
#include "opaque.h"
#include "record_limits.h"
#include "role.h"

struct new_token {
	struct uuid id;
	char text[OPAQUE_TEXT];
	const char *const *scopes, *const *records;
	size_t n_scopes, n_records;
	int ttl_s;
};

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

/* What a token that is limited to records can use: no more words than these, so that nobody believes it holds them. */
static bool choose_limited(struct call *call, const Stralix__V1__CreateApiTokenRequest *req, struct new_token *token,
                           struct error *err)
{
	const struct identity *who = call_identity(call);
	const char *const *all;
	size_t n;

	if (!limits_spell(req->records, req->n_records, call_arena(call), &token->records, err) ||
	    !limits_permissions(call_arena(call), &all, &n, err))
		return false;
	token->n_records = req->n_records;
	for (size_t i = 0; i < req->n_scopes; i++)
		if (!limits_use(req->scopes[i]))
			return error_field(err, "scopes", "records",
			                   "A token that is limited to records has no use for '%s'.", req->scopes[i]);
	if (req->n_scopes)
		return true;
	token->scopes = all;
	token->n_scopes = n;
	for (size_t i = 0; i < n; i++)
		if (!permission_held(who->role, who->scopes, all[i]))
			return error_set(err, ERR_FORBIDDEN, "You don't hold '%s' yourself.", all[i]);
	return true;
}

/* Those asked for, each of which the caller must hold; none: the caller's own. */
static bool choose_scopes(const struct identity *who, const Stralix__V1__CreateApiTokenRequest *req,
                          struct new_token *token, struct error *err)
{
	if (req->n_scopes > AUTHZ_SCOPES)
		return error_field(err, "scopes", "max", "At most %d permissions.", AUTHZ_SCOPES);
	for (size_t i = 0; i < req->n_scopes; i++)
		if (!permission_held(who->role, who->scopes, req->scopes[i]))
			return error_set(err, ERR_FORBIDDEN, "You don't hold '%s' yourself.", req->scopes[i]);
	token->scopes = req->n_scopes ? (const char *const *)req->scopes : who->scopes;
	token->n_scopes = req->n_scopes ? req->n_scopes : count(who->scopes);
	return true;
}

static bool insert(struct tx *tx, const struct identity *who, const char *name, const struct new_token *token,
                   int64_t *ret_expires_ms, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	uint8_t digest[OPAQUE_DIGEST];

	opaque_digest(token->text, digest);
	if (!TX_RUN(tx, AUTHZ_TOKEN_INSERT, &rows, err, DB_UUID(&token->id), DB_UUID(&who->org), DB_TEXT(who->user_id),
	            DB_TEXT(name), DB_BYTES(digest, sizeof(digest)), DB_TEXTS(token->scopes, token->n_scopes),
	            DB_INT(token->ttl_s), DB_TEXT_OR_NULL(who->session_id), DB_TEXTS(token->records, token->n_records)))
		return false;
	*ret_expires_ms = rows_int(rows, 0, 0);
	return true;
}

static bool audit(struct change *change, const struct identity *who, char *name, char *id,
                  const ProtobufCMessage *after, struct error *err)
{
	char kind[] = "token", org[UUID_TEXT];
	Stralix__V1__Target target;

	stralix__v1__target__init(&target);
	target.kind = kind;
	target.id = id;
	target.name = name;
	target.organisation_id = uuid_format(&who->org, org);
	return change_audit(change, "token.create", &target, "success", &stralix__v1__create_api_token_request__rules,
	                    NULL, after, err);
}

/*
 * Effects  a token row with the digest only, audit token.create. The secret is in the reply and nowhere else; a token
 *          that an API token makes ends no later than its maker.
 * Errors   ERR_INVALID (scopes, records), ERR_FORBIDDEN (wider than the caller), ERR_UNAVAILABLE.
 */
bool authz_create_api_token(struct call *call, const Stralix__V1__CreateApiTokenRequest *req, struct error *err)
{
	const struct identity *who = call_identity(call);
	_cleanup_(change_freep) struct change *change = NULL;
	struct new_token token = { .id = uuid_v7(), .ttl_s = req->ttl_s ? (int)req->ttl_s : AUTHZ_TOKEN_TTL_S };
	Stralix__V1__CreateApiTokenRequest granted = *req; /* for the record: what it got, asked for or not */
	char id[UUID_TEXT], expires_at[CLOCK_RFC3339];
	Stralix__V1__CreateApiTokenReply reply;
	int64_t expires_ms;

	opaque_new(OPAQUE_API, token.text);
	stralix__v1__create_api_token_reply__init(&reply);
	reply.id = uuid_format(&token.id, id);
	reply.secret = token.text;
	if (!choose_scopes(who, req, &token, err) || (req->n_records && !choose_limited(call, req, &token, err)))
		return false;
	granted.ttl_s = (uint32_t)token.ttl_s;
	granted.scopes = (char **)(uintptr_t)token.scopes;
	granted.n_scopes = token.n_scopes;
	if (!change_begin(call, &who->org, &change, err) ||
	    !insert(change_tx(change), who, req->name, &token, &expires_ms, err) ||
	    !audit(change, who, req->name, id, &granted.base, err))
		return false;
	reply.expires_at = clock_rfc3339(expires_ms, expires_at);
	return change_reply(change, &reply.base, err) && change_commit(change, err);
}
