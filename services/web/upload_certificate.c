/* UploadCertificate. A website's own certificate: checked, its key sealed to the node at once. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/token/seal.h"
#include "lib/token/token.h"
#include "lib/trust/chain.h"

#include "stralix/v1/tasks.pb-c.h"

#include "certificate_call.h"
#include "certificate_follow.h"
#include "certificate_install.h"
#include "certificate_store.h"
#include "certificate_story.h"
#include "certificate_view.h"
#include "desire.h"
#include "web.h"
#include "wish.h"

enum { LEAST_S = 3600 };

static bool check_dates(const struct chain *chain, struct error *err)
{
	int64_t now_s = clock_unix_ms() / 1000;
	struct chain_facts facts;

	if (!chain_describe(chain, &facts, err))
		return false;
	if (facts.not_after_s <= now_s + LEAST_S)
		return error_field(err, "chain", "expired",
		                   "This certificate has expired, or does so within the hour.");
	if (facts.not_before_s > now_s)
		return error_field(err, "chain", "not_yet", "This certificate isn't good yet.");
	return true;
}

static bool check_names(const struct website *site, const struct chain *chain, struct certificate *certificate,
                        struct error *err)
{
	const char *names[CERTIFICATE_NAMES];
	unsigned n;

	certificate_plain_names(site, names, &n);
	if (!chain_covers(chain, site->domain))
		return error_field(err, "chain", "names", "This certificate isn't for %s.", site->domain);
	certificate->n_names = 0;
	for (unsigned i = 0; i < n; i++) /* aliases that it isn't for are served as they were: browsers will warn */
		if (chain_covers(chain, names[i]))
			certificate->names[certificate->n_names++] = names[i];
	return true;
}

/* All that needs no key of ours. */
static bool check(const Stralix__V1__UploadCertificateRequest *req, const struct website *site,
                  struct certificate *certificate, struct chain **ret, struct error *err)
{
	_cleanup_(chain_freep) struct chain *chain = NULL;

	if (strstr(req->chain, "PRIVATE KEY"))
		return error_field(err, "chain", "key", "There is a private key among the certificates.");
	if (!chain_read(req->chain, "chain", &chain, err) || !chain_is_strong(chain, "chain", err) ||
	    !check_dates(chain, err) || !check_names(site, chain, certificate, err) ||
	    (*req->key && !chain_fits_key(chain, req->key, "key", err)))
		return false;
	*ret = TAKE_PTR(chain);
	return true;
}

/* The key that secrets for the website's node are sealed to. */
static bool node_key(struct call *call, const struct website *site, uint8_t ret[static SEAL_KEY], struct error *err)
{
	const Stralix__V1__GetSealKeysReply *reply;
	Stralix__V1__GetSealKeysRequest request;
	ProtobufCMessage *message;
	char *id = (char *)(uintptr_t)site->node_id;

	stralix__v1__get_seal_keys_request__init(&request);
	request.node_ids = &id;
	request.n_node_ids = 1;
	if (!call_rpc(call, "tasks", "GetSealKeys", &request.base, &stralix__v1__get_seal_keys_reply__descriptor,
	              &message, err))
		return false;
	reply = (const Stralix__V1__GetSealKeysReply *)(void *)message;
	return (reply->n_keys == 1 && token_public_parse(reply->keys[0]->key, ret)) ||
	       error_set(err, ERR_UNAVAILABLE, "The website's node hasn't said yet how to send it a secret.");
}

static bool seal_to_node(struct call *call, const struct website *site, const char *key,
                         struct certificate *certificate, struct error *err)
{
	_cleanup_buf_ struct buf box = { 0 };
	uint8_t public[SEAL_KEY], *copy;
	char id[UUID_TEXT];

	if (!node_key(call, site, public, err) ||
	    !seal(public, "website", uuid_format(&site->id, id), key, strlen(key), &box, err))
		return error_wrap(err, "seal the key");
	copy = arena_alloc(call_arena(call), box.size);
	if (!copy)
		return error_set(err, ERR_TOO_LARGE, "no room for the key");
	memcpy(copy, box.data, box.size);
	certificate->sealed_key = copy;
	certificate->sealed_key_size = box.size;
	return true;
}

