/* provider_show: see provider_show.h. */
#include "provider_show.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/clock.h"
#include "lib/dns/query.h"

#include "provider_ask.h"

enum { WAIT_MS = 2000, ADDRESS = 256 };

/* The first address that this resolver knows for a name. */
static bool ask_resolver(const char *resolver, const char *name, enum dns_type type, struct arena *arena,
                         char ret[static ADDRESS])
{
	struct dns_answer *answer = arena_alloc(arena, sizeof(*answer));
	const char *full = arena_printf(arena, "%s%s", name, name[strlen(name) - 1] == '.' ? "" : ".");
	struct error why = { 0 };
	struct server server;

	if (!answer || !full || !server_parse(resolver, &server) || server.is_name ||
	    !dns_ask(server.host, server.port, full, type, true, clock_unix_ms() + WAIT_MS, arena, answer, &why))
		return false;
	for (size_t i = 0; i < answer->n; i++)
		if (answer->records[i].type == type) {
			snprintf(ret, ADDRESS, "%s", answer->records[i].data);
			return true;
		}
	return false;
}

static bool ask_system(const char *name, char ret[static ADDRESS])
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *list = NULL;
	bool ok = getaddrinfo(name, NULL, &hints, &list) == 0 && list &&
	          getnameinfo(list->ai_addr, list->ai_addrlen, ret, ADDRESS, NULL, 0, NI_NUMERICHOST) == 0;

	if (list)
		freeaddrinfo(list);
	return ok;
}

bool server_find(const char *text, const struct dns_settings *settings, struct arena *arena, struct server_place *ret,
                 struct error *err)
{
	const char *resolver = settings->resolver;
	struct server server;

	if (!server_parse(text, &server))
		return error_set(err, ERR_UNAVAILABLE, "%s is no name server.", text);
	if (server.is_name && !(*resolver ? ask_resolver(resolver, server.host, DNS_A, arena, ret->address) ||
	                                            ask_resolver(resolver, server.host, DNS_AAAA, arena, ret->address)
	                                  : ask_system(server.host, ret->address)))
		return error_set(err, ERR_UNAVAILABLE, "The name server %s has no address.", server.host);
	if (!server.is_name)
		snprintf(ret->address, sizeof(ret->address), "%s", server.host);
	snprintf(server.host, sizeof(server.host), "%s", ret->address);
	ret->port = server.port;
	return server_may(&server, settings) ||
	       error_set(err, ERR_FORBIDDEN, "The name server %s has an inner address, which isn't asked.", text);
}

static bool holds(const struct dns_answer *answer, const struct dns_record *record)
{
	for (size_t i = 0; i < answer->n; i++)
		if (answer->records[i].type == record->type && strcasecmp(answer->records[i].data, record->data) == 0)
			return true;
	return false;
}

static bool same(const struct dns_answer *answer, const struct dns_record *set, size_t n)
{
	size_t of_type = 0;

	for (size_t i = 0; i < answer->n; i++)
		of_type += answer->records[i].type == set->type;
	for (size_t i = 0; i < n; i++)
		if (!holds(answer, &set[i]))
			return false;
	return of_type == n;
}

static bool shows_set(const char *text, const struct server_place *place, const struct dns_record *set, size_t n,
                      int64_t deadline_ms, struct arena *arena, struct error *err)
{
	int64_t until = clock_unix_ms() + WAIT_MS;
	struct dns_answer *answer = arena_alloc(arena, sizeof(*answer));

	if (!answer)
		return error_set(err, ERR_TOO_LARGE, "no room for an answer");
	if (!dns_ask(place->address, place->port, set->name, set->type, false,
	             until < deadline_ms ? until : deadline_ms, arena, answer, err))
		return error_wrap(err, "The name server %s", text);
	return same(answer, set, n) ||
	       error_set(err, ERR_VERIFY_FAILED, "The name server %s doesn't answer with the new %s of %s yet.", text,
	                 dns_type_name(set->type), set->name);
}

bool server_shows(const char *text, const struct records *records, const struct dns_settings *settings,
                  int64_t deadline_ms, struct arena *arena, struct error *err)
{
	struct server_place place;

	if (!server_find(text, settings, arena, &place, err))
		return false;
	for (size_t i = 0, set; i < records->n; i += set) {
		for (set = 1; i + set < records->n && dns_same_set(&records->list[i], &records->list[i + set]); set++)
			;
		if (!shows_set(text, &place, &records->list[i], set, deadline_ms, arena, err))
			return false;
	}
	return true;
}
