/* CreateOrganisation. */
#include "lib/base/clock.h"
#include "lib/service/change.h"

#include "authz.h"
#include "authz_sql.h"

static bool insert(struct tx *tx, const struct uuid *id, const char *name, int64_t *ret_created_ms, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(tx, AUTHZ_ORGANISATION_INSERT, &rows, err, DB_UUID(id), DB_TEXT(name)))
		return false;
	*ret_created_ms = rows_int(rows, 0, 0);
	return true;
}

static bool audit(struct change *change, Stralix__V1__Organisation *organisation, struct error *err)
{
	char kind[] = "organisation";
	Stralix__V1__Target target;

	stralix__v1__target__init(&target);
	target.kind = kind;
	target.id = organisation->id;
	target.name = organisation->name;
	target.organisation_id = organisation->id;
	return change_audit(change, "organisation.create", &target, "success", &stralix__v1__organisation__rules, NULL,
	                    &organisation->base, err);
}

/* Effects: an organisation row, audit organisation.create. Errors: ERR_UNAVAILABLE. Repeat: by idempotency key. */
bool authz_create_organisation(struct call *call, const Stralix__V1__CreateOrganisationRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct uuid id = uuid_v7();
	char id_text[UUID_TEXT], created_at[CLOCK_RFC3339];
	Stralix__V1__Organisation organisation;
	Stralix__V1__CreateOrganisationReply reply;
	int64_t created_ms;

	stralix__v1__organisation__init(&organisation);
	stralix__v1__create_organisation_reply__init(&reply);
	organisation.id = uuid_format(&id, id_text);
	organisation.name = req->name;
	reply.organisation = &organisation;
	if (!change_begin(call, &id, &change, err) || !insert(change_tx(change), &id, req->name, &created_ms, err))
		return false;
	organisation.created_at = clock_rfc3339(created_ms, created_at);
	return audit(change, &organisation, err) && change_reply(change, &reply.base, err) &&
	       change_commit(change, err);
}
