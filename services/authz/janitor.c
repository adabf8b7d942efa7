/* What expires: sessions, tokens, counted sign-ins, holds on names. */
#include "lib/service/service.h"

#include "authz.h"
#include "authz_sql.h"
#include "seen.h"

static bool run(struct service *service, unsigned statement, const struct db_param *params, unsigned n,
                struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;

	return tx_begin(service_db_wide(service), NULL, &tx, err) && tx_run(tx, statement, params, n, NULL, err) &&
	       tx_commit(&tx, err);
}

static bool expire_sessions(struct service *service, struct error *err)
{
	return run(service, AUTHZ_WIDE_SESSION_EXPIRE, NULL, 0, err);
}

static bool expire_tokens(struct service *service, struct error *err)
{
	return run(service, AUTHZ_WIDE_TOKEN_EXPIRE, NULL, 0, err);
}

static bool expire_attempts(struct service *service, struct error *err)
{
	const struct db_param window = DB_INT(AUTHZ_LOGIN_WINDOW_S);

	return run(service, AUTHZ_WIDE_ATTEMPT_EXPIRE, &window, 1, err);
}

static bool expire_claims(struct service *service, struct error *err)
{
	return run(service, AUTHZ_WIDE_CLAIM_EXPIRE, NULL, 0, err);
}

static bool expire_revocations(struct service *service, struct error *err)
{
	return run(service, AUTHZ_WIDE_REVOCATION_EXPIRE, NULL, 0, err);
}

static bool write_seen(struct service *service, struct error *err)
{
	const struct authz *authz = service_state(service);

	return seen_write(authz->seen, service_db_wide(service), err);
}

const struct janitor_row authz_janitor[] = {
	{ .name = "seen", .every_s = 5, .run = write_seen },
	{ .name = "sessions", .every_s = 60, .run = expire_sessions },
	{ .name = "tokens", .every_s = 3600, .run = expire_tokens },
	{ .name = "revocations", .every_s = 300, .run = expire_revocations },
	{ .name = "attempts", .every_s = 60, .run = expire_attempts },
	{ .name = "claims", .every_s = 300, .run = expire_claims },
	{ .name = NULL },
};
