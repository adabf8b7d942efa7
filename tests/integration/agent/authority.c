/* authority: see the header. */

#include "authority.h"

#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness_internal.h"

struct authority {
	EVP_PKEY *root_key, *key;
	X509 *root, *issuer;
	long serial;
};

static void extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static X509 *begin(struct authority *authority, const char *name, EVP_PKEY *key, long from_s, long until_s)
{
	X509 *certificate = X509_new();

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++authority->serial);
	X509_gmtime_adj(X509_getm_notBefore(certificate), from_s);
	X509_gmtime_adj(X509_getm_notAfter(certificate), until_s);
	X509_set_pubkey(certificate, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, (const uint8_t *)name, -1,
	                           -1, 0);
	return certificate;
}

static X509 *make_issuer(struct authority *authority, const char *name, EVP_PKEY *key, X509 *above, EVP_PKEY *above_key)
{
	X509 *certificate = begin(authority, name, key, -86400, 3650 * 86400L);

	X509_set_issuer_name(certificate, X509_get_subject_name(above ? above : certificate));
	extend(certificate, above ? above : certificate, NID_basic_constraints, "critical,CA:TRUE");
	assert_true(X509_sign(certificate, above_key, EVP_sha256()) > 0);
	return certificate;
}

struct authority *authority_new(void)
{
	struct authority *authority = calloc(1, sizeof(*authority));

	assert_non_null(authority);
	authority->root_key = EVP_EC_gen("P-256");
	authority->key = EVP_EC_gen("P-256");
	authority->root = make_issuer(authority, "a root", authority->root_key, NULL, authority->root_key);
	authority->issuer = make_issuer(authority, "an issuer", authority->key, authority->root, authority->root_key);
	return authority;
}

void authority_free(struct authority *authority)
{
	EVP_PKEY_free(authority->root_key);
	EVP_PKEY_free(authority->key);
	X509_free(authority->root);
	X509_free(authority->issuer);
	free(authority);
}

static char *take_text(BIO *bio)
{
	char *text, *copy;
	long size = BIO_get_mem_data(bio, &text);

	copy = strndup(text, (size_t)size);
	assert_non_null(copy);
	BIO_free(bio);
	return copy;
}

char *authority_issue(struct authority *authority, const struct issue *issue, EVP_PKEY *key)
{
	bool dated = issue->from_s != 0 || issue->until_s != 0;
	X509 *leaf = begin(authority, "a leaf", key, dated ? issue->from_s : -60, dated ? issue->until_s : 90 * 86400L);
	_cleanup_buf_ struct buf names = { 0 };
	BIO *bio = BIO_new(BIO_s_mem());

	for (const char *name = issue->names; *name; name += strspn(name, ",")) {
		size_t size = strcspn(name, ",");

		buf_printf(&names, "%sDNS:%.*s", names.size > 0 ? "," : "", (int)size, name);
		name += size;
	}
	X509_set_issuer_name(leaf, X509_get_subject_name(authority->issuer));
	extend(leaf, authority->issuer, NID_subject_alt_name, names.data);
	assert_true(X509_sign(leaf, authority->key, EVP_sha256()) > 0);
	if (issue->upside_down)
		PEM_write_bio_X509(bio, authority->issuer);
	PEM_write_bio_X509(bio, leaf);
	if (!issue->upside_down && !issue->without_issuer)
		PEM_write_bio_X509(bio, authority->issuer);
	X509_free(leaf);
	return take_text(bio);
}

/* Every name has to be in the request, in this order. */
static void check_names(X509_REQ *req, const char *names)
{
	STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(req);
	GENERAL_NAMES *list = X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
	_cleanup_buf_ struct buf found = { 0 };

	assert_non_null(list);
	for (int i = 0; i < sk_GENERAL_NAME_num(list); i++) {
		int type;
		const ASN1_STRING *text = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(list, i), &type);

		assert_int_equal(type, GEN_DNS);
		buf_printf(&found, "%s%.*s", i > 0 ? "," : "", ASN1_STRING_length(text),
		           (const char *)ASN1_STRING_get0_data(text));
	}
	assert_string_equal(found.data, names);
	GENERAL_NAMES_free(list);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

