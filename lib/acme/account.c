/* account: of an authority: found or made, changed, its key changed, ended. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "jws.h"
#include "key.h"

static void json_freep(json_t **value)
{
	json_decref(*value);
}

/* Takes the object. NULL without memory. */
static char *dump(json_t *object)
{
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;

	json_decref(object);
	return text;
}

static json_t *contacts(const char *contact)
{
	return *contact ? json_pack("[s+]", "mailto:", contact) : json_array();
}

/* What stands in newAccount besides. */
static bool add_binding(json_t *object, const struct acme_binding *binding, const struct acme_key *key, const char *url,
                        struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };

	if (!binding)
		return true;
	if (!jws_write_binding(binding, key, url, &text, err))
		return false;
	return json_object_set_new(object, "externalAccountBinding", json_loadb(text.data, text.size, 0, NULL)) == 0 ||
	       error_set(err, ERR_INTERNAL, "out of memory");
}

static bool account_request(const struct acme_key *key, const char *contact, const struct acme_binding *binding,
                            bool only_existing, const char *url, char **ret, struct error *err)
{
	_cleanup_(json_freep) json_t *object =
		only_existing ? json_pack("{sb}", "onlyReturnExisting", 1)
			      : json_pack("{sbso}", "termsOfServiceAgreed", 1, "contact", contacts(contact));

	if (!object || !add_binding(object, only_existing ? NULL : binding, key, url, err))
		return object ? false : error_set(err, ERR_INTERNAL, "out of memory");
	*ret = dump(TAKE_PTR(object));
	return *ret || error_set(err, ERR_INTERNAL, "out of memory");
}

bool acme_account_open(struct acme *acme, const struct acme_key *key, const char *contact,
                       const struct acme_binding *binding, bool only_existing, char ret_url[static ACME_URL],
                       struct error *err)
{
	const struct acme_signer signer = { .key = key };
	_cleanup_free_ char *payload = NULL;
	const char *url;

	if (!client_url(acme, RESOURCE_ACCOUNT, &url, err) ||
	    !account_request(key, contact, binding, only_existing, url, &payload, err) ||
	    !client_post(acme, &signer, url, payload, err))
		return error_wrap(err, "account");
	if (!*client_answer(acme)->location)
		return error_set(err, ERR_BAD_REPLY, "The certificate authority doesn't say which account it is.");
	memcpy(ret_url, client_answer(acme)->location, ACME_URL);
	return true;
}

static bool change(struct acme *acme, const struct acme_signer *signer, json_t *what, struct error *err)
{
	_cleanup_free_ char *payload = dump(what);

	if (!payload)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return client_post(acme, signer, signer->account, payload, err) || error_wrap(err, "account");
}

bool acme_account_contact(struct acme *acme, const struct acme_signer *signer, const char *contact, struct error *err)
{
	return change(acme, signer, json_pack("{so}", "contact", contacts(contact)), err);
}

bool acme_account_deactivate(struct acme *acme, const struct acme_signer *signer, struct error *err)
{
	return change(acme, signer, json_pack("{ss}", "status", "deactivated"), err);
}

/* The inner half: the new key says whose account it shall be and which key was it (RFC 8555, 7.3.5). */
static bool rollover_request(const struct acme_signer *signer, const struct acme_key *next, const char *url,
                             struct buf *to, struct error *err)
{
	_cleanup_buf_ struct buf payload = { 0 };
	struct jws inner = { .key = next, .url = url };

	buf_printf(&payload, "{\"account\":\"%s\",\"oldKey\":", signer->account);
	key_jwk(signer->key, &payload);
	buf_putc(&payload, '}');
	if (buf_failed(&payload))
		return error_set(err, ERR_INTERNAL, "out of memory");
	inner.payload = payload.data;
	return jws_write(&inner, to, err);
}

bool acme_account_rollover(struct acme *acme, const struct acme_signer *signer, const struct acme_key *next,
                           struct error *err)
{
	_cleanup_buf_ struct buf inner = { 0 };
	const char *url;

	return (client_url(acme, RESOURCE_KEY, &url, err) && rollover_request(signer, next, url, &inner, err) &&
	        client_post(acme, signer, url, inner.data, err)) ||
	       error_wrap(err, "change the account's key");
}
