/* Append. Stores a record of the calling service; twice is once. */
#include <string.h>

#include "stralix/v1/common.pb-c.h"

#include "audit.h"
#include "store.h"

/* Errors: ERR_INVALID (no record), ERR_FORBIDDEN (a record in another service's name), ERR_UNAVAILABLE. */
bool audit_append(struct call *call, const Stralix__V1__AppendRequest *req, struct error *err)
{
	Stralix__V1__Empty reply;

	if (!req->record)
		return error_field(err, "record", "required", "A record is needed.");
	if (strcmp(req->record->service, call_identity(call)->service) != 0)
		return error_set(err, ERR_FORBIDDEN, "%s can't write records of %s", call_identity(call)->service,
		                 req->record->service);
	stralix__v1__empty__init(&reply);
	return record_insert(service_db(call_service(call)), req->record, err) && call_reply(call, &reply.base, err);
}
