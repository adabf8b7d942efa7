/* dnskey: see dnskey.h. */
#include "dnskey.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <string.h>

enum { SCALAR = 32, POINT = 1 + DNSKEY_PUBLIC, BASE64 = 45 };

static void pkey_freep(EVP_PKEY **pkey)
{
	EVP_PKEY_free(*pkey);
}

static void bn_freep(BIGNUM **bn)
{
	BN_clear_free(*bn);
}

bool dnskey_new(uint8_t ret[static DNSKEY_PUBLIC], struct buf *private, struct error *err)
{
	_cleanup_(pkey_freep) EVP_PKEY *pkey = EVP_EC_gen("P-256");
	_cleanup_(bn_freep) BIGNUM *scalar = NULL;
	uint8_t point[POINT], secret[SCALAR];
	char text[BASE64];
	size_t size = 0;
	bool done;

	if (!pkey ||
	    !EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof(point), &size) ||
	    size != POINT || !EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &scalar))
		return error_set(err, ERR_INTERNAL, "make a key of a zone");
	done = BN_bn2binpad(scalar, secret, SCALAR) == SCALAR &&
	       EVP_EncodeBlock((unsigned char *)text, secret, SCALAR) == BASE64 - 1;
	if (done)
		buf_printf(private, "Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: %s\n",
		           text);
	OPENSSL_cleanse(secret, sizeof(secret));
	OPENSSL_cleanse(text, sizeof(text));
	memcpy(ret, point + 1, DNSKEY_PUBLIC);
	return (done && !buf_failed(private)) || error_set(err, ERR_INTERNAL, "make a key of a zone");
}
