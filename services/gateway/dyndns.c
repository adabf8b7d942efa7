/* dyndns: see dyndns.h. Names are done one after the other. */

#include "dyndns.h"

#include <stdio.h>
#include <string.h>

#include "stralix/v1/dns.contract.h"

#include "api.h"
#include "respond.h"
#include "rpc.h"

enum { HOSTS = 20, ADDRESSES = 2, CHANGE_MS = 10000, LINE = 128, UNAUTHORIZED = 401, OK = 200 };

/* One request on its way; from the request's arena. */
struct update {
	char *hosts[HOSTS], *addresses[ADDRESSES + 1];
	size_t n_hosts, n_addresses, at;
	bool many; /* hosts */
	char lines[HOSTS][LINE];
};

static void ask(struct request *request);

static void respond(struct request *request, unsigned status, const char *text)
{
	const struct respond_headers headers = {
		.content_type = "text/plain",
		.www_authenticate = status == UNAUTHORIZED ? "Basic realm=\"StralixHost\", charset=\"UTF-8\"" : NULL,
	};
	_cleanup_buf_ struct buf body = { 0 };

	buf_puts(&body, text);
	respond_buf(request, status, &headers, &body);
}

static void respond_lines(struct request *request, const struct update *update)
{
	const struct respond_headers headers = { .content_type = "text/plain" };
	_cleanup_buf_ struct buf body = { 0 };

	for (size_t i = 0; i < update->n_hosts; i++)
		buf_printf(&body, "%s\n", update->lines[i]);
	respond_buf(request, OK, &headers, &body);
}

/* The protocol's word for a failure. */
static const char *word_of(const struct error *err)
{
	switch (err->code) {
	case ERR_UNAUTHENTICATED:
	case ERR_FORBIDDEN:
		return "badauth";
	case ERR_RATE_LIMITED:
		return "abuse";
	case ERR_NOT_FOUND:
		return "nohost";
	case ERR_INVALID:
		return err->n_violations && strcmp(err->violations[0].field, "hostname") == 0 ? "notfqdn" : "dnserr";
	case ERR_CONFLICT:
		return "dnserr";
	default:
		return "911";
	}
}

static void bad_auth(struct request *request)
{
	if (request->error.code == ERR_UNAUTHENTICATED && request->identity)
		identities_drop(request->gateway->identities, request->identity_key.digest);
	respond(request, UNAUTHORIZED, "badauth\n");
}

/* "good 192.0.2.7,2001:db8::7" */
static void say(const Stralix__V1__UpdateAddressReply *reply, char line[static LINE])
{
	size_t used = (size_t)snprintf(line, LINE, "%s", reply->changed ? "good" : "nochg");

	for (size_t i = 0; i < reply->n_addresses && used < LINE; i++)
		used += (size_t)snprintf(line + used, LINE - used, "%c%s", i ? ',' : ' ', reply->addresses[i]);
}

/* One name is done, well or not; then the next. */
static void settle(struct request *request)
{
	struct update *update = request->own;
	const char *word = word_of(&request->error);

	if (request->error.code != ERR_NONE) {
		if (strcmp(word, "badauth") == 0) {
			bad_auth(request);
			return;
		}
		snprintf(update->lines[update->at], LINE, "%s", word);
	}
	if (++update->at < update->n_hosts)
		ask(request);
	else
		respond_lines(request, update);
}

static void on_answer(struct request *request)
{
	struct update *update = request->own;
	ProtobufCMessage *reply = NULL;

	api_received(request);
	if (!request->reply)
		rpc_away(&request->error, "dns");
	else if (rpc_unpack(request->reply, &stralix__v1__update_address_reply__descriptor, request->arena, &reply,
	                    &request->error))
		say((const Stralix__V1__UpdateAddressReply *)(const void *)reply, update->lines[update->at]);
	bus_msg_free(TAKE_PTR(request->reply));
	settle(request);
}

/* The message of the next name, packed. */
static bool make(struct request *request, const uint8_t **ret, size_t *ret_size)
{
	struct update *update = request->own;
	Stralix__V1__UpdateAddressRequest message;

	stralix__v1__update_address_request__init(&message);
	message.hostname = update->hosts[update->at];
	message.addresses = update->addresses;
	message.n_addresses = update->n_addresses;
	if (!contract_validate(&stralix__v1__update_address_request__rules, &message.base, request->arena,
	                       &request->error))
		return false;
	*ret = contract_pack(&message.base, request->arena, ret_size);
	return *ret || error_set(&request->error, ERR_TOO_LARGE, "The request is too large.");
}

static void ask(struct request *request)
{
	const uint8_t *body;
	size_t size;

	request->error = (struct error){ 0 };
	if (!make(request, &body, &size) || !api_send(request, body, size, on_answer))
		settle(request);
}

static void on_identity(struct request *request)
{
	struct update *update = request->own;

	if (request->error.code == ERR_UNAUTHENTICATED)
		bad_auth(request);
	else if (request->error.code != ERR_NONE)
		respond(request, OK, "911\n");
	else if (!update->n_hosts)
		respond(request, OK, "notfqdn\n");
	else if (update->many)
		respond(request, OK, "numhost\n");
	else
		ask(request);
}

/* Words with commas between; false: there are more than max. */
static bool split(char *text, size_t max, char **list, size_t *n)
{
	char *word;

	while ((word = strsep(&text, ", "))) {
		if (!*word)
			continue;
		if (*n == max)
			return false;
		list[(*n)++] = word;
	}
	return true;
}

/* What else clients send (system, wildcard, mx, backmx, offline) means nothing here. */
static bool read_query(struct request *request, struct update *update)
{
	struct path_parameter parameters[PATH_QUERY_MAX];
	size_t n;

	if (!path_query(request->path.query, request->arena, parameters, &n, &request->error))
		return false;
	for (size_t i = 0; i < n; i++) {
		char *value = arena_strdup(request->arena, parameters[i].value);

		if (!value)
			return error_set(&request->error, ERR_TOO_LARGE, "The request is too large.");
		if (strcmp(parameters[i].name, "hostname") == 0)
			update->many |= !split(value, HOSTS, update->hosts, &update->n_hosts);
		else if (strcmp(parameters[i].name, "myip") == 0 || strcmp(parameters[i].name, "myipv6") == 0)
			split(value, ADDRESSES + 1, update->addresses,
			      &update->n_addresses); /* too many: refused by dns */
	}
	return true;
}

void dyndns_start(struct request *request)
{
	struct update *update = arena_alloc(request->arena, sizeof(*update));

	request_set_deadline(request, CHANGE_MS);
	request->idempotency_key[0] = '\0';
	request->match.route = router_rpc(request->gateway->router, "dns", "UpdateAddress");
	request->own = update;
	credentials_use_basic(&request->credentials);
	if (!update || !request->match.route)
		respond(request, OK, "911\n");
	else if (!credentials_present(&request->credentials, &request->error))
		bad_auth(request);
	else if (!read_query(request, update))
		respond(request, OK, "notfqdn\n");
	else
		api_identify(request, "dns", on_identity);
}
