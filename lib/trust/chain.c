/* chain: see chain.h. */
#include "chain.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 10, RSA_LEAST = 2048, RSA_MOST = 8192 };

struct chain {
	X509 *certs[MOST];
	unsigned n;
};

static void bio_freep(BIO **bio)
{
	BIO_free_all(*bio);
}

static void pkey_freep(EVP_PKEY **pkey)
{
	EVP_PKEY_free(*pkey);
}

static void request_freep(X509_REQ **request)
{
	X509_REQ_free(*request);
}

static void store_freep(X509_STORE **store)
{
	X509_STORE_free(*store);
}

static void context_freep(X509_STORE_CTX **context)
{
	X509_STORE_CTX_free(*context);
}

static void stack_freep(STACK_OF(X509) * *stack)
{
	sk_X509_free(*stack);
}

static void number_freep(BIGNUM **number)
{
	BN_free(*number);
}

static void text_freep(char **text)
{
	OPENSSL_free(*text);
}

void chain_free(struct chain *chain)
{
	for (unsigned i = 0; chain && i < chain->n; i++)
		X509_free(chain->certs[i]);
	free(chain);
}

/* Each was signed by the next; a root at the end may be there. */
static bool check_order(const struct chain *chain, const char *field, struct error *err)
{
	for (unsigned i = 0; i + 1 < chain->n; i++)
		if (X509_check_issued(chain->certs[i + 1], chain->certs[i]) != X509_V_OK ||
		    X509_verify(chain->certs[i], X509_get0_pubkey(chain->certs[i + 1])) != 1) {
			ERR_clear_error();
			return error_field(
				err, field, "order",
				"Certificate %u isn't issued by the one behind it. The website's own comes first, "
				"then its issuer.",
				i + 1);
		}
	return true;
}

bool chain_read(const char *pem, const char *field, struct chain **ret, struct error *err)
{
	_cleanup_(bio_freep) BIO *bio = BIO_new_mem_buf(pem, -1);
	_cleanup_(chain_freep) struct chain *chain = calloc(1, sizeof(*chain));
	X509 *cert;

	if (!bio || !chain)
		return error_set(err, ERR_INTERNAL, "out of memory");
	while ((cert = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		if (chain->n == MOST) {
			X509_free(cert);
			return error_field(err, field, "count", "There are more than %d certificates.", MOST);
		}
		chain->certs[chain->n++] = cert;
	}
	ERR_clear_error();
	if (!chain->n || !BIO_eof(bio))
		return error_field(err, field, "certificate", "This can't be read as certificates.");
	if (X509_check_ca(chain->certs[0]) == 1)
		return error_field(err, field, "leaf", "The first certificate is an authority's, not a website's.");
	if (!check_order(chain, field, err))
		return false;
	*ret = TAKE_PTR(chain);
	return true;
}

static int64_t seconds(const ASN1_TIME *time)
{
	struct tm tm = { 0 };

	return ASN1_TIME_to_tm(time, &tm) ? (int64_t)timegm(&tm) : 0;
}

static void name_of(X509_NAME *name, char ret[static CHAIN_WORDS])
{
	if (X509_NAME_get_text_by_NID(name, NID_commonName, ret, CHAIN_WORDS) <= 0 &&
	    X509_NAME_get_text_by_NID(name, NID_organizationName, ret, CHAIN_WORDS) <= 0)
		snprintf(ret, CHAIN_WORDS, "unnamed");
	for (char *c = ret; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
			*c = '?';
}

static void key_type_of(EVP_PKEY *pkey, char *ret, size_t room)
{
	char group[32] = "";

	if (EVP_PKEY_is_a(pkey, "RSA"))
		snprintf(ret, room, "RSA %d", EVP_PKEY_get_bits(pkey));
	else if (EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) && strcmp(group, "prime256v1") == 0)
		snprintf(ret, room, "P-256");
	else if (strcmp(group, "secp384r1") == 0)
		snprintf(ret, room, "P-384");
	else
		snprintf(ret, room, "other");
}

static void base64url(const unsigned char *bytes, size_t size, char *ret, size_t room)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t n = 0;

	for (size_t i = 0; i < size && n + 5 < room; i += 3) {
		unsigned bits = (unsigned)bytes[i] << 16 | (i + 1 < size ? (unsigned)bytes[i + 1] << 8 : 0) |
		                (i + 2 < size ? bytes[i + 2] : 0);
		unsigned letters_of = size - i >= 3 ? 4 : (unsigned)(size - i) + 1;

		for (unsigned k = 0; k < letters_of; k++)
			ret[n++] = letters[bits >> (18 - 6 * k) & 63];
	}
	ret[n] = '\0';
}

