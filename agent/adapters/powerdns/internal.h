/* internal: what the calls' files share. */
#pragma once

#include <jansson.h>

#include "stralix/v1/zone.pb-c.h"

#include "agent/adapters/powerdns/powerdns.h"

struct powerdns;

/* api.c: one request. path is below the server's own: "/zones/shop.example."; body NULL: none. *answer is the caller's
 * to free, NULL when there is none. touches: sets the reply's touched unless the daemon can't have done it.
 * ERR_NOT_FOUND, ERR_EXISTS, ERR_TEST_FAILED: its words; ERR_UNAVAILABLE, ERR_TIMEOUT. */
struct api_call {
	const char *method, *path;
	const json_t *body;
	bool touches;
};
bool api_ask(struct powerdns *powerdns, struct call *call, const struct api_call *wanted, json_t **answer,
             struct error *err) _must_check_;

/* The same of an order, which takes over body, and without an answer that matters. A path of NULL: out of memory. */
bool api_tell(struct powerdns *powerdns, struct call *call, const char *method, const char *path, json_t *body,
              struct error *err) _must_check_;

/* A secret as text: what came has no NUL behind it. NULL: it isn't there, isn't text, or there is no memory. */
const char *call_secret(const struct call *call, size_t at);

/* Where the daemon serves. */
const char *powerdns_address(const struct powerdns *powerdns);
uint16_t powerdns_port(const struct powerdns *powerdns);

#define _cleanup_json_ _cleanup_(json_decrefp)

/* rrset.c: all records of a name and type; data is sorted. Everything lies in the call's arena. */
struct rrset {
	const char *name, *type;
	uint32_t ttl;
	const char **data;
	size_t n;
};

struct rrsets {
	struct rrset *sets; /* sorted by name and type */
	size_t n;
};

bool rrsets_of_state(const Stralix__V1__ZoneState *state, struct arena *arena, struct rrsets *ret,
                     struct error *err) _must_check_;
/* Of what the API says of a zone. ERR_BAD_REPLY. */
bool rrsets_of_json(const json_t *zone, struct arena *arena, struct rrsets *ret, struct error *err) _must_check_;

/* Calls fn for each set that is another one; has or wants is NULL where there is none. Ends when fn says false. */
typedef bool rrset_fn(void *arg, const struct rrset *has, const struct rrset *wants);
bool rrsets_differ(const struct rrsets *has, const struct rrsets *wants, rrset_fn *fn, void *arg);
json_t *rrset_json(const struct rrset *set, const char *changetype); /* NULL: no memory; "DELETE" is without records */
char *rrset_text(const struct rrset *set, struct arena *arena);      /* a line each */

/* zone.c. The state that a call is about. */
bool zone_read(const ProtobufCBinaryData *packed, struct arena *arena, Stralix__V1__ZoneState **ret,
               struct error *err) _must_check_;
/* "/zones/shop.example." */
const char *zone_path(const char *zone, struct arena *arena);
/* What the daemon has; *there false: no such zone. By what was applied last when the engine is sure of it. */
bool zone_has(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone, bool *there,
              struct rrsets *ret, struct error *err) _must_check_;
bool zone_apply(void *self, struct call *call, struct error *err);
bool zone_remove(void *self, struct call *call, struct error *err);

/* keys.c: has PowerDNS sign with these keys and no others; adds a difference for them. */
bool keys_sync(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone,
               struct error *err) _must_check_;
bool keys_differ(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone, bool there,
                 struct error *err) _must_check_;

/* peers.c: lets these transfer it and no others; tells those that want to be told. */
bool peers_sync(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone,
                struct error *err) _must_check_;
/* Keys that those before had, and nobody has now; zone NULL: it goes. */
bool peers_forget(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *before,
                  const Stralix__V1__ZoneState *zone, struct error *err) _must_check_;
bool peers_notify(struct powerdns *powerdns, struct call *call, const Stralix__V1__ZoneState *zone,
                  struct error *err) _must_check_;

/* look.c */
bool zone_plan(void *self, struct call *call, struct error *err);
bool zone_observe(void *self, struct call *call, struct error *err);
bool zone_verify(void *self, struct call *call, struct error *err);
