/*
 * rpc: what an rpc costs above the bare request and reply that it is made of.
 *
 *   rpc keys DIR                  makes authz.key, web.key and keyring there
 *   rpc echo URL SIZE [TLS]       answers on "bare.echo" with SIZE bytes, by the NATS library alone
 *   rpc size DIR URL TLS          the size of the service's reply
 *   rpc measure DIR URL PLAIN TLS asks in turn: the echo, the service, and the echo of a server without TLS; prints the
 *                                 three medians in microseconds
 *
 * TLS: a folder with ca.crt, tls.crt and tls.key. One request is on its way at a time.
 */
#include <errno.h>
#include <nats/nats.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/bus/bus.h"
#include "lib/token/token.h"

#include "stralix/v1/web.pb-c.h"

enum { BLOCKS = 60, BLOCK = 100, WARM = 500, WAIT_MS = 5000, TOKEN_S = 5, PATH = 512, LINE = 128 };

#define SITE "01900000-0000-7000-8000-000000000001"
#define HOST "nats.stralix.internal"

static void must(bool ok, const char *what, const char *why)
{
	if (ok)
		return;
	fprintf(stderr, "rpc: %s: %s\n", what, why);
	exit(1);
}

static void nats_must(natsStatus status, const char *what)
{
	must(status == NATS_OK, what, natsStatus_GetText(status));
}

static char *in(const char *dir, const char *name, char path[static PATH])
{
	snprintf(path, PATH, "%s/%s", dir, name);
	return path;
}

/* As lib/bus sets its connection. */
static natsConnection *connect_bare(const char *url, const char *tls)
{
	natsOptions *options = NULL;
	natsConnection *nc = NULL;
	char ca[PATH], cert[PATH], key[PATH];

	nats_must(natsOptions_Create(&options), "options");
	nats_must(natsOptions_SetURL(options, url), url);
	nats_must(natsOptions_SetSendAsap(options, true), "options");
	nats_must(natsOptions_UseGlobalMessageDelivery(options, true), "options");
	if (tls) {
		nats_must(natsOptions_SetSecure(options, true), "TLS");
		nats_must(natsOptions_LoadCATrustedCertificates(options, in(tls, "ca.crt", ca)), ca);
		nats_must(natsOptions_LoadCertificatesChain(options, in(tls, "tls.crt", cert), in(tls, "tls.key", key)),
		          cert);
		nats_must(natsOptions_SetExpectedHostname(options, HOST), "TLS");
	}
	nats_must(natsConnection_Connect(&nc, options), url);
	natsOptions_Destroy(options);
	return nc;
}

/* The echo. */

struct echo {
	char *bytes;
	int size;
};

static void on_echo(natsConnection *nc, natsSubscription *subscription, natsMsg *msg, void *arg)
{
	const struct echo *echo = arg;

	(void)subscription;
	nats_must(natsConnection_Publish(nc, natsMsg_GetReply(msg), echo->bytes, echo->size), "answer");
	natsMsg_Destroy(msg);
}

static int run_echo(const char *url, const char *size, const char *tls)
{
	struct echo echo = { .size = (int)strtol(size, NULL, 10) };
	natsSubscription *subscription = NULL;
	natsConnection *nc;

	echo.bytes = calloc(1, (size_t)echo.size + 1);
	must(echo.bytes != NULL, "echo", strerror(ENOMEM));
	nats_must(nats_Open(0), "open");
	nc = connect_bare(url, tls);
	nats_must(natsConnection_QueueSubscribe(&subscription, nc, "bare.echo", "echo", on_echo, &echo), "subscribe");
	while (pause() < 0)
		; /* until a signal ends it */
	return 0;
}

/* Keys. */

static int run_keys(const char *dir)
{
	static const char *const names[] = { "authz", "web" };
	char path[PATH], file[LINE], public[44];
	struct error err = { 0 };
	FILE *keyring = fopen(in(dir, "keyring", path), "w");

	must(keyring != NULL, path, strerror(errno));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_(token_key_freep) struct token_key *key = token_key_new();
		uint8_t raw[TOKEN_KEY];

		snprintf(file, sizeof(file), "%s.key", names[i]);
		must(key && token_key_write(key, in(dir, file, path), &err), file, err.message);
		token_key_public(key, raw);
		token_public_format(raw, public);
		fprintf(keyring, "%s %s\n", names[i], public);
	}
	return fclose(keyring) ? 1 : 0;
}

/* The questions. */

struct asker {
	natsConnection *bare, *plain;
	struct bus *bus;
	struct token_key *authz;
	uint8_t request[LINE];
	size_t size, reply; /* bytes of the request; of the service's last reply */
	char bearer[TOKEN_MAX + 8];
	int64_t token_ends_s;
};

