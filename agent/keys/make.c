/* make: private keys, and requests for certificates of them. */

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "agent/keys/keys.h"
#include "agent/keys/private.h"

enum { RSA_BITS = 2048, COMMON_NAME = 64 };

DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)
DEFINE_CLEANUP(X509_REQ *, X509_REQ_free)
DEFINE_CLEANUP(BIO *, BIO_free_all)

EVP_PKEY *keys_read_private(const uint8_t *pem, size_t size)
{
	_cleanup_(BIO_free_allp) BIO *bio = BIO_new_mem_buf(pem, (int)size);

	/* Without a password: one that is encrypted is no use here, and nobody is to be asked for it. */
	return bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)(uintptr_t) "") : NULL;
}

bool keys_make(const struct frame *request, struct keys_reply *reply)
{
	_cleanup_(BIO_free_allp) BIO *bio = BIO_new(BIO_s_secmem());
	_cleanup_(EVP_PKEY_freep) EVP_PKEY *key = NULL;
	char *text = NULL;
	long size;

	if (request->n != 1 || !bio)
		return keys_fail(reply, "a key can't be made of this");
	if (strcmp((const char *)request->part[0], "RSA-2048") == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS);
	else
		key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	if (!key || PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1)
		return keys_fail(reply, "OpenSSL can't make a key");
	size = BIO_get_mem_data(bio, &text);
	return keys_add(reply, text, (size_t)size);
}

static bool add_name(STACK_OF(GENERAL_NAME) * names, const char *name, size_t size)
{
	GENERAL_NAME *general = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();

	if (general && text && ASN1_STRING_set(text, name, (int)size) == 1) {
		GENERAL_NAME_set0_value(general, GEN_DNS, text);
		text = NULL;
		if (sk_GENERAL_NAME_push(names, general) > 0)
			return true;
	}
	ASN1_IA5STRING_free(text);
	GENERAL_NAME_free(general);
	return false;
}

/* Each name as a DNS name, in order; nothing but the subject's first one goes into the subject. */
static bool add_names(X509_REQ *req, const char *names)
{
	STACK_OF(GENERAL_NAME) *list = sk_GENERAL_NAME_new_null();
	STACK_OF(X509_EXTENSION) *extensions = NULL;
	X509_NAME *subject = X509_REQ_get_subject_name(req);
	size_t first = strcspn(names, "\n");
	bool ok = list != NULL;

	if (ok && first <= COMMON_NAME && names[0] != '*')
		ok = X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const uint8_t *)names, (int)first, -1,
		                                0) == 1;
	for (const char *name = names; ok && *name; name += strspn(name, "\n")) {
		size_t size = strcspn(name, "\n");

		ok = add_name(list, name, size);
		name += size;
	}
	ok = ok && X509V3_add1_i2d(&extensions, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT) == 1 &&
	     X509_REQ_add_extensions(req, extensions) == 1;
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	sk_GENERAL_NAME_pop_free(list, GENERAL_NAME_free);
	return ok;
}

bool keys_sign(const struct frame *request, struct keys_reply *reply)
{
	_cleanup_(X509_REQ_freep) X509_REQ *req = X509_REQ_new();
	_cleanup_(EVP_PKEY_freep) EVP_PKEY *key = NULL;
	uint8_t *der = NULL;
	int size;
	bool ok;

	if (request->n != 2 || !req)
		return keys_fail(reply, "a request can't be made of this");
	key = keys_read_private(request->part[0], request->size[0]);
	if (!key)
		return keys_fail(reply, "the private key on this node can't be read");
	if (X509_REQ_set_version(req, X509_REQ_VERSION_1) != 1 || X509_REQ_set_pubkey(req, key) != 1 ||
	    !add_names(req, (const char *)request->part[1]) || X509_REQ_sign(req, key, EVP_sha256()) <= 0 ||
	    (size = i2d_X509_REQ(req, &der)) <= 0)
		return keys_fail(reply, "OpenSSL can't make a request");
	ok = keys_add(reply, der, (size_t)size);
	OPENSSL_free(der);
	return ok;
}
