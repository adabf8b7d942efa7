/* look: what a zone would become, what isn't as it should be, and what PowerDNS answers to who asks it by DNS. */

#include <poll.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/dns/query.h"

#include "agent/adapters/powerdns/internal.h"

enum { PAUSE_MS = 20, RCODE_REFUSED = 5 };

/* Of a catalog later serials are the daemon's own. */
struct differing {
	struct call *call;
	bool producer;
};

static bool add_difference(void *arg, const struct rrset *has, const struct rrset *wants)
{
	const struct differing *differing = arg;
	struct call *call = differing->call;
	const struct rrset *either = has ? has : wants;

	if (differing->producer && has && wants && strcmp(has->type, "SOA") == 0)
		return true;
	const char *name = arena_printf(call->arena, "%s %s", either->name, either->type);
	const char *is = has ? rrset_text(has, call->arena) : NULL;
	const char *will = wants ? rrset_text(wants, call->arena) : NULL;

	return name && (is || !has) && (will || !wants) && call_differs(call, name, is, will);
}

/* Against what the daemon has, or what it is known to have. */
bool zone_plan(void *self, struct call *call, struct error *err)
{
	struct rrsets has = { 0 }, wants = { 0 };
	Stralix__V1__ZoneState *zone;
	bool there;

	if (!zone_read(&call->state->desired, call->arena, &zone, err) ||
	    (zone->serving == STRALIX__V1__ZONE_STATE__SERVING__LIVE &&
	     !rrsets_of_state(zone, call->arena, &wants, err)) ||
	    !zone_has(self, call, zone, &there, &has, err))
		return false;
	struct differing differing = { call, zone->producer };

	if (!rrsets_differ(&has, &wants, add_difference, &differing))
		return error_set(err, ERR_TOO_LARGE, "the plan is too large");
	/* What is sure needs no question: a change of keys alone shows in the serial, too. */
	return call->state->sure || zone->serving != STRALIX__V1__ZONE_STATE__SERVING__LIVE ||
	       keys_differ(self, call, zone, there, err);
}

static bool is_known(const Stralix__V1__CallState *state, const char *name)
{
	size_t size = strlen(name);

	if (size > 0 && name[size - 1] == '.')
		size--;
	for (size_t i = 0; i < state->n_names; i++)
		if (strlen(state->names[i]) == size && memcmp(state->names[i], name, size) == 0)
			return true;
	return false;
}

/* Zones that nobody has told the daemon to serve. */
static bool look_for_others(struct powerdns *powerdns, struct call *call, struct error *err)
{
	_cleanup_json_ json_t *answer = NULL;

	if (!api_ask(powerdns, call, &(struct api_call){ .method = "GET", .path = "/zones?dnssec=false" }, &answer,
	             err))
		return false;
	for (size_t i = 0; i < json_array_size(answer); i++) {
		const char *name = json_string_value(json_object_get(json_array_get(answer, i), "name"));

		if (name && !is_known(call->state, name) && !call_differs(call, name, "", NULL))
			return error_set(err, ERR_TOO_LARGE, "there are too many zones");
	}
	return true;
}

bool zone_observe(void *self, struct call *call, struct error *err)
{
	return call->state->desired.len > 0 ? zone_plan(self, call, err) : look_for_others(self, call, err);
}

/* A zone above it may be served here, and then answers: but not with an SOA of this name. */
static bool is_gone(struct powerdns *powerdns, struct call *call, const char *zone, int64_t until_ms, struct error *err)
{
	struct dns_answer *answer = arena_alloc(call->arena, sizeof(*answer));
	const char *name = arena_printf(call->arena, "%s.", zone);

	if (!answer || !name)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!dns_ask(powerdns_address(powerdns), powerdns_port(powerdns), name, DNS_SOA, false, until_ms, call->arena,
	             answer, err))
		return false;
	for (size_t i = 0; answer->rcode != RCODE_REFUSED && answer->authoritative && i < answer->n; i++)
		if (answer->records[i].type == DNS_SOA && strcmp(answer->records[i].name, name) == 0)
			return error_set(err, ERR_VERIFY_FAILED, "PowerDNS still answers for %s", zone);
	return true;
}

static bool is_served(struct powerdns *powerdns, const Stralix__V1__ZoneState *zone, int64_t until_ms,
                      struct error *err)
{
	uint32_t serial;

	if (!dns_ask_serial(powerdns_address(powerdns), powerdns_port(powerdns), zone->zone, until_ms, &serial, err))
		return false;
	return serial == zone->serial || (zone->producer && dns_serial_after(serial, zone->serial)) ||
	       error_set(err, ERR_VERIFY_FAILED, "PowerDNS answers with serial %u of %s, not %u", serial, zone->zone,
	                 zone->serial);
}

bool zone_verify(void *self, struct call *call, struct error *err)
{
	Stralix__V1__ZoneState *zone;

	if (!zone_read(&call->state->desired, call->arena, &zone, err))
		return false;
	for (;;) {
		int64_t left = call->deadline_ms - clock_monotonic_ms(), until_ms = clock_unix_ms() + left;
		struct error why = { 0 };

		if (call->state->gone ? is_gone(self, call, zone->zone, until_ms, &why)
		                      : is_served(self, zone, until_ms, &why))
			return true;
		if (call->deadline_ms - clock_monotonic_ms() <= PAUSE_MS)
			return error_set(err, ERR_VERIFY_FAILED, "%s", why.message);
		poll(NULL, 0, PAUSE_MS);
	}
}
