/* CreateSreToken. An identity token for the bus by hand: one service, ten minutes, and for looking unless it is asked
 * for changes too. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/service/change.h"
#include "lib/token/token.h"

#include "stralix/v1/contract.h"

#include "authz.h"
#include "authz_sql.h"
#include "role.h"
#include "signer_client.h"

static const struct contract_service *find_service(const char *name, struct error *err)
{
	for (const struct contract_service *const *service = contract_services; *service; service++)
		if (!strcmp((*service)->name, name))
			return *service;
	error_field(err, "service", "ID", "There is no such service.");
	return NULL;
}

static bool in_list(char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i], text))
			return true;
	return false;
}

/* What the caller may do at the service: each permission of its rpcs once, those of changes only when write. */
static bool choose_scopes(struct call *call, const struct contract_service *service, bool write,
                          Stralix__V1__SignIdentity *ret, struct error *err)
{
	const struct identity *who = call_identity(call);

	ret->scopes = arena_alloc(call_arena(call), service->n_methods * sizeof(*ret->scopes));
	if (!ret->scopes)
		return error_set(err, ERR_TOO_LARGE, "no room for the permissions");
	for (size_t i = 0; i < service->n_methods; i++) {
		const struct contract_method *method = &service->methods[i];

		if (!method->permission || (method->mutating && !write) ||
		    in_list(ret->scopes, ret->n_scopes, method->permission) ||
		    !permission_held(who->role, who->scopes, method->permission))
			continue;
		ret->scopes[ret->n_scopes++] = (char *)(uintptr_t)method->permission;
	}
	if (!ret->n_scopes)
		return error_set(err, ERR_FORBIDDEN, "You may do nothing of that at %s.", service->name);
	if (ret->n_scopes > TOKEN_LIST)
		return error_set(err, ERR_INTERNAL, "%s has more permissions than a token holds", service->name);
	return true;
}

/* Whose it is, as the request's own token says; it ends no later than that one's session. */
static bool describe(struct tx *tx, struct call *call, Stralix__V1__SignIdentity *ret, struct error *err)
{
	const struct identity *who = call_identity(call);
	_cleanup_(rows_freep) struct rows *rows = NULL;
	char *org = arena_alloc(call_arena(call), UUID_TEXT);
	struct uuid session;

	if (!org)
		return error_set(err, ERR_TOO_LARGE, "no room for an identity");
	if (!uuid_parse(who->session_id, &session))
		return error_set(err, ERR_UNAUTHENTICATED, "Sign in again.");
	if (!TX_RUN(tx, AUTHZ_SESSION_END, &rows, err, DB_UUID(&session)))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_UNAUTHENTICATED, "Sign in again.");
	ret->ends_s = rows_int(rows, 0, 0);
	ret->by_hand = true;
	ret->user_id = (char *)(uintptr_t)who->user_id;
	ret->session_id = (char *)(uintptr_t)who->session_id;
	ret->name = (char *)(uintptr_t)who->name;
	ret->role = (char *)(uintptr_t)role_name(who->role);
	ret->organisation_id = uuid_format(&who->org, org);
	return true;
}

static bool audit(struct change *change, const struct identity *who, const Stralix__V1__CreateSreTokenRequest *req,
                  struct error *err)
{
	char kind[] = "sre-token", id[UUID_TEXT], org[UUID_TEXT];
	const struct uuid fresh = uuid_v7();
	Stralix__V1__Target target;

	stralix__v1__target__init(&target);
	target.kind = kind;
	target.id = uuid_format(&fresh, id);
	target.name = req->service;
	target.organisation_id = uuid_format(&who->org, org);
	return change_audit(change, "sre-token.create", &target, "success",
	                    &stralix__v1__create_sre_token_request__rules, NULL, &req->base, err);
}

static bool reply_with(struct change *change, char *token, struct error *err)
{
	Stralix__V1__CreateSreTokenReply reply;
	char expires_at[CLOCK_RFC3339];
	struct token_claims claims;

	if (!token_peek(token, &claims))
		return error_set(err, ERR_INTERNAL, "the signer's token can't be read");
	stralix__v1__create_sre_token_reply__init(&reply);
	reply.token = token;
	reply.expires_at = clock_rfc3339(claims.exp * 1000, expires_at);
	return change_reply(change, &reply.base, err);
}

/*
 * Effects  audit sre-token.create; nothing is kept of the token, so nothing can take it back before its end.
 * Errors   ERR_INVALID (service), ERR_FORBIDDEN (nothing there that the caller may do), ERR_UNAVAILABLE.
 */
bool authz_create_sre_token(struct call *call, const Stralix__V1__CreateSreTokenRequest *req, struct error *err)
{
	const struct authz *authz = call_state(call);
	const struct identity *who = call_identity(call);
	const struct contract_service *service = find_service(req->service, err);
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__SignIdentity sign;
	char token[TOKEN_MAX];

	stralix__v1__sign_identity__init(&sign);
	sign.audience = req->service;
	return service && choose_scopes(call, service, req->write, &sign, err) &&
	       change_begin(call, &who->org, &change, err) && describe(change_tx(change), call, &sign, err) &&
	       signer_client_identity(authz->signer, &sign, call_arena(call), token, err) &&
	       audit(change, who, req, err) && reply_with(change, token, err) && change_commit(change, err);
}