/* The request that waits for this chain becomes the certificate; without a key there must be one. */
static bool find_place(struct call *call, struct change *change, const struct chain *chain, bool has_key,
                       struct certificate *certificate, bool *ret_there, struct error *err)
{
	struct certificate waiting;

	if (!certificate_lock_coming(change_tx(change), &certificate->website_id, "own", call_arena(call), &waiting,
	                             ret_there, err))
		return false;
	if (*ret_there && waiting.state == CERTIFICATE_INSTALLING)
		return error_set(err, ERR_CONFLICT, "One is being installed just now.");
	if (has_key) {
		bool gone = !*ret_there || certificate_delete(change_tx(change), &waiting.id, err);

		*ret_there = false;
		return gone;
	}
	if (!*ret_there || !waiting.csr_size)
		return error_field(err, "key", "required",
		                   "Give the key as well, or make a signing request here first.");
	if (!chain_fits_request(chain, waiting.csr, waiting.csr_size))
		return error_field(err, "chain", "match",
		                   "This isn't for the key of the signing request that was made here.");
	certificate->id = waiting.id;
	certificate->csr = waiting.csr;
	certificate->csr_size = waiting.csr_size;
	certificate->created_ms = waiting.created_ms;
	return true;
}

static const char *story_of(struct call *call, const struct chain *chain)
{
	const struct web_settings *settings = service_settings(call_service(call));
	char why[CHAIN_WORDS];

	if (chain_is_trusted(chain, settings->acme_roots, why))
		return "An own certificate was given; the node installs it.";
	return arena_printf(call_arena(call),
	                    "An own certificate was given; the node installs it. Browsers may not trust it: %s.", why);
}

static bool write_all(struct call *call, struct change *change, struct website *site, struct certificate *certificate,
                      const struct chain *chain, bool there, struct error *err)
{
	uint32_t epoch = service_epoch(call_service(call));
	struct arena *arena = call_arena(call);
	const char *words = story_of(call, chain);

	return (words || error_set(err, ERR_TOO_LARGE, "no room for words")) &&
	       (there || certificate_insert(change_tx(change), certificate, err)) &&
	       certificate_put(change, site, certificate, epoch, "certificate:update", arena, err) &&
	       certificate_update(change_tx(change), certificate, 0, err) &&
	       story_add(change_tx(change), certificate, STORY_DONE, words, NULL, arena, err) &&
	       certificate_tell(change, NULL, certificate, "certificate.upload", "accepted", "updated", arena, err) &&
	       certificate_reply(change, certificate, site->task_id, arena, err) && change_commit(change, err);
}

static struct certificate fresh(const struct website *site)
{
	return (struct certificate){
		.id = uuid_v7(),
		.org = site->org,
		.website_id = site->id,
		.domain = site->domain,
		.source = "own",
		.message = "",
		.order_url = "",
		.created_ms = clock_unix_ms(),
		.updated_ms = clock_unix_ms(),
	};
}

/*
 * Effects  one change: certificate row (installing), the website's new generation, task website.apply, audit
 *          certificate.upload. The key is sealed to the node before anything is written and kept nowhere else.
 * Errors   ERR_NOT_FOUND, ERR_INVALID (chain, key: with the rule that is broken), ERR_CONFLICT, ERR_UNAVAILABLE.
 */
bool web_upload_certificate(struct call *call, const Stralix__V1__UploadCertificateRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	_cleanup_(chain_freep) struct chain *chain = NULL;
	struct certificate certificate;
	bool there = false;
	struct website site;

	if (!wish_find(call, req->website_id, &site, err) || !certificate_may_ask(&site, err))
		return false;
	certificate = fresh(&site);
	if (!check(req, &site, &certificate, &chain, err) ||
	    (*req->key && !seal_to_node(call, &site, req->key, &certificate, err)) ||
	    !certificate_describe(&certificate, chain, req->chain, call_arena(call), err))
		return false;
	if (!website_change_begin(call, req->website_id, &change, &site, err) || !certificate_may_ask(&site, err) ||
	    !find_place(call, change, chain, *req->key, &certificate, &there, err) ||
	    !write_all(call, change, &site, &certificate, chain, there, err))
		return error_wrap(err, "certificate of '%s'", site.domain);
	return true;
}
