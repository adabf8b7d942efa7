/* CreateCsr. A signing request of a key that the website's node makes, for an own certificate authority. */
#include <string.h>

#include "lib/base/clock.h"

#include "stralix/v1/node.contract.h"

#include "ask.h"
#include "certificate_call.h"
#include "certificate_follow.h"
#include "certificate_store.h"
#include "certificate_story.h"
#include "certificate_view.h"
#include "desire.h"
#include "web.h"
#include "wish.h"

static bool key_type(const char *name, Stralix__V1__CsrQuestion__KeyType *ret, struct error *err)
{
	if (!*name || strcmp(name, "p256") == 0)
		*ret = STRALIX__V1__CSR_QUESTION__KEY_TYPE__P256;
	else if (strcmp(name, "rsa2048") == 0)
		*ret = STRALIX__V1__CSR_QUESTION__KEY_TYPE__RSA_2048;
	else
		return error_field(err, "keyType", "one_of", "Choose p256 or rsa2048.");
	return true;
}

static bool ask(struct call *call, const struct website *site, struct certificate *certificate,
                Stralix__V1__CsrQuestion__KeyType type, struct error *err)
{
	const Stralix__V1__CsrAnswer *answer;
	Stralix__V1__CsrQuestion question;
	ProtobufCMessage *message = NULL;
	char id[UUID_TEXT];

	stralix__v1__csr_question__init(&question);
	question.certificate_id = uuid_format(&certificate->id, id);
	question.key_type = type;
	question.names = (char **)(uintptr_t)certificate->names;
	question.n_names = certificate->n_names;
	if (!ask_node(call, site, "csr", &question.base, &stralix__v1__csr_answer__rules, &message, err))
		return error_wrap(err, "signing request of the node");
	answer = (const Stralix__V1__CsrAnswer *)(void *)message;
	certificate->csr = answer->csr.data;
	certificate->csr_size = answer->csr.len;
	return answer->csr.len || error_set(err, ERR_BAD_REPLY, "The node gave no signing request.");
}

/* A request that waits already is forgotten with its key: the newest is the one to be answered. */
static bool make_room(struct call *call, struct change *change, const struct website *site, struct error *err)
{
	struct certificate waiting;
	bool found = false;

	if (!certificate_lock_coming(change_tx(change), &site->id, "own", call_arena(call), &waiting, &found, err))
		return false;
	if (found && waiting.state == CERTIFICATE_INSTALLING)
		return error_set(err, ERR_CONFLICT, "One is being installed just now.");
	return !found || certificate_delete(change_tx(change), &waiting.id, err);
}

/*
 * Effects  a key on the node; one change: certificate row (waiting for its chain), story, audit certificate.csr.
 * Errors   ERR_NOT_FOUND, ERR_INVALID (keyType), ERR_CONFLICT, ERR_UNAVAILABLE (the node).
 */
bool web_create_csr(struct call *call, const Stralix__V1__CreateCsrRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__CsrQuestion__KeyType type;
	struct arena *arena = call_arena(call);
	struct certificate certificate;
	struct website site;

	if (!key_type(req->key_type, &type, err) || !wish_find(call, req->website_id, &site, err) ||
	    !certificate_may_ask(&site, err))
		return false;
	certificate = (struct certificate){ .id = uuid_v7(),
		                            .org = site.org,
		                            .website_id = site.id,
		                            .domain = site.domain,
		                            .source = "own",
		                            .message = "It waits for the chain of your certificate authority.",
		                            .created_ms = clock_unix_ms(),
		                            .updated_ms = clock_unix_ms() };
	certificate_plain_names(&site, certificate.names, &certificate.n_names);
	if (!ask(call, &site, &certificate, type, err))
		return false;
	return (website_change_begin(call, req->website_id, &change, &site, err) &&
	        make_room(call, change, &site, err) && certificate_insert(change_tx(change), &certificate, err) &&
	        story_add(change_tx(change), &certificate, STORY_DONE, "The node has made a key and a signing request.",
	                  NULL, arena, err) &&
	        certificate_tell(change, NULL, &certificate, "certificate.csr", "accepted", "created", arena, err) &&
	        certificate_reply(change, &certificate, "", arena, err) && change_commit(change, err)) ||
	       error_wrap(err, "signing request of '%s'", site.domain);
}
