/* certificate_order: with the authority: an order, the node's request, the chain. */
#include "certificate_order.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"
#include "lib/trust/chain.h"

#include "stralix/v1/node.contract.h"
#include "stralix/v1/tasks.pb-c.h"

#include "acme_budget.h"
#include "certificate_install.h"
#include "certificate_store.h"
#include "web.h"

enum { POLL_MS = 1500, POLL_MOST_S = 300, ASK_MS = 20000, ANSWER_MAX = 300000 };

int64_t order_poll_ms(const struct certificate_run *run)
{
	unsigned asked = acme_retry_after_s(run->acme);

	return asked ? (int64_t)(asked > POLL_MOST_S ? POLL_MOST_S : asked) * 1000 : POLL_MS;
}

/* Takes one order of the budgets before the authority is asked: what may be lost is counted, too. */
static bool take_budget(struct certificate_run *run, int64_t *ret_until, char words[static 160], struct error *err)
{
	const struct web_settings *settings = service_settings(run->service);
	_cleanup_(tx_freep) struct tx *tx = NULL;

	return tx_begin(service_db(run->service), &run->certificate.org, &tx, err) &&
	       budget_take(tx, settings, &run->certificate, ret_until, words, err) && tx_commit(&tx, err);
}

/* What the renewed one is called by the authority; "": it isn't known. */
static bool replaced_id(struct certificate_run *run, const char **ret, struct error *err)
{
	struct certificate before;

	*ret = "";
	if (uuid_is_nil(&run->certificate.replaces))
		return true;
	if (!certificate_find(service_db_wide(run->service), &run->certificate.replaces, run->arena, &before, err))
		return err->code == ERR_NOT_FOUND;
	if (certificate_is_acme(&before))
		*ret = before.renewal_id;
	return true;
}

static bool new_order(struct certificate_run *run, struct acme_order *ret, struct error *err)
{
	const struct certificate *certificate = &run->certificate;
	struct acme_signer signer;
	const char *replaces;
	char url[ACME_URL];

	if (!replaced_id(run, &replaces, err) || !acme_account_signer(run->account, run->acme, url, &signer, err))
		return false;
	if (acme_order_new(run->acme, &signer, certificate->names, certificate->n_names, replaces, run->arena, ret,
	                   err))
		return true;
	if (!*replaces || strcmp(acme_problem(run->acme)->type, "rateLimited") == 0 || err->code == ERR_UNAVAILABLE)
		return false;
	*err = (struct error){ 0 }; /* the one before was replaced already, or isn't known there */
	return acme_order_new(run->acme, &signer, certificate->names, certificate->n_names, NULL, run->arena, ret, err);
}

bool step_ordering(struct certificate_run *run, bool *ret_more, struct error *err)
{
	struct acme_order order;
	struct error why = { 0 };
	char words[160] = "";
	int64_t until;

	if (*run->certificate.order_url)
		return run_advance(run, CERTIFICATE_VALIDATING, NULL, ret_more, err);
	if (!run->account)
		return run_advance(run, CERTIFICATE_WAITING, NULL, ret_more, err);
	if (!take_budget(run, &until, words, err))
		return false;
	if (until) {
		const char *told = arena_printf(run->arena, "It has to wait: %s.", words);

		if (!told)
			return error_set(err, ERR_TOO_LARGE, "no room for words");
		why = (struct error){ .code = ERR_RATE_LIMITED };
		error_set(&why, ERR_RATE_LIMITED, "%s", told);
		why.retry_after_s = (unsigned)((until - clock_unix_ms()) / 1000) + 1;
		return run_fail(run, &why, NULL, ret_more, err);
	}
	if (!new_order(run, &order, &why))
		return run_trouble(run, &why, ret_more, err);
	failpoint("web.ordered");
	run->certificate.order_url = order.url;
	run->certificate.answered = "";
	run->certificate.csr = NULL;
	run->certificate.csr_size = 0;
	return run_advance(run, CERTIFICATE_VALIDATING, "The certificate authority has taken the order.", ret_more,
	                   err);
}

bool order_look(struct certificate_run *run, char url[static ACME_URL], struct acme_signer *signer,
                struct acme_order *order, struct error *err)
{
	return acme_account_signer(run->account, run->acme, url, signer, err) &&
	       acme_order_get(run->acme, signer, run->certificate.order_url, run->arena, order, err);
}

static bool ask_node(struct certificate_run *run, const ProtobufCMessage *question, ProtobufCMessage **ret,
                     struct error *err)
{
	const Stralix__V1__AskNodeReply *reply;
	Stralix__V1__AskNodeRequest request;
	ProtobufCMessage *message;
	char id[UUID_TEXT];

