/* certified: see certified.h. */

#include "certified.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness_internal.h"

void site_init(struct site *site, const char *domain)
{
	harness_command(&site->command, domain);
	stralix__v1__website_state__init(&site->state);
	stralix__v1__website_settings__init(&site->settings);
	stralix__v1__certificate__init(&site->certificate);
	site->certificate.id = (char *)(uintptr_t)CERTIFICATE;
	site->settings.aliases = site->aliases;
	site->state.settings = &site->settings;
}

void site_pack(struct site *site)
{
	site->command.extra_size = stralix__v1__website_state__pack(&site->state, site->room);
	site->command.extra = site->room;
}

void site_certify(struct site *site, const char *chain)
{
	site->certificate.chain = (char *)(uintptr_t)chain;
	site->state.certificate = &site->certificate;
}

void site_apply(struct harness *harness, struct site *site)
{
	site_pack(site);
	harness_run_well(harness, &site->command);
	harness_again(&site->command, site->command.generation + 1);
}

void csr_question(struct ask *ask, const struct csr *csr, void **packed)
{
	Stralix__V1__CsrQuestion question;

	stralix__v1__csr_question__init(&question);
	question.certificate_id = (char *)(uintptr_t)csr->certificate_id;
	question.names = (char **)(uintptr_t)csr->names;
	question.n_names = csr->n;
	question.key_type =
		csr->rsa ? STRALIX__V1__CSR_QUESTION__KEY_TYPE__RSA_2048 : STRALIX__V1__CSR_QUESTION__KEY_TYPE__P256;
	ask_init(ask, "csr", csr->website_id);
	ask->question = *packed = harness_packed(&question.base, &ask->size);
}

Stralix__V1__CsrAnswer *csr_ask(struct harness *harness, const struct csr *csr)
{
	Stralix__V1__CsrAnswer *found;
	struct ask ask;
	void *packed;

	csr_question(&ask, csr, &packed);
	Stralix__V1__NodeAnswer *answer = ask_answer(harness, &ask);
	if (answer->code[0])
		fail_msg("%s: %s", answer->code, answer->message);
	found = stralix__v1__csr_answer__unpack(NULL, answer->answer.len, answer->answer.data);
	assert_non_null(found);
	stralix__v1__node_answer__free_unpacked(answer, NULL);
	free(packed);
	return found;
}

char *site_order(struct harness *harness, struct authority *authority, const struct site *site,
                 const char *certificate_id, const char *names)
{
	const struct csr csr = { .website_id = site->command.website_id,
		                 .certificate_id = certificate_id,
		                 .names = { (char *)(uintptr_t)names },
		                 .n = 1 };
	Stralix__V1__CsrAnswer *answer = csr_ask(harness, &csr);
	char *chain = authority_answer(authority, &(struct issue){ .names = names }, &answer->csr);

	stralix__v1__csr_answer__free_unpacked(answer, NULL);
	return chain;
}
