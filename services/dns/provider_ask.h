/* provider_ask: talking with an account's provider. */
#pragma once

#include "account.h"
#include "provider_access.h"

/* An account's driver, opened. */
struct session {
	const struct provider *provider;
	const struct dns_settings *settings;
	struct provider_access access;
	struct buf token;
	void *self;
};
/* account is borrowed for as long as the session lives. */
bool session_open(struct session *session, const struct account *account, const struct seal_key *vault,
                  const struct dns_settings *settings, struct error *err) _must_check_;
void session_done(struct session *session); /* also of one that is all zero */
