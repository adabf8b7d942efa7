/* provider_ask: where accounts of other providers may be, and talking with one. */
#pragma once

#include "account.h"
#include "dns.h"

/* Whether an API may be there: https, or http at an address that provider_allowed lists; no inner address that it doesn't
 * list. What a name leads to is looked at again when it is connected to. ERR_INVALID (baseUrl). */
bool access_url_check(const char *url, const struct dns_settings *settings, struct error *err) _must_check_;

/* A name server as people enter it: "ns1.example", "192.0.2.1:5300", "[2001:db8::1]:5300". */
struct server {
	char host[256]; /* without brackets */
	bool is_name;
	uint16_t port;
};
bool server_parse(const char *text, struct server *ret);
/* Whether an address may be asked. */
bool server_may(const struct server *server, const struct dns_settings *settings);

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
