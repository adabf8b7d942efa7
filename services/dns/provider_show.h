/* provider_show: what another provider's name servers answer with. */
#pragma once

#include "dns.h"
#include "provider_store.h"

/* Where a name server is: its own address, or what its name leads to, by the resolver of the settings or the system's.
 * ERR_UNAVAILABLE, ERR_FORBIDDEN (an inner address). */
struct server_place {
	char address[256];
	uint16_t port;
};
bool server_find(const char *text, const struct dns_settings *settings, struct arena *arena, struct server_place *ret,
                 struct error *err) _must_check_;

/* Whether a name server answers with these sets, asked until deadline_ms (Unix time) at most. err: which not, or that
 * it doesn't answer. */
bool server_shows(const char *text, const struct records *records, const struct dns_settings *settings,
                  int64_t deadline_ms, struct arena *arena, struct error *err) _must_check_;
