/* The internal certificate authority: a root, issuers below it, and what they issue. */
#include "cert.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "lib/base/buf.h"

#include "store.h"

enum {
	PEM_MAX = 65536,
	SERIAL = 16,
	BACKDATE_S = 3600, /* a node whose clock is slow still gets in, and is told that it is */
};

struct cert_authority {
	X509 *cert;
	EVP_PKEY *key;
};

static void bio_freep(BIO **bio)
{
	BIO_free(*bio);
}

static void x509_freep(X509 **cert)
{
	X509_free(*cert);
}

static void key_freep(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

/* Says what OpenSSL says, and empties its queue. */
static bool fail(struct error *err, const char *what)
{
	char text[256] = "no reason given";
	unsigned long code = ERR_peek_last_error();

	if (code != 0)
		ERR_error_string_n(code, text, sizeof text);
	ERR_clear_error();
	return error_set(err, ERR_INTERNAL, "%s: %s", what, text);
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;
	bool done;

	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	X509V3_set_ctx_nodb(&context);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	if (!extension)
		return false;
	done = X509_add_ext(cert, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return done;
}

static bool set_serial(X509 *cert)
{
	uint8_t bytes[SERIAL];
	BIGNUM *number;
	bool done;

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return false;
	bytes[0] = (bytes[0] & 0x7f) | 0x40; /* positive, of one length */
	number = BN_bin2bn(bytes, sizeof bytes, NULL);
	done = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
	BN_free(number);
	return done;
}

/* A certificate without extensions and signature, issued by itself when issuer is NULL. */
static X509 *blank(const char *name, EVP_PKEY *key, const X509 *issuer, unsigned days)
{
	_cleanup_(x509_freep) X509 *cert = X509_new();
	X509_NAME *subject;

	if (!cert || !set_serial(cert))
		return NULL;
	subject = X509_get_subject_name(cert);
	if (X509_set_version(cert, X509_VERSION_3) != 1 || !X509_gmtime_adj(X509_getm_notBefore(cert), -BACKDATE_S) ||
	    !X509_time_adj_ex(X509_getm_notAfter(cert), (int)days, 0, NULL) ||
	    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) != 1 ||
	    X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer) : subject) != 1 ||
	    X509_set_pubkey(cert, key) != 1)
		return NULL;
	return TAKE_PTR(cert);
}

static bool add_key_ids(X509 *cert, X509 *issuer)
{
	return add_extension(cert, issuer, NID_subject_key_identifier, "hash") &&
	       add_extension(cert, issuer, NID_authority_key_identifier, "keyid:always");
}

bool cert_authority_new(const char *name, const struct cert_authority *parent, unsigned days,
                        struct cert_authority **ret, struct error *err)
{
	_cleanup_(cert_authority_freep) struct cert_authority *ca = calloc(1, sizeof *ca);
	X509 *issuer;

	if (!ca)
		return error_set(err, ERR_INTERNAL, "make authority '%s': out of memory", name);
	ca->key = EVP_EC_gen("P-256");
	ca->cert = ca->key ? blank(name, ca->key, parent ? parent->cert : NULL, days) : NULL;
	issuer = parent ? parent->cert : ca->cert;
	if (!ca->cert ||
	    !add_extension(ca->cert, issuer, NID_basic_constraints,
	                   parent ? "critical,CA:TRUE,pathlen:0" : "critical,CA:TRUE,pathlen:1") ||
	    !add_extension(ca->cert, issuer, NID_key_usage, "critical,keyCertSign,cRLSign") ||
	    !add_key_ids(ca->cert, issuer) || X509_sign(ca->cert, parent ? parent->key : ca->key, EVP_sha256()) <= 0)
		return fail(err, "make an authority");
	*ret = TAKE_PTR(ca);
	return true;
}

static BIO *read_bio(const char *path, char **ret_text, struct error *err)
{
	BIO *bio;
	size_t size;

	if (!store_read(path, PEM_MAX, ret_text, &size, err))
		return NULL;
	bio = BIO_new_mem_buf(*ret_text, (int)size);
	if (!bio)
		fail(err, "read a file");
	return bio;
}

/* A pass phrase is never asked for: nobody sits there. */
static int no_pass_phrase(char *buffer, int size, int writing, void *arg)
{
	(void)buffer, (void)size, (void)writing, (void)arg;
	return -1;
}

bool cert_authority_read(const char *cert_path, const char *key_path, struct cert_authority **ret, struct error *err)
{
	_cleanup_(cert_authority_freep) struct cert_authority *ca = calloc(1, sizeof *ca);
	_cleanup_free_ char *cert_text = NULL, *key_text = NULL;
	_cleanup_(bio_freep) BIO *cert = NULL, *key = NULL;

	if (!ca)
		return error_set(err, ERR_INTERNAL, "read %s: out of memory", cert_path);
	cert = read_bio(cert_path, &cert_text, err);
	key = cert ? read_bio(key_path, &key_text, err) : NULL;
	if (!key)
		return error_wrap(err, "read an authority");
	ca->cert = PEM_read_bio_X509(cert, NULL, no_pass_phrase, NULL);
	ca->key = PEM_read_bio_PrivateKey(key, NULL, no_pass_phrase, NULL);
	OPENSSL_cleanse(key_text, strlen(key_text));
	if (!ca->cert || !ca->key || X509_check_private_key(ca->cert, ca->key) != 1)
		return fail(err, cert_path);
	*ret = TAKE_PTR(ca);
	return true;
}

