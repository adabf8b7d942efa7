/* acme: the client itself: directory, nonces, signed requests, problems. */
#include "acme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"

#include "client.h"
#include "jws.h"

enum { NONCES = 8, NONCE_LIVES_MS = 240000, NONCE_TRIES = 6, DIRECTORY_LIVES_MS = 3600000 };

struct nonce {
	char text[NONCE];
	int64_t got_ms;
};

struct acme {
	struct http *http;
	char directory[ACME_URL];
	int64_t read_ms; /* when the directory was; 0: not yet */
	char urls[RESOURCES][ACME_URL], renewal[ACME_URL];
	struct acme_directory facts;
	struct nonce nonces[NONCES]; /* the newest last */
	unsigned n_nonces;
	struct acme_problem problem;
};

bool acme_new(const struct acme_options *options, struct acme **ret, struct error *err)
{
	_cleanup_(acme_freep) struct acme *acme = calloc(1, sizeof(*acme));

	if (!acme)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (strlen(options->directory) >= sizeof(acme->directory))
		return error_set(err, ERR_INVALID, "the directory's URL is too long");
	snprintf(acme->directory, sizeof(acme->directory), "%s", options->directory);
	if (!http_new(options, &acme->http, err))
		return false;
	*ret = TAKE_PTR(acme);
	return true;
}

void acme_free(struct acme *acme)
{
	if (!acme)
		return;
	http_free(acme->http);
	free(acme);
}

const struct acme_problem *acme_problem(const struct acme *acme)
{
	return &acme->problem;
}

unsigned acme_retry_after_s(const struct acme *acme)
{
	return http_answer(acme->http)->retry_after_s;
}

const struct http_answer *client_answer(const struct acme *acme)
{
	return http_answer(acme->http);
}

bool client_object(const struct acme *acme, parse_value **ret, struct error *err)
{
	const struct http_answer *answer = client_answer(acme);

	if (!answer->json)
		return error_set(err, ERR_BAD_REPLY, "The certificate authority's answer isn't JSON.");
	return parse_object(answer->body.data, answer->body.size, ret, err);
}

static bool may(const void *arg, const char *url)
{
	return http_may(arg, url);
}

struct parse_urls client_urls(const struct acme *acme)
{
	return (struct parse_urls){ .may = may, .arg = acme->http };
}

/* Each answer may bring a nonce; the oldest makes room. */
static void keep_nonce(struct acme *acme)
{
	const char *text = client_answer(acme)->nonce;
	struct nonce *nonce;

	if (!*text)
		return;
	if (acme->n_nonces == NONCES)
		memmove(&acme->nonces[0], &acme->nonces[1], sizeof(acme->nonces[0]) * --acme->n_nonces);
	nonce = &acme->nonces[acme->n_nonces++];
	snprintf(nonce->text, sizeof(nonce->text), "%s", text);
	nonce->got_ms = clock_monotonic_ms();
}

/* The code that fits what the authority said. */
static enum error_code code_of(long status, const char *type)
{
	if (strcmp(type, "rateLimited") == 0 || status == 429)
		return ERR_RATE_LIMITED;
	if (strcmp(type, "accountDoesNotExist") == 0 || status == 404)
		return ERR_NOT_FOUND;
	if (status >= 500)
		return ERR_UNAVAILABLE;
	return status == 400 || status == 409   ? ERR_CONFLICT
	       : status == 401 || status == 403 ? ERR_FORBIDDEN
	                                        : ERR_BAD_REPLY;
}

/* An answer that is no success: its problem is kept, and its words are the error's. */
static bool refuse(struct acme *acme, struct error *err)
{
	const struct http_answer *answer = client_answer(acme);
	_cleanup_(parse_freep) parse_value *object = NULL;

	acme->problem = (struct acme_problem){ 0 };
	if (answer->json && parse_object(answer->body.data, answer->body.size, &object, NULL))
		parse_problem(object, &acme->problem);
	if (*acme->problem.detail)
		error_set(err, code_of(answer->status, acme->problem.type), "The certificate authority says: %s",
		          acme->problem.detail);
	else
		error_set(err, code_of(answer->status, acme->problem.type),
		          "The certificate authority answers with status %ld and says no more.", answer->status);
	if (err)
		err->retry_after_s = answer->retry_after_s;
	return false;
}

static bool succeeded(const struct acme *acme)
{
	long status = client_answer(acme)->status;

	return status >= 200 && status < 300;
}

bool client_get(struct acme *acme, const char *url, struct error *err)
{
	acme->problem = (struct acme_problem){ 0 };
	return http_ask(acme->http, url, NULL, false, err) && (succeeded(acme) || refuse(acme, err));
}