/* base64url(key id) "." base64url(serial number's bytes as in the DER). */
static void renewal_id_of(X509 *leaf, char ret[static CHAIN_ID])
{
	const ASN1_OCTET_STRING *id = X509_get0_authority_key_id(leaf);
	unsigned char *der = NULL;
	int size = i2d_ASN1_INTEGER(X509_get_serialNumber(leaf), &der);
	char key[CHAIN_ID / 2], serial[CHAIN_ID / 2];

	ret[0] = '\0';
	if (id && size > 2 && size < 40) {
		base64url(ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id), key, sizeof(key));
		base64url(der + 2, (size_t)size - 2, serial, sizeof(serial));
		snprintf(ret, CHAIN_ID, "%s.%s", key, serial);
	}
	OPENSSL_free(der);
}

bool chain_describe(const struct chain *chain, struct chain_facts *ret, struct error *err)
{
	X509 *leaf = chain->certs[0];
	_cleanup_(number_freep) BIGNUM *number = ASN1_INTEGER_to_BN(X509_get_serialNumber(leaf), NULL);
	_cleanup_(text_freep) char *serial = number ? BN_bn2hex(number) : NULL;
	unsigned char digest[32];

	*ret = (struct chain_facts){ .not_before_s = seconds(X509_get0_notBefore(leaf)),
		                     .not_after_s = seconds(X509_get0_notAfter(leaf)) };
	if (!serial || !X509_digest(leaf, EVP_sha256(), digest, NULL))
		return error_set(err, ERR_INTERNAL, "OpenSSL can't describe a certificate");
	for (unsigned i = 0; i < sizeof(digest); i++)
		snprintf(ret->fingerprint + 2 * (size_t)i, 3, "%02x", digest[i]);
	snprintf(ret->serial, sizeof(ret->serial), "%.64s", serial);
	for (char *c = ret->serial; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'F' ? *c + 32 : *c);
	name_of(X509_get_issuer_name(leaf), ret->issuer);
	key_type_of(X509_get0_pubkey(leaf), ret->key_type, sizeof(ret->key_type));
	renewal_id_of(leaf, ret->renewal_id);
	return true;
}

bool chain_leaf(const struct chain *chain, uint8_t **ret, size_t *ret_size, struct error *err)
{
	int size = i2d_X509(chain->certs[0], NULL);
	_cleanup_free_ uint8_t *der = size > 0 ? malloc((size_t)size) : NULL;
	uint8_t *end = der;

	if (!der || i2d_X509(chain->certs[0], &end) != size)
		return error_set(err, ERR_INTERNAL, "a certificate can't be written");
	*ret_size = (size_t)size;
	*ret = TAKE_PTR(der);
	return true;
}

bool chain_covers(const struct chain *chain, const char *name)
{
	static const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
	char host[256];

	if (strncmp(name, "*.", 2) != 0)
		return X509_check_host(chain->certs[0], name, 0, flags, NULL) == 1;
	snprintf(host, sizeof(host), "any-label%s", name + 1); /* only a wildcard covers a name that nobody chose */
	return X509_check_host(chain->certs[0], host, 0, flags, NULL) == 1;
}

