/* GetCertificateAuthority, UpdateCertificateAuthority and RolloverCertificateAuthority. The installation's account at
 * its certificate authority. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/service/change.h"

#include "acme_account.h"
#include "acme_budget.h"
#include "certificate_worker.h"
#include "web.h"
#include "web_sql.h"

enum { ACCOUNT_URL, CONTACT, THUMBPRINT, ROLLED, PENDING, NAME = 253 };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for a certificate authority");
}

static bool fill(const struct rows *rows, const struct web_settings *settings, struct arena *arena,
                 Stralix__V1__CertificateAuthority *view)
{
	const char *contact = rows_null(rows, 0, CONTACT) ? settings->acme_contact : rows_text(rows, 0, CONTACT);
	char rolled[CLOCK_RFC3339] = "";

	if (!rows_null(rows, 0, ROLLED))
		clock_rfc3339(rows_ms(rows, 0, ROLLED), rolled);
	view->rollover_pending = rows_bool(rows, 0, PENDING);
	return (view->account_url = arena_strdup(arena, rows_text(rows, 0, ACCOUNT_URL))) &&
	       (view->contact = arena_strdup(arena, contact)) &&
	       (view->thumbprint = arena_strdup(arena, rows_text(rows, 0, THUMBPRINT))) &&
	       (view->rolled_at = arena_strdup(arena, rolled));
}

/* As it is in the row; not offered when the settings name none. */
static bool look(struct service *service, struct arena *arena, Stralix__V1__CertificateAuthority **ret,
                 struct error *err)
{
	const struct web_settings *settings = service_settings(service);
	Stralix__V1__CertificateAuthority *view = *ret = arena_alloc(arena, sizeof(*view));
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!view)
		return no_room(err);
	stralix__v1__certificate_authority__init(view);
	if (!*settings->acme_directory)
		return true;
	if (!DB_RUN(service_db_wide(service), NULL, WEB_WIDE_ACME_ACCOUNT_SHOW, &rows, err,
	            DB_TEXT(settings->acme_directory)))
		return false;
	view->offered = true;
	view->directory = arena_strdup(arena, settings->acme_directory);
	view->binding_id = arena_strdup(arena, settings->acme_binding_id);
	if (!view->directory || !view->binding_id || (rows_count(rows) && !fill(rows, settings, arena, view)))
		return no_room(err);
	return budget_view(service, arena, view, err);
}

/* Errors: none of its own. */
bool web_get_certificate_authority(struct call *call, const Stralix__V1__GetCertificateAuthorityRequest *req,
                                   struct error *err)
{
	Stralix__V1__CertificateAuthorityReply reply;

	(void)req;
	stralix__v1__certificate_authority_reply__init(&reply);
	return look(call_service(call), call_arena(call), &reply.authority, err) && call_reply(call, &reply.base, err);
}

/* The account and a client, for something to be asked of the authority now. */
static bool reach(struct call *call, struct acme_account **ret, struct acme **ret_acme, struct error *err)
{
	const struct web_settings *settings = service_settings(call_service(call));
	const struct acme_options options = { .directory = settings->acme_directory,
		                              .ca = settings->acme_ca,
		                              .timeout_ms = (unsigned)call_remaining_ms(call) / 4 };

	*ret = certificate_workers_account(call_state(call));
	if (!*ret)
		return error_set(err, ERR_CONFLICT, "This installation has no certificate authority.");
	return acme_new(&options, ret_acme, err);
}

/* The account, by its row's id. */
static bool fill_target(struct call *call, struct change *change, char org[static UUID_TEXT], Stralix__V1__Target *ret,
                        struct error *err)
{
	const struct web_settings *settings = service_settings(call_service(call));
	struct arena *arena = call_arena(call);
	_cleanup_(rows_freep) struct rows *rows = NULL;
	char text[UUID_TEXT];
	struct uuid id;

	stralix__v1__target__init(ret);
	if (!TX_RUN(change_tx(change), WEB_ACME_ACCOUNT_FIND, &rows, err, DB_TEXT(settings->acme_directory)))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_INTERNAL, "the account's row isn't there");
	id = rows_uuid(rows, 0, 0);
	ret->kind = arena_strdup(arena, "authority");
	ret->id = arena_strdup(arena, uuid_format(&id, text));
	ret->name = arena_printf(arena, "%.*s", NAME, settings->acme_directory);
	ret->organisation_id = uuid_format(&call_identity(call)->org, org);
	return (ret->kind && ret->id && ret->name) || no_room(err);
}

/* Audit record and reply of what was done at the authority. contact NULL: it stays. */
static bool finish(struct call *call, const char *action, Stralix__V1__CertificateAuthority *before,
                   const char *contact, struct error *err)
{
	const struct web_settings *settings = service_settings(call_service(call));
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__CertificateAuthorityReply reply;
	Stralix__V1__Target target;
	char org[UUID_TEXT];

	stralix__v1__certificate_authority_reply__init(&reply);
	if (!change_begin(call, &call_identity(call)->org, &change, err) ||
	    !fill_target(call, change, org, &target, err) ||
	    !look(call_service(call), call_arena(call), &reply.authority, err))
		return false;
	if (contact) {
		reply.authority->contact = (char *)(uintptr_t)contact;
		if (!TX_RUN(change_tx(change), WEB_ACME_ACCOUNT_CONTACT, NULL, err, DB_TEXT(settings->acme_directory),
		            DB_TEXT(contact)))
			return false;
	}
	return change_audit(change, action, &target, "success", &stralix__v1__certificate_authority__rules,
	                    &before->base, &reply.authority->base, err) &&
	       change_reply(change, &reply.base, err) && change_commit(change, err);
}

/*
 * Effects  the authority is told; then one change: the account's row, audit authority.update.
 * Errors   ERR_CONFLICT (no authority, refused), ERR_UNAVAILABLE.
 * Repeat   safe: it is told the same again.
 */
bool web_update_certificate_authority(struct call *call, const Stralix__V1__UpdateCertificateAuthorityRequest *req,
                                      struct error *err)
{
	_cleanup_(acme_freep) struct acme *acme = NULL;
	Stralix__V1__CertificateAuthority *before;
	struct acme_account *account;

	return (reach(call, &account, &acme, err) && look(call_service(call), call_arena(call), &before, err) &&
	        acme_account_write_to(account, acme, req->contact, err) &&
	        finish(call, "authority.update", before, req->contact, err)) ||
	       error_wrap(err, "change the contact");
}

/*
 * Effects  the account's row and its key at the authority (acme_account_roll); then one change: audit
 *          authority.rollover. Websites learn of it with their next certificate.
 * Errors   ERR_CONFLICT (no authority, refused, under way), ERR_UNAVAILABLE.
 */
bool web_rollover_certificate_authority(struct call *call, const Stralix__V1__RolloverCertificateAuthorityRequest *req,
                                        struct error *err)
{
	_cleanup_(acme_freep) struct acme *acme = NULL;
	Stralix__V1__CertificateAuthority *before;
	struct acme_account *account;

	(void)req;
	return (reach(call, &account, &acme, err) && look(call_service(call), call_arena(call), &before, err) &&
	        acme_account_roll(account, acme, err) && finish(call, "authority.rollover", before, NULL, err)) ||
	       error_wrap(err, "change the account's key");
}