/* Writes what the BIO holds. */
static bool write_bio(BIO *bio, const char *path, mode_t mode, struct error *err)
{
	char *data = NULL;
	long size = BIO_get_mem_data(bio, &data);

	return size > 0 ? store_write(path, data, (size_t)size, mode, err) : fail(err, path);
}

static bool write_key(EVP_PKEY *key, const char *path, struct error *err)
{
	_cleanup_(bio_freep) BIO *bio = BIO_new(BIO_s_secmem());

	if (!bio || PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1)
		return fail(err, "spell a key");
	return write_bio(bio, path, 0600, err);
}

static bool write_certs(X509 *first, X509 *second, const char *path, struct error *err)
{
	_cleanup_(bio_freep) BIO *bio = BIO_new(BIO_s_mem());

	if (!bio || PEM_write_bio_X509(bio, first) != 1 || (second && PEM_write_bio_X509(bio, second) != 1))
		return fail(err, "spell a certificate");
	return write_bio(bio, path, 0644, err);
}

bool cert_authority_write(const struct cert_authority *ca, const char *cert_path, const char *key_path,
                          struct error *err)
{
	return write_key(ca->key, key_path, err) && write_certs(ca->cert, NULL, cert_path, err);
}

bool cert_bundle_write(const struct cert_authority *root, const struct cert_authority *issuer, const char *path,
                       struct error *err)
{
	return write_certs(root->cert, issuer->cert, path, err);
}

void cert_authority_free(struct cert_authority *ca)
{
	if (!ca)
		return;
	X509_free(ca->cert);
	EVP_PKEY_free(ca->key);
	free(ca);
}

/* "DNS:a,DNS:b,IP:c"; false for a name that would end its entry. */
static bool spell_names(const struct cert_request *request, struct buf *out)
{
	const struct {
		const char *kind;
		const char *const *names;
	} lists[] = { { "DNS", request->dns }, { "IP", request->ip } };

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (size_t k = 0; lists[i].names && lists[i].names[k]; k++) {
			if (strpbrk(lists[i].names[k], ",;= \n") || lists[i].names[k][0] == '\0')
				return false;
			buf_printf(out, "%s%s:%s", out->size > 0 ? "," : "", lists[i].kind, lists[i].names[k]);
		}
	return !buf_failed(out);
}

static const char *usages(const struct cert_request *request)
{
	if (request->server)
		return request->client ? "serverAuth,clientAuth" : "serverAuth";
	return "clientAuth";
}

static X509 *issue(const struct cert_authority *ca, const struct cert_request *request, EVP_PKEY *key,
                   const char *names)
{
	_cleanup_(x509_freep) X509 *cert = blank(request->name, key, ca->cert, request->days);

	if (!cert || !add_extension(cert, ca->cert, NID_basic_constraints, "critical,CA:FALSE") ||
	    !add_extension(cert, ca->cert, NID_key_usage, "critical,digitalSignature") ||
	    !add_extension(cert, ca->cert, NID_ext_key_usage, usages(request)) || !add_key_ids(cert, ca->cert) ||
	    (names && !add_extension(cert, ca->cert, NID_subject_alt_name, names)) ||
	    X509_sign(cert, ca->key, EVP_sha256()) <= 0)
		return NULL;
	return TAKE_PTR(cert);
}

bool cert_issue(const struct cert_authority *ca, const struct cert_request *request, const char *cert_path,
                const char *key_path, struct error *err)
{
	_cleanup_buf_ struct buf names = { 0 };
	_cleanup_(key_freep) EVP_PKEY *key = NULL;
	_cleanup_(x509_freep) X509 *cert = NULL;

	if (!request->server && !request->client)
		return error_set(err, ERR_INVALID, "issue '%s': neither for a server nor for a client", request->name);
	if (!spell_names(request, &names))
		return error_set(err, ERR_INVALID, "issue '%s': an alternative name is malformed", request->name);
	key = EVP_EC_gen("P-256");
	cert = key ? issue(ca, request, key, names.data) : NULL;
	if (!cert) {
		fail(err, "OpenSSL");
		return error_wrap(err, "issue '%s'", request->name);
	}
	return write_key(key, key_path, err) && write_certs(cert, ca->cert, cert_path, err);
}

static bool covers_names(X509 *cert, const struct cert_request *request)
{
	for (size_t i = 0; request->dns && request->dns[i]; i++)
		if (X509_check_host(cert, request->dns[i], 0, 0, NULL) != 1)
			return false;
	for (size_t i = 0; request->ip && request->ip[i]; i++)
		if (X509_check_ip_asc(cert, request->ip[i], 0) != 1)
			return false;
	return true;
}

bool cert_serves(const struct cert_authority *ca, const struct cert_request *request, const char *path,
                 unsigned min_days)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_(bio_freep) BIO *bio = read_bio(path, &text, NULL);
	_cleanup_(x509_freep) X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, no_pass_phrase, NULL) : NULL;
	int days, seconds;

	return cert && ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert)) == 1 && days > (int)min_days &&
	       X509_verify(cert, ca->key) == 1 && covers_names(cert, request);
}
