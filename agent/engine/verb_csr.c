/* csr: a request for a certificate, signed by a key that stays here. */

#include <string.h>

#include "stralix/v1/node.contract.h"

#include "agent/engine/keys.h"
#include "agent/engine/verb.h"

bool verb_csr(const struct verb_node *node, const struct question *question, struct arena *arena, struct buf *answer,
              struct error *err)
{
	_cleanup_buf_ struct buf names = { 0 }, csr = { 0 };
	const Stralix__V1__CsrQuestion *wanted;
	Stralix__V1__CsrAnswer reply;
	ProtobufCMessage *message;

	if (!verb_unpack(question, &stralix__v1__csr_question__rules, arena, &message, err))
		return false;
	if (!question->kind->keys)
		return error_set(err, ERR_AGENT_TOO_OLD, "a %s has no certificate on this node", question->kind->name);
	wanted = (const Stralix__V1__CsrQuestion *)message;
	for (size_t i = 0; i < wanted->n_names; i++)
		buf_printf(&names, "%s%s", i > 0 ? "\n" : "", wanted->names[i]);
	if (buf_failed(&names))
		return error_set(err, ERR_INTERNAL, "out of memory");
	const struct keys_request request = { .website_id = question->resource_id,
		                              .certificate_id = wanted->certificate_id,
		                              .names = names.data,
		                              .rsa = wanted->key_type ==
		                                     STRALIX__V1__CSR_QUESTION__KEY_TYPE__RSA_2048 };
	if (!keys_csr(node->keys, &request, &csr, err))
		return false;
	stralix__v1__csr_answer__init(&reply);
	reply.csr.data = (uint8_t *)csr.data;
	reply.csr.len = csr.size;
	return verb_pack(&reply.base, answer, err);
}