static bool take_resources(struct acme *acme, const parse_value *object, struct error *err)
{
	static const char *const names[RESOURCES] = {
		[RESOURCE_NONCE] = "newNonce",    [RESOURCE_ACCOUNT] = "newAccount", [RESOURCE_ORDER] = "newOrder",
		[RESOURCE_REVOKE] = "revokeCert", [RESOURCE_KEY] = "keyChange",
	};
	const parse_value *meta = parse_member(object, "meta");

	for (unsigned i = 0; i < RESOURCES; i++)
		if (!parse_text(object, names[i], acme->urls[i], ACME_URL) || !http_may(acme->http, acme->urls[i]))
			return error_set(err, ERR_BAD_REPLY, "The directory has no %s that can be asked.", names[i]);
	if (!parse_text(object, "renewalInfo", acme->renewal, ACME_URL) || !http_may(acme->http, acme->renewal))
		acme->renewal[0] = '\0';
	acme->facts = (struct acme_directory){ .has_renewal_info = acme->renewal[0] != '\0' };
	if (!meta)
		return true;
	acme->facts.needs_binding = parse_true(meta, "externalAccountRequired");
	if (!parse_text(meta, "termsOfService", acme->facts.terms, sizeof(acme->facts.terms)))
		acme->facts.terms[0] = '\0';
	return true;
}

static bool read_directory(struct acme *acme, struct error *err)
{
	_cleanup_(parse_freep) parse_value *object = NULL;

	if (acme->read_ms && clock_monotonic_ms() - acme->read_ms < DIRECTORY_LIVES_MS)
		return true;
	acme->read_ms = 0;
	if (!client_get(acme, acme->directory, err) || !client_object(acme, &object, err) ||
	    !take_resources(acme, object, err))
		return error_wrap(err, "read the directory");
	acme->read_ms = clock_monotonic_ms();
	return true;
}

bool acme_directory(struct acme *acme, struct acme_directory *ret, struct error *err)
{
	acme->problem = (struct acme_problem){ 0 };
	if (!read_directory(acme, err))
		return false;
	*ret = acme->facts;
	return true;
}

bool client_url(struct acme *acme, enum acme_resource resource, const char **ret, struct error *err)
{
	acme->problem = (struct acme_problem){ 0 };
	if (!read_directory(acme, err))
		return false;
	*ret = acme->urls[resource];
	return true;
}

const char *client_renewal_url(const struct acme *acme)
{
	return acme->renewal;
}

/* The newest that is still good, else a fresh one. */
static bool take_nonce(struct acme *acme, char ret[static NONCE], struct error *err)
{
	const char *url;

	if (acme->n_nonces && clock_monotonic_ms() - acme->nonces[acme->n_nonces - 1].got_ms > NONCE_LIVES_MS)
		acme->n_nonces = 0;
	if (!acme->n_nonces) {
		if (!client_url(acme, RESOURCE_NONCE, &url, err) || !http_ask(acme->http, url, NULL, true, err))
			return error_wrap(err, "get a nonce");
		keep_nonce(acme);
	}
	if (!acme->n_nonces)
		return error_set(err, ERR_BAD_REPLY, "The certificate authority gives no nonce.");
	memcpy(ret, acme->nonces[--acme->n_nonces].text, NONCE);
	return true;
}

static bool post_once(struct acme *acme, const struct acme_signer *signer, const char *url, const char *payload,
                      struct error *err)
{
	_cleanup_buf_ struct buf body = { 0 };
	char nonce[NONCE];
	const struct jws jws = {
		.key = signer->key, .account = signer->account, .nonce = nonce, .url = url, .payload = payload
	};

	if (!http_may(acme->http, url))
		return error_set(err, ERR_BAD_REPLY, "the authority named a URL that isn't its own: %.100s", url);
	if (!take_nonce(acme, nonce, err) || !jws_write(&jws, &body, err) ||
	    !http_ask(acme->http, url, &body, false, err))
		return false;
	keep_nonce(acme);
	return succeeded(acme) || refuse(acme, err);
}

bool client_post(struct acme *acme, const struct acme_signer *signer, const char *url, const char *payload,
                 struct error *err)
{
	for (unsigned i = 1;; i++) {
		struct error why = { 0 };

		acme->problem = (struct acme_problem){ 0 };
		if (post_once(acme, signer, url, payload, &why))
			return true;
		if (i < NONCE_TRIES && strcmp(acme->problem.type, "badNonce") == 0)
			continue;
		if (strcmp(acme->problem.type, "badNonce") != 0 && why.code != ERR_CONFLICT &&
		    why.code != ERR_FORBIDDEN)
			acme->read_ms = 0; /* it may have moved */
		if (err)
			*err = why;
		return false;
	}
}