char *authority_answer(struct authority *authority, const struct issue *issue, const ProtobufCBinaryData *csr)
{
	const uint8_t *der = csr->data;
	X509_REQ *req = d2i_X509_REQ(NULL, &der, (long)csr->len);
	char *chain;

	assert_non_null(req);
	assert_int_equal(X509_REQ_verify(req, X509_REQ_get0_pubkey(req)), 1);
	check_names(req, issue->names);
	chain = authority_issue(authority, issue, X509_REQ_get0_pubkey(req));
	X509_REQ_free(req);
	return chain;
}

char *authority_key_pem(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
	return take_text(bio);
}

void authority_leaf(const char *chain, uint8_t ret[static 32])
{
	BIO *bio = BIO_new_mem_buf(chain, -1);
	X509 *leaf = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	unsigned size = 0;

	assert_non_null(leaf);
	assert_int_equal(X509_digest(leaf, EVP_sha256(), ret, &size), 1);
	X509_free(leaf);
	BIO_free(bio);
}

static int connect_there(const struct harness *harness)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
		                             .sin_port = htons(harness->https_port),
		                             .sin_addr = { htonl(INADDR_LOOPBACK) } };
	const struct timeval patience = { .tv_sec = 10 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* NULL: the handshake was refused. */
static SSL *shake(const struct harness *harness, const struct visit *visit, const uint8_t *offered, unsigned size)
{
	static SSL_CTX *context;
	SSL *ssl;

	if (!context)
		context = SSL_CTX_new(TLS_client_method());
	ssl = SSL_new(context);
	SSL_set_fd(ssl, connect_there(harness));
	SSL_set_alpn_protos(ssl, offered, size);
	if (visit->name)
		SSL_set_tlsext_host_name(ssl, (char *)(uintptr_t)visit->name);
	if (visit->version > 0) {
		SSL_set_min_proto_version(ssl, visit->version);
		SSL_set_max_proto_version(ssl, visit->version);
	}
	if (visit->session)
		SSL_set_session(ssl, visit->session);
	if (SSL_connect(ssl) == 1)
		return ssl;
	close(SSL_get_fd(ssl));
	SSL_free(ssl);
	return NULL;
}

static void end(SSL *ssl)
{
	SSL_shutdown(ssl);
	close(SSL_get_fd(ssl));
	SSL_free(ssl);
}

bool visit(const struct harness *harness, struct visit *visit)
{
	static const uint8_t offered[] = "\x02h2\x08http/1.1";
	SSL *ssl = shake(harness, visit, offered, sizeof(offered) - 1);
	const uint8_t *agreed = NULL;
	unsigned size = 0;
	char byte;

	if (!ssl)
		return false;
	X509 *leaf = SSL_get1_peer_certificate(ssl);
	assert_int_equal(X509_digest(leaf, EVP_sha256(), visit->leaf, &size), 1);
	X509_free(leaf);
	SSL_get0_alpn_selected(ssl, &agreed, &size);
	snprintf(visit->protocol, sizeof(visit->protocol), "%.*s", (int)size, agreed ? (const char *)agreed : "");
	visit->agreed = SSL_version(ssl);
	visit->resumed = SSL_session_reused(ssl) == 1;
	/* In 1.3 a session comes after the handshake, with the first bytes: of HTTP/2 the server's settings. */
	assert_true(SSL_read(ssl, &byte, 1) > 0);
	SSL_SESSION_free(visit->session);
	visit->session = SSL_get1_session(ssl);
	end(ssl);
	return true;
}

int visit_get(const struct harness *harness, const char *host, const char *path, struct buf *answer)
{
	static const uint8_t offered[] = "\x08http/1.1";
	const struct visit visit = { .name = host };
	SSL *ssl = shake(harness, &visit, offered, sizeof(offered) - 1);
	char request[1024], chunk[4096];
	int got;

	if (!ssl)
		return 0;
	got = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path,
	               host);
	assert_int_equal(SSL_write(ssl, request, got), got);
	while ((got = SSL_read(ssl, chunk, sizeof(chunk))) > 0)
		buf_add(answer, chunk, (size_t)got);
	end(ssl);
	return answer->size > 12 ? (int)strtol(answer->data + 9, NULL, 10) : 0;
}

bool visit_shows(const struct harness *harness, const char *name, const char *chain)
{
	struct visit seen = { .name = name };
	uint8_t leaf[32];
	bool shown;

	authority_leaf(chain, leaf);
	shown = visit(harness, &seen) && memcmp(leaf, seen.leaf, sizeof(leaf)) == 0;
	SSL_SESSION_free(seen.session);
	return shown;
}
