/* order: orders, their authorisations and challenges, certificates and when to renew them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "encode.h"

enum { ARI_ID = 256, WINDOW_MOST_S = 400 * 86400 };

/* A name in JSON as it stands: A-labels and "*." have nothing to escape. */
static bool is_plain(const char *name)
{
	return *name && strlen(name) <= 253 && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-*_")] == '\0';
}

static bool order_request(const char *const *names, size_t n, const char *replaces, struct buf *to, struct error *err)
{
	buf_puts(to, "{\"identifiers\":[");
	for (size_t i = 0; i < n; i++) {
		if (!is_plain(names[i]))
			return error_set(err, ERR_INVALID, "'%.100s' is no name for a certificate", names[i]);
		buf_printf(to, "%s{\"type\":\"dns\",\"value\":\"%s\"}", i ? "," : "", names[i]);
	}
	buf_puts(to, "]");
	if (replaces && *replaces)
		buf_printf(to, ",\"replaces\":\"%s\"", replaces);
	buf_puts(to, "}");
	return !buf_failed(to) || error_set(err, ERR_INTERNAL, "out of memory");
}

/* The order in the last answer. */
static bool take_order(struct acme *acme, const char *url, struct arena *arena, struct acme_order *ret,
                       struct error *err)
{
	const struct parse_urls urls = client_urls(acme);
	_cleanup_(parse_freep) parse_value *object = NULL;

	return client_object(acme, &object, err) && parse_order(object, url, &urls, arena, ret, err);
}

bool acme_order_new(struct acme *acme, const struct acme_signer *signer, const char *const *names, size_t n,
                    const char *replaces, struct arena *arena, struct acme_order *ret, struct error *err)
{
	_cleanup_buf_ struct buf payload = { 0 };
	const char *url;

	if (n == 0 || n > ACME_NAMES)
		return error_set(err, ERR_INVALID, "an order is for 1 to %d names", ACME_NAMES);
	if (!client_url(acme, RESOURCE_ORDER, &url, err) ||
	    !order_request(names, n, *client_renewal_url(acme) ? replaces : NULL, &payload, err) ||
	    !client_post(acme, signer, url, payload.data, err))
		return error_wrap(err, "order");
	if (!*client_answer(acme)->location)
		return error_set(err, ERR_BAD_REPLY, "The certificate authority doesn't say which order it is.");
	return take_order(acme, client_answer(acme)->location, arena, ret, err) || error_wrap(err, "order");
}

bool acme_order_get(struct acme *acme, const struct acme_signer *signer, const char *url, struct arena *arena,
                    struct acme_order *ret, struct error *err)
{
	return (client_post(acme, signer, url, "", err) && take_order(acme, url, arena, ret, err)) ||
	       error_wrap(err, "look at the order");
}

bool acme_order_finalize(struct acme *acme, const struct acme_signer *signer, const struct acme_order *order,
                         const void *csr, size_t size, struct arena *arena, struct acme_order *ret, struct error *err)
{
	_cleanup_buf_ struct buf payload = { 0 };

	buf_puts(&payload, "{\"csr\":\"");
	encode_base64url(&payload, csr, size);
	buf_puts(&payload, "\"}");
	if (buf_failed(&payload))
		return error_set(err, ERR_INTERNAL, "out of memory");
	return (client_post(acme, signer, order->finalize, payload.data, err) &&
	        take_order(acme, order->url, arena, ret, err)) ||
	       error_wrap(err, "finalise");
}

bool acme_authorization_get(struct acme *acme, const struct acme_signer *signer, const char *url, struct arena *arena,
                            struct acme_authorization *ret, struct error *err)
{
	const struct parse_urls urls = client_urls(acme);
	_cleanup_(parse_freep) parse_value *object = NULL;

	return (client_post(acme, signer, url, "", err) && client_object(acme, &object, err) &&
	        parse_authorization(object, &urls, arena, ret, err)) ||
	       error_wrap(err, "look at an authorisation");
}

bool acme_challenge_answer(struct acme *acme, const struct acme_signer *signer, const char *url, struct error *err)
{
	return client_post(acme, signer, url, "{}", err) || error_wrap(err, "answer a challenge");
}

static bool take_alternates(struct acme *acme, struct arena *arena, const char ***ret, size_t *ret_n)
{
	const struct http_answer *answer = client_answer(acme);
	const char **urls = arena_alloc(arena, (answer->n_alternates + 1) * sizeof(*urls));

	for (unsigned i = 0; urls && i < answer->n_alternates; i++)
		if (!(urls[i] = arena_strdup(arena, answer->alternates[i])))
			return false;
	*ret = urls;
	*ret_n = answer->n_alternates;
	return urls != NULL;
}

bool acme_certificate_get(struct acme *acme, const struct acme_signer *signer, const char *url, struct buf *chain,
                          struct arena *arena, const char ***ret_alternates, size_t *ret_n, struct error *err)
{
	const struct buf *body = &client_answer(acme)->body;

	if (!client_post(acme, signer, url, "", err))
		return error_wrap(err, "get the certificate");
	if (!body->data || !parse_chain(body->data, body->size))
		return error_set(err, ERR_BAD_REPLY,
		                 "What the certificate authority gives is no chain of certificates.");
	if (ret_alternates && !take_alternates(acme, arena, ret_alternates, ret_n))
		return error_set(err, ERR_TOO_LARGE, "no room for a certificate");
	buf_add(chain, body->data, body->size);
	return !buf_failed(chain) || error_set(err, ERR_INTERNAL, "out of memory");
}

bool acme_revoke(struct acme *acme, const struct acme_signer *signer, const void *leaf, size_t size, unsigned reason,
                 struct error *err)
{
	_cleanup_buf_ struct buf payload = { 0 };
	const char *url;

	buf_puts(&payload, "{\"certificate\":\"");
	encode_base64url(&payload, leaf, size);
	buf_printf(&payload, "\",\"reason\":%u}", reason);
	if (buf_failed(&payload))
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!client_url(acme, RESOURCE_REVOKE, &url, err))
		return error_wrap(err, "revoke");
	return client_post(acme, signer, url, payload.data, err) ||
	       strcmp(acme_problem(acme)->type, "alreadyRevoked") == 0 || error_wrap(err, "revoke");
}

static bool take_window(const parse_value *object, struct acme_window *ret)
{
	const parse_value *window = parse_member(object, "suggestedWindow");

	return window && parse_time(window, "start", &ret->start_s) && parse_time(window, "end", &ret->end_s) &&
	       ret->start_s > 0 && ret->end_s >= ret->start_s && ret->end_s - ret->start_s < WINDOW_MOST_S;
}

bool acme_renewal_window(struct acme *acme, const char *id, struct acme_window *ret, struct error *err)
{
	_cleanup_(parse_freep) parse_value *object = NULL;
	char url[ACME_URL + ARI_ID];
	const char *nonce;

	if (!client_url(acme, RESOURCE_NONCE, &nonce, err))
		return error_wrap(err, "ask when to renew");
	if (!*client_renewal_url(acme) || !*id || strlen(id) >= ARI_ID)
		return error_set(err, ERR_NOT_FOUND, "The certificate authority doesn't say when to renew.");
	snprintf(url, sizeof(url), "%s/%s", client_renewal_url(acme), id);
	if (!client_get(acme, url, err) || !client_object(acme, &object, err))
		return error_wrap(err, "ask when to renew");
	return take_window(object, ret) || error_set(err, ERR_BAD_REPLY, "The suggested window makes no sense.");
}
