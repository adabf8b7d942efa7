/* preflight: see preflight.h. */
#include "preflight.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>

enum { ANSWER = 4096, PATIENCE_S = 2, TRIES = 2 };

/* Asks another than the system's, over IPv4 as glibc's resolver can be told. */
static bool use(struct __res_state *state, const char *resolver, struct error *err)
{
	const char *colon = strrchr(resolver, ':');
	char address[INET_ADDRSTRLEN];
	unsigned port;

	if (!colon || (size_t)(colon - resolver) >= sizeof(address) || sscanf(colon + 1, "%5u", &port) != 1 ||
	    port > 65535)
		return error_set(err, ERR_INTERNAL, "resolver must be an IPv4 address, a colon and a port");
	memcpy(address, resolver, (size_t)(colon - resolver));
	address[colon - resolver] = '\0';
	state->nscount = 1;
	state->nsaddr_list[0] = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	return inet_pton(AF_INET, address, &state->nsaddr_list[0].sin_addr) == 1 ||
	       error_set(err, ERR_INTERNAL, "resolver must be an IPv4 address, a colon and a port");
}

static bool keep(const ns_rr *record, struct arena *arena, struct preflight *ret)
{
	char text[INET6_ADDRSTRLEN];
	bool v6 = ns_rr_type(*record) == ns_t_aaaa;

	if (ret->n == PREFLIGHT_ADDRESSES || ns_rr_rdlen(*record) != (v6 ? 16 : 4) ||
	    !inet_ntop(v6 ? AF_INET6 : AF_INET, ns_rr_rdata(*record), text, sizeof(text)))
		return true;
	ret->addresses[ret->n] = arena_strdup(arena, text);
	return ret->addresses[ret->n++] != NULL;
}

/* The addresses of one type; *ret_away: nobody answered. */
static bool ask(struct __res_state *state, const char *name, ns_type type, struct arena *arena, struct preflight *ret,
                bool *ret_away)
{
	uint8_t answer[ANSWER];
	int size = res_nquery(state, name, ns_c_in, (int)type, answer, sizeof(answer));
	ns_msg message;
	ns_rr record;

	if (size < 0) {
		*ret_away = state->res_h_errno == TRY_AGAIN || state->res_h_errno == NO_RECOVERY;
		return true;
	}
	if (ns_initparse(answer, size, &message) < 0)
		return true;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++)
		if (ns_parserr(&message, ns_s_an, i, &record) == 0 && ns_rr_type(record) == type &&
		    !keep(&record, arena, ret))
			return false;
	return true;
}

static bool is_same(const char *a, const char *b)
{
	struct in6_addr x, y;
	int family = strchr(a, ':') ? AF_INET6 : AF_INET;

	return inet_pton(family, a, &x) == 1 && inet_pton(family, b, &y) == 1 &&
	       memcmp(&x, &y, family == AF_INET6 ? 16 : 4) == 0;
}

static bool judge(const char *name, const char *address, bool away, struct arena *arena, struct preflight *ret)
{
	const char *elsewhere = NULL;

	ret->exists = ret->n > 0;
	for (unsigned i = 0; i < ret->n; i++)
		if (!is_same(ret->addresses[i], address))
			elsewhere = ret->addresses[i];
	ret->ready = ret->n > 0 && !elsewhere;
	if (ret->ready)
		ret->message = arena_strdup(arena, "");
	else if (elsewhere)
		ret->message = arena_printf(arena, "%s points to %s, not to %s", name, elsewhere, address);
	else if (away)
		ret->message =
			arena_printf(arena, "where %s points to can't be asked now: the resolver doesn't answer", name);
	else
		ret->message = arena_printf(arena, "%s doesn't point anywhere; it should point to %s", name, address);
	return ret->message != NULL;
}

bool preflight_ask(const char *resolver, const char *name, const char *address, struct arena *arena,
                   struct preflight *ret, struct error *err)
{
	struct __res_state state = { 0 };
	bool away = false, ok;

	*ret = (struct preflight){ 0 };
	if (res_ninit(&state) != 0)
		return error_set(err, ERR_INTERNAL, "the resolver can't be set up");
	state.retrans = PATIENCE_S;
	state.retry = TRIES;
	state.options &= ~(unsigned long)(RES_DNSRCH | RES_DEFNAMES);
	if (*resolver && !use(&state, resolver, err)) {
		res_nclose(&state);
		return false;
	}
	ok = ask(&state, name, ns_t_a, arena, ret, &away) &&
	     (away || ask(&state, name, ns_t_aaaa, arena, ret, &away)) && judge(name, address, away, arena, ret);
	res_nclose(&state);
	return ok || error_set(err, ERR_TOO_LARGE, "no room for addresses");
}
