/* What audit does now and then: links what isn't in the chain yet, and signs how the chain ends. */
#include "lib/base/log.h"

#include "audit.h"
#include "chain.h"

bool audit_start(struct service *service, void **state, struct error *err)
{
	(void)service;
	*state = calloc(1, sizeof(struct audit));
	return *state || error_set(err, ERR_INTERNAL, "out of memory");
}

/* A record of the release before may be committed a little after one with a higher place: each is looked at twice. */
bool audit_adopt(struct service *service, struct error *err)
{
	struct audit *audit = service_state(service);
	int64_t last = 0;

	if (!chain_adopt(service_db(service), service_db_wide(service), audit->adopted, &last, err))
		return false;
	audit->adopted = audit->looked_at;
	audit->looked_at = last;
	return true;
}

/* Into the log as well: what reads logs keeps it where the database can't reach. */
bool audit_checkpoint(struct service *service, struct error *err)
{
	char token[TOKEN_MAX];
	const struct log_field fields[] = { { "checkpoint", token }, { NULL, NULL } };

	if (!chain_checkpoint(service_db(service), service_key(service), token, err))
		return false;
	if (token[0])
		log_write(LOG_INFO_, fields, "checkpoint of the audit records");
	return true;
}
