/* certified: websites with certificates for the tests of the agent. Everything here asserts. */
#pragma once

#include "ask.h"
#include "authority.h"

#define CERTIFICATE "0190b5a6-7c1e-7000-8000-00000000000a"
#define OTHER_CERTIFICATE "0190b5a6-7c1e-7000-8000-00000000000b"

/* A website whose state has what the tests are about. */
struct site {
	struct harness_command command;
	Stralix__V1__WebsiteState state;
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__Certificate certificate;
	char *aliases[4];
	uint8_t room[32768];
};

void site_init(struct site *site, const char *domain);
void site_pack(struct site *site); /* puts the state behind what the command says by itself */
void site_certify(struct site *site, const char *chain);
void site_apply(struct harness *harness, struct site *site);

struct csr {
	const char *website_id, *certificate_id;
	char *names[4];
	size_t n;
	bool rsa;
};
void csr_question(struct ask *ask, const struct csr *csr, void **packed);
Stralix__V1__CsrAnswer *csr_ask(struct harness *harness, const struct csr *csr);

/* A certificate for a request of this website's node; the chain is the caller's. */
char *site_order(struct harness *harness, struct authority *authority, const struct site *site,
                 const char *certificate_id, const char *names);
