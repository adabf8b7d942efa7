/* UpdateAddress. The A and AAAA records of a name follow their holder (dynamic DNS). */
#include <arpa/inet.h>
#include <string.h>

#include "address.h"
#include "limited.h"

enum { FAMILIES = 2 };

static const char *const types[] = { "A", "AAAA", NULL };
static const enum dns_type type_of[FAMILIES] = { DNS_A, DNS_AAAA };

/* One address a family; NULL: none. */
struct wanted {
	const char *address[FAMILIES];
};

static bool refuse(struct error *err, const char *rule, const char *words)
{
	return error_field(err, "addresses", rule, "%s", words);
}

/* What is given counts; without, where the call came from, if the whole world can reach that. */
static bool choose(struct call *call, const Stralix__V1__UpdateAddressRequest *req, struct wanted *ret,
                   struct error *err)
{
	const char *source = call_source_ip(call);

	*ret = (struct wanted){ { NULL } };
	if (!req->n_addresses) {
		if (!address_is_global(source))
			return refuse(err, "required", "Your own address isn't a public one; say which to take.");
		ret->address[address_is_ipv6(source)] = source;
	}
	for (size_t i = 0; i < req->n_addresses; i++) {
		const char **at = &ret->address[address_is_ipv6(req->addresses[i])];

		if (*at)
			return refuse(err, "once", "One IPv4 and one IPv6 address at most.");
		*at = req->addresses[i];
	}
	return true;
}

/* Whether the set of one's own is this address and nothing else. */
static bool stands(const struct limited *limited, enum dns_type type, const char *address)
{
	size_t n = 0;

	for (size_t i = 0; i < limited->content.n; i++) {
		const struct row *row = &limited->content.rows[i];

		n += row->type == type && !*row->managed_by && strcmp(row->name, limited->name) == 0;
	}
	return n == 1 && content_own_of(&limited->content, limited->name, type, address);
}

/* The changes that are needed; *ret_held: how many of the wanted sets are the token's. */
static size_t plan(struct call *call, const struct limited *limited, const struct wanted *wanted,
                   Stralix__V1__RecordInput inputs[static FAMILIES], Stralix__V1__RecordChange changes[static FAMILIES],
                   size_t *ret_held)
{
	static char replace[] = "replace";
	size_t n = 0;

	*ret_held = 0;
	for (size_t i = 0; i < FAMILIES; i++) {
		if (!wanted->address[i] || !limited_holds(call, limited, types[i]))
			continue;
		++*ret_held;
		if (stands(limited, type_of[i], wanted->address[i]))
			continue;
		limited_input(limited, type_of[i], &inputs[n]);
		inputs[n].data = (char *)(uintptr_t)wanted->address[i];
		stralix__v1__record_change__init(&changes[n]);
		changes[n].op = replace;
		changes[n].record = &inputs[n];
		n++;
	}
	return n;
}

/* Says which address each of the token's sets has now. */
static bool tell(struct call *call, const struct limited *limited, const struct wanted *wanted,
                 const struct limited_outcome *outcome, Stralix__V1__UpdateAddressReply *reply, struct error *err)
{
	reply->addresses = arena_alloc(call_arena(call), FAMILIES * sizeof(char *));
	reply->hostname = arena_strndup(call_arena(call), limited->name, strlen(limited->name) - 1);
	if (!reply->addresses || !reply->hostname)
		return error_set(err, ERR_TOO_LARGE, "no room for the reply");
	for (size_t i = 0; i < FAMILIES; i++)
		if (wanted->address[i] && limited_holds(call, limited, types[i]))
			reply->addresses[reply->n_addresses++] = (char *)(uintptr_t)wanted->address[i];
	reply->changed = *outcome->change_id != '\0';
	reply->change_id = outcome->change_id;
	reply->task_ids = outcome->task_ids;
	reply->n_task_ids = outcome->n_task_ids;
	return true;
}

static bool update(struct call *call, struct limited *limited, const struct wanted *wanted, struct error *err)
{
	const struct revision revision = revision_by(call, "dynamic", "", "zone:update", "zone.dynamic");
	Stralix__V1__RecordInput inputs[FAMILIES];
	Stralix__V1__RecordChange changes[FAMILIES], *list[FAMILIES] = { &changes[0], &changes[1] };
	Stralix__V1__UpdateAddressReply reply;
	struct limited_outcome outcome;
	size_t held, n = plan(call, limited, wanted, inputs, changes, &held);

	stralix__v1__update_address_reply__init(&reply);
	if (!held)
		return error_set(err, ERR_NOT_FOUND, "This token has no records of this kind at the name.");
	if (!limited_change(call, limited, &revision, list, n, &outcome, err) ||
	    !tell(call, limited, wanted, &outcome, &reply, err))
		return false;
	return call_reply(call, &reply.base, err) && (!n || change_commit(limited->change, err));
}

/*
 * Effects  as of ChangeRecords, for the sets of the families that addresses are given of; an address that is there
 *          already makes no change, no serial and no history.
 * Errors   ERR_FORBIDDEN (no limited token), ERR_RATE_LIMITED, ERR_INVALID (hostname, addresses), ERR_NOT_FOUND.
 */
bool dns_update_address(struct call *call, const Stralix__V1__UpdateAddressRequest *req, struct error *err)
{
	_cleanup_(limited_done) struct limited limited = { .change = NULL };
	struct wanted wanted;

	return limited_begin(call, "hostname", req->hostname, types, &limited, err) &&
	       choose(call, req, &wanted, err) && update(call, &limited, &wanted, err);
}