static bool key_is_strong(EVP_PKEY *pkey)
{
	char group[32] = "";
	int bits = EVP_PKEY_get_bits(pkey);

	if (EVP_PKEY_is_a(pkey, "RSA"))
		return bits >= RSA_LEAST && bits <= RSA_MOST;
	return EVP_PKEY_is_a(pkey, "EC") && EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) &&
	       (strcmp(group, "prime256v1") == 0 || strcmp(group, "secp384r1") == 0);
}

bool chain_is_strong(const struct chain *chain, const char *field, struct error *err)
{
	for (unsigned i = 0; i < chain->n; i++) {
		int digest = NID_undef;

		X509_get_signature_info(chain->certs[i], &digest, NULL, NULL, NULL);
		if (!key_is_strong(X509_get0_pubkey(chain->certs[i])))
			return error_field(
				err, field, "strength",
				"The key of certificate %u is one that browsers don't take: use RSA with 2048 bits or "
				"more, P-256 or P-384.",
				i + 1);
		if (digest == NID_sha1 || digest == NID_md5)
			return error_field(err, field, "strength", "Certificate %u is signed in a way that is broken.",
			                   i + 1);
	}
	return true;
}

bool chain_is_trusted(const struct chain *chain, const char *roots, char why[static CHAIN_WORDS])
{
	_cleanup_(store_freep) X509_STORE *store = X509_STORE_new();
	_cleanup_(context_freep) X509_STORE_CTX *context = X509_STORE_CTX_new();
	_cleanup_(stack_freep) STACK_OF(X509) *others = sk_X509_new_null();

	snprintf(why, CHAIN_WORDS, "the roots can't be read");
	if (!store || !context || !others || X509_STORE_load_file(store, roots) != 1) {
		ERR_clear_error();
		return false;
	}
	for (unsigned i = 1; i < chain->n; i++)
		if (!sk_X509_push(others, chain->certs[i]))
			return false;
	if (!X509_STORE_CTX_init(context, store, chain->certs[0], others))
		return false;
	X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
	if (X509_verify_cert(context) == 1)
		return true;
	snprintf(why, CHAIN_WORDS, "%s", X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
	ERR_clear_error();
	return false;
}

bool chain_fits_request(const struct chain *chain, const void *csr, size_t size)
{
	const unsigned char *at = csr;
	_cleanup_(request_freep) X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)size);

	return request && EVP_PKEY_eq(X509_REQ_get0_pubkey(request), X509_get0_pubkey(chain->certs[0])) == 1;
}

static int no_password(char *buffer, int size, int writing, void *arg)
{
	(void)buffer;
	(void)size;
	(void)writing;
	*(bool *)arg = true;
	return -1;
}

bool chain_fits_key(const struct chain *chain, const char *pem, const char *field, struct error *err)
{
	_cleanup_(bio_freep) BIO *bio = BIO_new_mem_buf(pem, -1);
	bool asked = false;
	_cleanup_(pkey_freep) EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, &asked) : NULL;

	ERR_clear_error();
	if (asked)
		return error_field(err, field, "password", "This key has a password. Give it without one.");
	if (!pkey)
		return error_field(err, field, "key", "This can't be read as a private key.");
	if (!key_is_strong(pkey))
		return error_field(err, field, "strength", "Use RSA with 2048 bits or more, P-256 or P-384.");
	if (EVP_PKEY_eq(pkey, X509_get0_pubkey(chain->certs[0])) != 1) {
		ERR_clear_error();
		return error_field(err, field, "match", "This isn't the key of the first certificate.");
	}
	return true;
}

bool chain_request_pem(const void *csr, size_t size, char **ret, struct error *err)
{
	const unsigned char *at = csr;
	_cleanup_(request_freep) X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)size);
	_cleanup_(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;

	if (!request || !bio || !PEM_write_bio_X509_REQ(bio, request))
		return error_set(err, ERR_BAD_REPLY, "The node's signing request can't be read.");
	n = BIO_get_mem_data(bio, &text);
	*ret = strndup(text, (size_t)n);
	return *ret || error_set(err, ERR_INTERNAL, "out of memory");
}
