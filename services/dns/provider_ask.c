/* provider_ask: see provider_ask.h. */
#include "provider_ask.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/contract/upstream.h"

static bool may(void *arg, const char *place)
{
	const struct dns_settings *settings = arg;

	return upstream_may(place, settings->provider_allowed, settings->provider_refused);
}

bool session_open(struct session *session, const struct account *account, const struct seal_key *vault,
                  const struct dns_settings *settings, struct error *err)
{
	*session = (struct session){ .provider = account->provider, .settings = settings };
	if (*account->base_url && !access_url_check(account->base_url, settings, err))
		return false;
	if (!account_open(vault, account, &session->token, err))
		return false;
	session->access = (struct provider_access){
		.base_url = account->base_url,
		.server_id = account->server_id,
		.token = session->token.data,
		.servers = account->servers,
		.n_servers = account->n_servers,
		.ca = settings->provider_ca,
		.plain = strncmp(account->base_url, "http://", 7) == 0,
		.may = may,
		.arg = (void *)(uintptr_t)settings,
		.deadline_ms = clock_monotonic_ms() + PROVIDER_STEP_MS,
	};
	return account->provider->calls->open(&session->access, &session->self, err);
}

void session_done(struct session *session)
{
	if (session->self)
		session->provider->calls->close(session->self);
	seal_wipe(&session->token);
}
