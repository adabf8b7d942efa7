/* preflight: see preflight.h. */
#include "preflight.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { ANSWER = 4096, PATIENCE_S = 1, TRIES = 2, ALIASES = 8 };

/* Who is asked: the system's resolver by glibc, or another, which needn't look like one of the internet's (glibc takes
 * an empty answer without "recursion available" for none). */
struct asked {
	struct __res_state *state;
	struct sockaddr_in server; /* port 0: the system's */
};

static bool parse(const char *resolver, struct sockaddr_in *ret, struct error *err)
{
	const char *colon = strrchr(resolver, ':');
	char address[INET_ADDRSTRLEN] = "";
	unsigned long port = colon ? strtoul(colon + 1, NULL, 10) : 0;

	if (colon && (size_t)(colon - resolver) < sizeof(address) && port && port <= UINT16_MAX)
		memcpy(address, resolver, (size_t)(colon - resolver));
	*ret = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	return inet_pton(AF_INET, address, &ret->sin_addr) == 1 ||
	       error_set(err, ERR_INTERNAL, "resolver must be an IPv4 address, a colon and a port");
}

/* One question, one answer that fits it; its size, or -1. */
static int exchange(int fd, const uint8_t *question, int size, uint8_t answer[static ANSWER])
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	for (unsigned i = 0; i < TRIES; i++) {
		ssize_t n = -1;

		if (send(fd, question, (size_t)size, 0) == size && poll(&wait, 1, PATIENCE_S * 1000) == 1)
			n = recv(fd, answer, ANSWER, 0);
		if (n >= size && memcmp(answer, question, 2) == 0 &&
		    memcmp(answer + 12, question + 12, (size_t)size - 12) == 0)
			return (int)n;
	}
	return -1;
}

static int ask_server(const struct asked *asked, const char *name, ns_type type, uint8_t answer[static ANSWER])
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint8_t question[512];
	int size = res_nmkquery(asked->state, ns_o_query, name, ns_c_in, (int)type, NULL, 0, NULL, question,
	                        sizeof(question));

	if (fd < 0 || size < 12 || connect(fd, (const struct sockaddr *)&asked->server, sizeof(asked->server)) != 0)
		return -1;
	return exchange(fd, question, size, answer);
}

/* The answer's size; -1: there is none, *ret_away: since nobody knows. */
static int ask_one(const struct asked *asked, const char *name, ns_type type, uint8_t answer[static ANSWER],
                   bool *ret_away)
{
	int size;

	if (asked->server.sin_port) {
		size = ask_server(asked, name, type, answer);
		*ret_away = *ret_away || size < 0 ||
		            ((answer[3] & 15) != ns_r_noerror && (answer[3] & 15) != ns_r_nxdomain);
		return size;
	}
	size = res_nquery(asked->state, name, ns_c_in, (int)type, answer, ANSWER);
	if (size < 0)
		*ret_away = asked->state->res_h_errno == TRY_AGAIN || asked->state->res_h_errno == NO_RECOVERY;
	return size;
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

/* The addresses of one type. */
static bool ask(const struct asked *asked, const char *name, ns_type type, struct arena *arena, struct preflight *ret,
                bool *ret_away)
{
	uint8_t answer[ANSWER];
	int size = ask_one(asked, name, type, answer, ret_away);
	ns_msg message;
	ns_rr record;

	if (size < 0 || ns_initparse(answer, size, &message) < 0)
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

/* Whom to ask; res_nclose ends it. */
static bool begin(const char *resolver, struct __res_state *state, struct asked *ret, struct error *err)
{
	*ret = (struct asked){ .state = state };
	if (*resolver && !parse(resolver, &ret->server, err))
		return false;
	if (res_ninit(state) != 0)
		return error_set(err, ERR_INTERNAL, "the resolver can't be set up");
	state->retrans = PATIENCE_S;
	state->retry = TRIES;
	state->options &= ~(unsigned long)(RES_DNSRCH | RES_DEFNAMES);
	return true;
}

bool preflight_ask(const char *resolver, const char *name, const char *address, struct arena *arena,
                   struct preflight *ret, struct error *err)
{
	struct __res_state state = { 0 };
	struct asked asked;
	bool away = false, ok;

	*ret = (struct preflight){ 0 };
	if (!begin(resolver, &state, &asked, err))
		return false;
	ok = ask(&asked, name, ns_t_a, arena, ret, &away) &&
	     (away || ask(&asked, name, ns_t_aaaa, arena, ret, &away)) && judge(name, address, away, arena, ret);
	res_nclose(&state);
	return ok || error_set(err, ERR_TOO_LARGE, "no room for addresses");
}

/* The names in a name's records of one type. False: no room. */
static bool ask_names(const struct asked *asked, const char *name, ns_type type, struct arena *arena,
                      const char *ret[static PREFLIGHT_ADDRESSES], unsigned *ret_n, bool *ret_away)
{
	uint8_t answer[ANSWER];
	int size = ask_one(asked, name, type, answer, ret_away);
	char text[NS_MAXDNAME];
	ns_msg message;
	ns_rr record;

	*ret_n = 0;
	if (size < 0 || ns_initparse(answer, size, &message) < 0)
		return true;
	for (int i = 0; i < ns_msg_count(message, ns_s_an) && *ret_n < PREFLIGHT_ADDRESSES; i++) {
		if (ns_parserr(&message, ns_s_an, i, &record) != 0 || ns_rr_type(record) != type ||
		    ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), ns_rr_rdata(record), text,
		                       sizeof(text)) < 0)
			continue;
		for (char *c = text; *c; c++)
			*c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
		if (!(ret[(*ret_n)++] = arena_printf(arena, "%s.", text)))
			return false;
	}
	return true;
}

bool preflight_alias(const char *resolver, const char *name, struct arena *arena, const char **ret, bool *ret_away,
                     struct error *err)
{
	const char *names[PREFLIGHT_ADDRESSES];
	struct __res_state state = { 0 };
	struct asked asked;
	bool ok = true;
	unsigned n = 1;

	*ret = name;
	*ret_away = false;
	if (!begin(resolver, &state, &asked, err))
		return false;
	for (unsigned i = 0; ok && n && i < ALIASES && !*ret_away; i++) {
		ok = ask_names(&asked, *ret, ns_t_cname, arena, names, &n, ret_away);
		if (ok && n)
			*ret = names[n - 1]; /* a resolver gives the whole way */
	}
	res_nclose(&state);
	return ok || error_set(err, ERR_TOO_LARGE, "no room for names");
}

bool preflight_servers(const char *resolver, const char *zone, struct arena *arena,
                       const char *ret[static PREFLIGHT_ADDRESSES], unsigned *ret_n, bool *ret_away, struct error *err)
{
	struct __res_state state = { 0 };
	struct asked asked;
	bool ok;

	*ret_away = false;
	if (!begin(resolver, &state, &asked, err))
		return false;
	ok = ask_names(&asked, zone, ns_t_ns, arena, ret, ret_n, ret_away);
	res_nclose(&state);
	return ok || error_set(err, ERR_TOO_LARGE, "no room for names");
}