/* The gateway has an identity token that is good for a while, and uses it for many requests. */
static void renew_token(struct asker *asker)
{
	struct token_claims claims = { .iss = "authz", .aud = "web", .sub = SITE, .org = SITE, .role = "customer" };
	int64_t now_s = clock_unix_ms() / 1000;
	struct error err = { 0 };

	if (now_s < asker->token_ends_s - 1)
		return;
	claims.iat = now_s;
	claims.exp = asker->token_ends_s = now_s + TOKEN_S;
	strcpy(asker->bearer, "Bearer ");
	must(token_sign(asker->authz, &claims, asker->bearer + strlen(asker->bearer), &err), "token", err.message);
}

static void ask_service(struct asker *asker)
{
	_cleanup_(bus_msg_freep) struct bus_msg *reply = NULL;
	struct error err = { 0 };
	char deadline[24];

	renew_token(asker);
	snprintf(deadline, sizeof(deadline), "%lld", (long long)clock_unix_ms() + WAIT_MS);
	must(bus_request(asker->bus, "rpc.web.GetWebsite",
	                 (const struct bus_header[]){ { BUS_AUTHORIZATION, asker->bearer },
	                                              { BUS_REQUEST_ID, SITE },
	                                              { BUS_DEADLINE, deadline },
	                                              { NULL, NULL } },
	                 asker->request, asker->size, WAIT_MS, &reply, &err),
	     "ask the service", err.message);
	must(!bus_msg_header(reply, BUS_ERROR), "the service", bus_msg_header(reply, BUS_ERROR));
	asker->reply = bus_msg_size(reply);
}

static void ask_bare(natsConnection *nc, const struct asker *asker)
{
	natsMsg *reply = NULL;

	nats_must(natsConnection_Request(&reply, nc, "bare.echo", asker->request, (int)asker->size, WAIT_MS), "ask");
	natsMsg_Destroy(reply);
}

static void ask_tls(struct asker *asker)
{
	ask_bare(asker->bare, asker);
}

static void ask_plain(struct asker *asker)
{
	ask_bare(asker->plain, asker);
}

static void open_asker(struct asker *asker, const char *dir, const char *url, const char *tls)
{
	Stralix__V1__GetWebsiteRequest request;
	char path[PATH], ca[PATH], cert[PATH], key[PATH], site[] = SITE;
	const struct bus_options options = {
		.url = url,
		.name = "bench",
		.ca = in(tls, "ca.crt", ca),
		.cert = in(tls, "tls.crt", cert),
		.key = in(tls, "tls.key", key),
		.expected_host = HOST,
		.inbox_prefix = "_INBOX.bench",
	};
	struct error err = { 0 };
	bool ok;

	stralix__v1__get_website_request__init(&request);
	request.website_id = site;
	asker->size = stralix__v1__get_website_request__pack(&request, asker->request);
	ok = token_key_read(in(dir, "authz.key", path), &asker->authz, &err) && bus_open(&options, &asker->bus, &err);
	must(ok, "open", err.message);
	must(bus_wait_connected(asker->bus, WAIT_MS), url, "no connection");
}

static int run_size(const char *dir, const char *url, const char *tls)
{
	struct asker asker = { 0 };

	open_asker(&asker, dir, url, tls);
	ask_service(&asker);
	printf("%zu\n", asker.reply);
	bus_free(asker.bus);
	return 0;
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* In blocks, turn by turn, so that what disturbs the machine disturbs all three. */
static int run_measure(const char *dir, const char *url, const char *plain, const char *tls)
{
	static void (*const ways[])(struct asker *) = { ask_tls, ask_service, ask_plain };
	static double took[ARRAY_SIZE(ways)][BLOCKS * BLOCK];
	struct asker asker = { 0 };

	open_asker(&asker, dir, url, tls);
	asker.bare = connect_bare(url, tls);
	asker.plain = connect_bare(plain, NULL);
	for (int block = -WARM / BLOCK; block < BLOCKS; block++)
		for (size_t way = 0; way < ARRAY_SIZE(ways); way++)
			for (int i = 0; i < BLOCK; i++) {
				double began = now_us();

				ways[way](&asker);
				if (block >= 0)
					took[way][block * BLOCK + i] = now_us() - began;
			}
	for (size_t way = 0; way < ARRAY_SIZE(ways); way++) {
		qsort(took[way], BLOCKS * BLOCK, sizeof(double), compare);
		printf("%.1f%c", took[way][BLOCKS * BLOCK / 2], way + 1 < ARRAY_SIZE(ways) ? ' ' : '\n');
	}
	bus_free(asker.bus);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "keys") && argc == 3)
		return run_keys(argv[2]);
	if (!strcmp(what, "echo") && argc >= 4)
		return run_echo(argv[2], argv[3], argv[4]);
	if (!strcmp(what, "size") && argc == 5)
		return run_size(argv[2], argv[3], argv[4]);
	if (!strcmp(what, "measure") && argc == 6)
		return run_measure(argv[2], argv[3], argv[4], argv[5]);
	fprintf(stderr, "usage: see the head of tests/bench/rpc.c\n");
	return 2;
}
