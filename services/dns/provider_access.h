/* provider_access: where accounts of other providers, and their name servers, may be. */
#pragma once

#include "dns.h"

/* Whether an API may be there: https, or http at an address that provider_allowed lists; no inner address that it
 * doesn't list. What a name leads to is looked at again when it is connected to. ERR_INVALID (baseUrl). */
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
