/* GetPulse. Whose identity tokens are good no longer, signed: see lib/token/pulse.h. */
#include "lib/token/pulse.h"

#include "authz.h"
#include "authz_sql.h"
#include "signer_client.h"

static bool read_revoked(struct call *call, Stralix__V1__SignPulse *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct arena *arena = call_arena(call);
	char **ids = arena_alloc(arena, TOKEN_LIST * sizeof(*ids));

	if (!DB_RUN(service_db_wide(call_service(call)), NULL, AUTHZ_WIDE_REVOCATION_LIST, &rows, err,
	            DB_INT(PULSE_WINDOW_S), DB_INT(TOKEN_LIST + 1)))
		return false;
	if (rows_count(rows) > TOKEN_LIST)
		return error_set(err, ERR_UNAVAILABLE, "more has been revoked lately than a pulse holds");
	ret->revoked = ids;
	for (; ids && ret->n_revoked < rows_count(rows); ret->n_revoked++)
		if (!(ids[ret->n_revoked] = arena_strdup(arena, rows_text(rows, (unsigned)ret->n_revoked, 0))))
			return error_set(err, ERR_TOO_LARGE, "no room for a pulse");
	return ids || error_set(err, ERR_TOO_LARGE, "no room for a pulse");
}

/* Errors: ERR_UNAVAILABLE (too many revoked, database, signer). */
bool authz_get_pulse(struct call *call, const Stralix__V1__Empty *req, struct error *err)
{
	const struct authz *authz = call_state(call);
	Stralix__V1__GetPulseReply reply;
	Stralix__V1__SignPulse pulse;
	char token[TOKEN_MAX];

	(void)req;
	stralix__v1__sign_pulse__init(&pulse);
	stralix__v1__get_pulse_reply__init(&reply);
	reply.pulse = token;
	return read_revoked(call, &pulse, err) &&
	       signer_client_pulse(authz->signer, &pulse, call_arena(call), token, err) &&
	       call_reply(call, &reply.base, err);
}