	stralix__v1__ask_node_request__init(&request);
	request.node_id = (char *)(uintptr_t)run->site.node_id;
	request.kind = (char *)(uintptr_t) "website";
	request.verb = (char *)(uintptr_t) "csr";
	request.resource_id = uuid_format(&run->site.id, id);
	request.question.data = contract_pack(question, run->arena, &request.question.len);
	if (!request.question.data)
		return error_set(err, ERR_TOO_LARGE, "the question is too large");
	if (!service_rpc(run->service, "tasks", "AskNode", NULL, "", &request.base,
	                 &stralix__v1__ask_node_reply__descriptor, ASK_MS, run->arena, &message, err))
		return false;
	reply = (const Stralix__V1__AskNodeReply *)(void *)message;
	return contract_unpack(&stralix__v1__csr_answer__descriptor, reply->answer.data, reply->answer.len, ANSWER_MAX,
	                       run->arena, ret, err) &&
	       contract_validate(&stralix__v1__csr_answer__rules, *ret, run->arena, err);
}

/* The node's request, with its key that is called as the certificate is. Kept before it is sent, so that the chain can
 * be held against it whatever happens between. */
static bool get_request(struct certificate_run *run, struct error *err)
{
	struct certificate *certificate = &run->certificate;
	const Stralix__V1__CsrAnswer *answer;
	Stralix__V1__CsrQuestion question;
	ProtobufCMessage *message = NULL;
	char id[UUID_TEXT];

	stralix__v1__csr_question__init(&question);
	question.certificate_id = uuid_format(&certificate->id, id);
	question.key_type = STRALIX__V1__CSR_QUESTION__KEY_TYPE__P256;
	question.names = (char **)(uintptr_t)certificate->names;
	question.n_names = certificate->n_names;
	if (!ask_node(run, &question.base, &message, err))
		return error_wrap(err, "signing request of the node");
	answer = (const Stralix__V1__CsrAnswer *)(void *)message;
	if (!answer->csr.len)
		return error_set(err, ERR_BAD_REPLY, "The node gave no signing request.");
	certificate->csr = answer->csr.data;
	certificate->csr_size = answer->csr.len;
	return true;
}

/* The chain, or an alternative one, that leads to a root that is trusted here. */
static bool get_chain(struct certificate_run *run, const struct acme_signer *signer, const char *url, struct buf *ret,
                      struct error *err)
{
	const char **alternates = NULL;
	size_t n = 0;

	if (!acme_certificate_get(run->acme, signer, url, ret, run->arena, &alternates, &n, err))
		return false;
	for (size_t i = 0; i < n && !certificate_is_trusted(run, ret->data); i++) {
		buf_clear(ret);
		if (!acme_certificate_get(run->acme, signer, alternates[i], ret, run->arena, NULL, NULL, err))
			return false;
	}
	return true;
}

static bool take_chain(struct certificate_run *run, const struct acme_signer *signer, const struct acme_order *order,
                       bool *ret_more, struct error *err)
{
	_cleanup_buf_ struct buf chain = { 0 };
	struct error why = { 0 };

	if (!get_chain(run, signer, order->certificate, &chain, &why))
		return run_trouble(run, &why, ret_more, err);
	if (!certificate_take(run, chain.data, &why))
		return run_fail(run, &why, NULL, ret_more, err);
	return certificate_install(run, ret_more, err);
}

bool step_issuing(struct certificate_run *run, bool *ret_more, struct error *err)
{
	struct acme_order order, after;
	struct acme_signer signer;
	struct error why = { 0 };
	char url[ACME_URL];

	if (!run->account || !*run->certificate.order_url)
		return run_advance(run, CERTIFICATE_WAITING, NULL, ret_more, err);
	if (!order_look(run, url, &signer, &order, &why))
		return run_trouble(run, &why, ret_more, err);
	if (order.status == ACME_VALID && run->certificate.csr_size)
		return take_chain(run, &signer, &order, ret_more, err);
	if (order.status == ACME_PROCESSING)
		return run_wait(run, order_poll_ms(run), ret_more, err);
	if (order.status != ACME_READY) {
		error_set(&why, ERR_CONFLICT, "The certificate authority has given up the order.");
		return run_fail(run, &why, NULL, ret_more, err);
	}
	if (!run->certificate.csr_size) {
		if (!get_request(run, &why))
			return run_trouble(run, &why, ret_more, err);
		return run_advance(run, CERTIFICATE_ISSUING, "The node has made a key and a signing request.", ret_more,
		                   err);
	}
	if (!acme_order_finalize(run->acme, &signer, &order, run->certificate.csr, run->certificate.csr_size,
	                         run->arena, &after, &why))
		return run_trouble(run, &why, ret_more, err);
	failpoint("web.finalized");
	return after.status == ACME_VALID ? run_advance(run, CERTIFICATE_ISSUING, NULL, ret_more, err)
	                                  : run_wait(run, order_poll_ms(run), ret_more, err);
}
