/* A request's headers read once into typed fields. */

#include "request.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "lib/base/clock.h"

enum { ARENA_MAX = 16 << 20, SPAN_HEX = 16, TRACE_HEX = 32 };

/* Adds the parts of the headers that are wanted while they are walked through once. */
struct reading {
	struct request *request;
	const char *real_ip, *forwarded_for, *traceparent;
};

static bool key_good(const char *text)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-";
	size_t size = strlen(text);

	return size > 0 && size < REQUEST_KEY && text[strspn(text, alphabet)] == '\0';
}

static void take_key(struct request *request, const char *value)
{
	if (request->idempotency_key[0] || !key_good(value))
		request->bad_idempotency_key = true;
	else
		memcpy(request->idempotency_key, value, strlen(value) + 1);
}

/* One strong ETag in its quotes (RFC 9110, 13.1.1); a list or a star is none that could be meant here. */
static void take_match(struct request *request, const char *value)
{
	size_t size = strlen(value);

	request->if_match[0] = '\0';
	if (size > 2 && size - 2 < sizeof(request->if_match) && value[0] == '"' && value[size - 1] == '"' &&
	    !memchr(value + 1, '"', size - 2))
		memcpy(request->if_match, value + 1, size - 2);
	if (request->if_match[0])
		request->if_match[size - 2] = '\0';
}

static void on_header(void *arg, const char *name, const char *value)
{
	struct reading *reading = arg;
	struct request *request = reading->request;

	credentials_header(&request->credentials, name, value);
	if (strcasecmp(name, "Idempotency-Key") == 0)
		take_key(request, value);
	else if (strcasecmp(name, "If-Match") == 0)
		take_match(request, value);
	else if (strcasecmp(name, "Content-Type") == 0)
		snprintf(request->content_type, sizeof(request->content_type), "%s", value);
	else if (strcasecmp(name, "X-Request-Id") == 0 && key_good(value) && strlen(value) < sizeof(request->client_id))
		memcpy(request->client_id, value, strlen(value) + 1);
	else if (strcasecmp(name, "traceparent") == 0)
		reading->traceparent = value;
	else if (strcasecmp(name, "X-Real-IP") == 0)
		reading->real_ip = value;
	else if (strcasecmp(name, "X-Forwarded-For") == 0)
		reading->forwarded_for = value;
}

static void format_peer(const struct sockaddr *address, char ret[static REQUEST_IP])
{
	const void *bytes = NULL;

	ret[0] = '\0';
	if (address && address->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
	else if (address && address->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	if (bytes)
		inet_ntop(address->sa_family, bytes, ret, REQUEST_IP);
}

bool request_ip_listed(const char *list, const char *ip)
{
	size_t size = strlen(ip);

	while (size > 0 && *list) {
		size_t item = strcspn(list, " ,");

		if (item == size && strncmp(list, ip, size) == 0)
			return true;
		list += item + (list[item] != '\0');
	}
	return false;
}

/* The canonical text of an address; false when it is none. */
static bool parse_ip(const char *text, size_t size, char ret[static REQUEST_IP])
{
	char copy[REQUEST_IP];
	uint8_t bytes[16];
	int family;

	if (size == 0 || size >= sizeof(copy))
		return false;
	memcpy(copy, text, size);
	copy[size] = '\0';
	family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	return inet_pton(family, copy, bytes) == 1 && inet_ntop(family, bytes, ret, REQUEST_IP) != NULL;
}

/* Walks from the right: what stands left of the last untrusted address was written by strangers. */
static bool last_stranger(const char *list, const char *trusted, char ret[static REQUEST_IP])
{
	size_t end = strlen(list);

	while (end > 0) {
		size_t start = end;

		while (start > 0 && list[start - 1] != ',')
			start--;
		while (start < end && list[start] == ' ')
			start++;
		if (!parse_ip(list + start, end - start, ret))
			return false;
		if (!request_ip_listed(trusted, ret))
			return true;
		while (start > 0 && (list[start - 1] == ' ' || list[start - 1] == ','))
			start--;
		end = start;
	}
	return false;
}

void request_source_ip(const char *peer, const char *trusted, const char *real_ip, const char *forwarded_for,
                       char ret[static REQUEST_IP])
{
	if (request_ip_listed(trusted, peer)) {
		if (real_ip && parse_ip(real_ip, strlen(real_ip), ret))
			return;
		if (forwarded_for && last_stranger(forwarded_for, trusted, ret))
			return;
	}
	snprintf(ret, REQUEST_IP, "%s", peer);
}

static void write_hex(char *out, const uint8_t *bytes, size_t digits)
{
	static const char alphabet[] = "0123456789abcdef";

	for (size_t i = 0; i < digits; i++)
		out[i] = alphabet[bytes[i / 2] >> (i % 2 ? 0 : 4) & 15];
}

/* "00-<32 hex>-<16 hex>-<2 hex>", lower case, neither id all zero. */
static bool trace_good(const char *text)
{
	static const char shape[] = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";

	if (strlen(text) != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'x' ? !strchr("0123456789abcdef", text[i]) : text[i] != shape[i])
			return false;
	return strspn(text + 3, "0") < TRACE_HEX && strspn(text + 36, "0") < SPAN_HEX;
}

void request_trace(const char *given, char ret[static REQUEST_TRACEPARENT])
{
	static const char blank[REQUEST_TRACEPARENT] = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-01";
	bool good = given && trace_good(given);
	uint8_t bytes[(TRACE_HEX + SPAN_HEX) / 2], *span = bytes + TRACE_HEX / 2;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		abort();
	bytes[0] |= 1; /* all zero means none */
	*span |= 1;
	memcpy(ret, good ? given : blank, REQUEST_TRACEPARENT);
	if (!good)
		write_hex(ret + 3, bytes, TRACE_HEX);
	write_hex(ret + 36, span, SPAN_HEX);
}

struct request *request_new(struct gateway *gateway, struct http_exchange *exchange)
{
	struct request *request = calloc(1, sizeof(*request));
	struct reading reading = { .request = request };
	struct uuid id = uuid_v7();
	char peer[REQUEST_IP];

	if (!request)
		return NULL;
	request->arena = arena_new(ARENA_MAX);
	if (!request->arena) {
		free(request);
		return NULL;
	}
	request->gateway = gateway;
	request->exchange = exchange;
	request->started_us = clock_monotonic_us();
	uuid_format(&id, request->id);
	http_each_header(exchange, on_header, &reading);
	request->proxied = reading.real_ip || reading.forwarded_for;
	request_trace(reading.traceparent, request->traceparent);
	format_peer(http_peer(exchange), peer);
	request_source_ip(peer, gateway->settings.trusted_proxies, reading.real_ip, reading.forwarded_for,
	                  request->source_ip);
	return request;
}

void request_free(struct request *request)
{
	if (!request)
		return;
	bus_msg_free(request->reply);
	identity_unref(request->identity);
	arena_free(request->arena);
	explicit_bzero(request->credentials.token, sizeof(request->credentials.token));
	explicit_bzero(request->credentials.password, sizeof(request->credentials.password));
	free(request);
}

void request_set_deadline(struct request *request, int64_t timeout_ms)
{
	request->deadline_ms = clock_monotonic_ms() + timeout_ms;
	request->deadline_unix_ms = clock_unix_ms() + timeout_ms;
}

int request_remaining_ms(const struct request *request)
{
	int64_t left = request->deadline_ms - clock_monotonic_ms();

	return left > 0 ? (int)left : 0;
}
