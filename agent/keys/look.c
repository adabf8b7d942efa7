/* look: what is to be said of a chain: whether it is one, whether the key is the leaf's, which names it is for. */

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/keys/keys.h"
#include "agent/keys/private.h"

enum { CHAIN = 10, NAMES = 256, RSA_LEAST = 2048, SKEW_S = 150 };

struct chain {
	X509 *certificate[CHAIN];
	unsigned n;
};

DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)
DEFINE_CLEANUP(BIO *, BIO_free_all)

static void chain_done(struct chain *chain)
{
	for (unsigned i = 0; i < chain->n; i++)
		X509_free(chain->certificate[i]);
}

static bool read_chain(const uint8_t *pem, size_t size, struct chain *chain, struct keys_reply *reply)
{
	_cleanup_(BIO_free_allp) BIO *bio = BIO_new_mem_buf(pem, (int)size);
	X509 *next;

	if (!bio)
		return keys_fail(reply, "out of memory");
	while ((next = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		if (chain->n == CHAIN) {
			X509_free(next);
			return keys_refuse(reply, "The chain has more than %d certificates.", CHAIN);
		}
		chain->certificate[chain->n++] = next;
	}
	/* The end of the text is the one thing that may end the list. */
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return keys_refuse(reply, "Certificate %u of the chain can't be read.", chain->n + 1);
	ERR_clear_error();
	return chain->n > 0 || keys_refuse(reply, "There is no certificate in the chain.");
}

static bool check_order(const struct chain *chain, struct keys_reply *reply)
{
	for (unsigned i = 0; i + 1 < chain->n; i++) {
		EVP_PKEY *issuer = X509_get0_pubkey(chain->certificate[i + 1]);

		if (X509_NAME_cmp(X509_get_issuer_name(chain->certificate[i]),
		                  X509_get_subject_name(chain->certificate[i + 1])) != 0 ||
		    !issuer || X509_verify(chain->certificate[i], issuer) != 1)
			return keys_refuse(reply,
			                   "The chain is out of order: certificate %u isn't issued by certificate %u. "
			                   "The website's own comes first, then each one's issuer.",
			                   i + 1, i + 2);
	}
	return true;
}

/* What browsers take, and no less than OpenSSL's own level of security wants. */
static bool check_strength(const EVP_PKEY *key, struct keys_reply *reply)
{
	char curve[32] = "";
	size_t size;

	if (EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= RSA_LEAST)
		return true;
	if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, curve, sizeof(curve), &size) == 1 &&
	    (strcmp(curve, "prime256v1") == 0 || strcmp(curve, "secp384r1") == 0))
		return true;
	return keys_refuse(reply, "The certificate's key must be RSA of at least %d bits, P-256 or P-384.", RSA_LEAST);
}

static bool check_dates(const X509 *leaf, struct keys_reply *reply)
{
	time_t now = time(NULL), soon = now + SKEW_S;

	if (X509_cmp_time(X509_get0_notBefore(leaf), &soon) > 0)
		return keys_refuse(reply, "The certificate isn't good yet.");
	return X509_cmp_time(X509_get0_notAfter(leaf), &now) > 0 || keys_refuse(reply, "The certificate has expired.");
}

static bool check_key(const X509 *leaf, const struct frame *request, struct keys_reply *reply)
{
	_cleanup_(EVP_PKEY_freep) EVP_PKEY *key = keys_read_private(request->part[2], request->size[2]);

	if (!key)
		return keys_refuse(reply, "The private key can't be read. It has to be PEM, without a password.");
	return EVP_PKEY_eq(key, X509_get0_pubkey(leaf)) == 1 ||
	       keys_refuse(reply, "The private key isn't the certificate's.");
}

bool keys_add_leaf(struct keys_reply *reply, const void *x509)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned size;

	if (X509_digest(x509, EVP_sha256(), digest, &size) != 1)
		return keys_fail(reply, "out of memory");
	return keys_add(reply, digest, size);
}

static bool add_names(X509 *leaf, const char *names, struct keys_reply *reply)
{
	char found[NAMES + 1];
	size_t n = 0;

	for (const char *name = names; *name && n < NAMES; name += strspn(name, "\n")) {
		size_t size = strcspn(name, "\n");

		found[n++] = X509_check_host(leaf, name, size,
		                             X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
		                             NULL) == 1
		                     ? '1'
		                     : '0';
		name += size;
	}
	return keys_add(reply, found, n);
}

bool keys_look(const struct frame *request, struct keys_reply *reply)
{
	_cleanup_(chain_done) struct chain chain = { .n = 0 };
	bool check = request->word == KEYS_CHECK;
	X509 *leaf;

	if (request->n != (check ? 3 : 2))
		return keys_fail(reply, "a chain can't be looked at like this");
	if (!read_chain(request->part[0], request->size[0], &chain, reply))
		return false;
	leaf = chain.certificate[0];
	if (check && (!check_order(&chain, reply) || !check_key(leaf, request, reply) ||
	              !check_strength(X509_get0_pubkey(leaf), reply) || !check_dates(leaf, reply)))
		return false;
	return keys_add_leaf(reply, leaf) && add_names(leaf, (const char *)request->part[1], reply);
}
