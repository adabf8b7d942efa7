/* The certificate authority: what it issues, others can verify, and only for what it was issued. */
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "lib/trust/cert.h"

struct pki {
	char dir[64];
	char root[96], root_key[96], issuer[96], issuer_key[96], bundle[96], leaf[96], leaf_key[96];
	struct cert_authority *root_ca, *ca;
};

static int pki_make(void **state)
{
	struct pki *pki = calloc(1, sizeof *pki);

	if (!pki)
		return -1;
	*state = pki;
	snprintf(pki->dir, sizeof pki->dir, "/tmp/stralix-pki-XXXXXX");
	if (!mkdtemp(pki->dir))
		return -1;
	snprintf(pki->root, sizeof pki->root, "%s/root.crt", pki->dir);
	snprintf(pki->root_key, sizeof pki->root_key, "%s/root.key", pki->dir);
	snprintf(pki->issuer, sizeof pki->issuer, "%s/issuer.crt", pki->dir);
	snprintf(pki->issuer_key, sizeof pki->issuer_key, "%s/issuer.key", pki->dir);
	snprintf(pki->bundle, sizeof pki->bundle, "%s/bundle.crt", pki->dir);
	snprintf(pki->leaf, sizeof pki->leaf, "%s/leaf.crt", pki->dir);
	snprintf(pki->leaf_key, sizeof pki->leaf_key, "%s/leaf.key", pki->dir);
	return cert_authority_new("root", NULL, 10, &pki->root_ca, NULL) &&
	                       cert_authority_new("issuer", pki->root_ca, 5, &pki->ca, NULL)
	               ? 0
	               : -1;
}

static int pki_drop(void **state)
{
	struct pki *pki = *state;
	const char *const files[] = { pki->root,   pki->root_key, pki->issuer,  pki->issuer_key,
		                      pki->bundle, pki->leaf,     pki->leaf_key };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlink(files[i]);
	assert_int_equal(rmdir(pki->dir), 0); /* no temporary file was left */
	cert_authority_free(pki->root_ca);
	cert_authority_free(pki->ca);
	free(pki);
	return 0;
}

/* All certificates of a file, in order. */
static STACK_OF(X509) * certs_of(const char *path)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	FILE *file = fopen(path, "r");
	X509 *cert;

	assert_non_null(file);
	while ((cert = PEM_read_X509(file, NULL, NULL, NULL)))
		sk_X509_push(certs, cert);
	fclose(file);
	return certs;
}

struct wanted {
	int purpose;
	const char *host, *ip;
};

/* Whether the leaf's file verifies with the roots of another file alone. */
static bool verifies(const char *leaf, const char *roots, struct wanted wanted)
{
	STACK_OF(X509) *chain = certs_of(leaf), *trusted = certs_of(roots);
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
	bool done;

	for (int i = 0; i < sk_X509_num(trusted); i++)
		X509_STORE_add_cert(store, sk_X509_value(trusted, i));
	X509_VERIFY_PARAM_set_purpose(param, wanted.purpose);
	if (wanted.host)
		X509_VERIFY_PARAM_set1_host(param, wanted.host, 0);
	if (wanted.ip)
		X509_VERIFY_PARAM_set1_ip_asc(param, wanted.ip);
	X509_STORE_CTX_init(context, store, sk_X509_value(chain, 0), chain);
	done = X509_verify_cert(context) == 1;
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	sk_X509_pop_free(chain, X509_free);
	sk_X509_pop_free(trusted, X509_free);
	return done;
}

static const char *const dns[] = { "nats.stralix.internal", "localhost", NULL };
static const char *const ip[] = { "127.0.0.1", "::1", NULL };
static const struct cert_request server = { "nats", dns, ip, .server = true, .days = 3 };
static const struct cert_request client = { "web", NULL, NULL, .client = true, .days = 3 };

static void a_server_verifies_up_to_the_root_for_its_names_alone(void **state)
{
	const struct pki *pki = *state;

	assert_true(cert_authority_write(pki->root_ca, pki->root, pki->root_key, NULL));
	assert_true(cert_issue(pki->ca, &server, pki->leaf, pki->leaf_key, NULL));
	assert_true(verifies(pki->leaf, pki->root, (struct wanted){ X509_PURPOSE_SSL_SERVER, dns[0], NULL }));
	assert_true(verifies(pki->leaf, pki->root, (struct wanted){ X509_PURPOSE_SSL_SERVER, "localhost", "::1" }));
	assert_false(verifies(pki->leaf, pki->root, (struct wanted){ X509_PURPOSE_SSL_SERVER, "evil.test", NULL }));
	assert_false(verifies(pki->leaf, pki->root, (struct wanted){ X509_PURPOSE_SSL_SERVER, NULL, "127.0.0.2" }));
	assert_false(verifies(pki->leaf, pki->root, (struct wanted){ X509_PURPOSE_SSL_CLIENT, NULL, NULL }));
}

static void a_client_is_no_server(void **state)
{
	const struct pki *pki = *state;

	assert_true(cert_authority_write(pki->root_ca, pki->root, pki->root_key, NULL));
	assert_true(cert_issue(pki->ca, &client, pki->leaf, pki->leaf_key, NULL));
	assert_true(verifies(pki->leaf, pki->root, (struct wanted){ X509_PURPOSE_SSL_CLIENT, NULL, NULL }));
	assert_false(verifies(pki->leaf, pki->root, (struct wanted){ X509_PURPOSE_SSL_SERVER, NULL, NULL }));
}

static void another_root_of_the_same_name_does_not_verify(void **state)
{
	const struct pki *pki = *state;
	_cleanup_(cert_authority_freep) struct cert_authority *other = NULL;

	assert_true(cert_authority_new("root", NULL, 10, &other, NULL));
	assert_true(cert_authority_write(other, pki->root, pki->root_key, NULL));
	assert_true(cert_issue(pki->ca, &client, pki->leaf, pki->leaf_key, NULL));
	assert_false(verifies(pki->leaf, pki->root, (struct wanted){ X509_PURPOSE_SSL_CLIENT, NULL, NULL }));
}

static void an_issuer_cannot_make_issuers(void **state)
{
	const struct pki *pki = *state;
	_cleanup_(cert_authority_freep) struct cert_authority *third = NULL;

	assert_true(cert_authority_new("third", pki->ca, 5, &third, NULL));
	assert_true(cert_issue(third, &client, pki->leaf, pki->leaf_key, NULL));
	assert_true(cert_bundle_write(pki->root_ca, pki->ca, pki->bundle, NULL));
	assert_false(verifies(pki->leaf, pki->bundle, (struct wanted){ X509_PURPOSE_SSL_CLIENT, NULL, NULL }));
}

static void an_authority_read_again_issues_what_the_bundle_verifies(void **state)
{
	const struct pki *pki = *state;
	_cleanup_(cert_authority_freep) struct cert_authority *again = NULL;
	struct stat st;

	assert_true(cert_authority_write(pki->ca, pki->issuer, pki->issuer_key, NULL));
	assert_true(cert_bundle_write(pki->root_ca, pki->ca, pki->bundle, NULL));
	assert_true(cert_authority_read(pki->issuer, pki->issuer_key, &again, NULL));
	assert_true(cert_issue(again, &client, pki->leaf, pki->leaf_key, NULL));
	assert_true(verifies(pki->leaf, pki->bundle, (struct wanted){ X509_PURPOSE_SSL_CLIENT, NULL, NULL }));
	assert_int_equal(stat(pki->issuer_key, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(pki->leaf_key, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_certificate_serves_while_it_lives_under_its_authority_for_its_names(void **state)
{
	const struct pki *pki = *state;
	static const char *const more[] = { "nats.stralix.internal", "panel.test", NULL };
	const struct cert_request wider = { "nats", more, NULL, .server = true, .days = 3 };

	assert_false(cert_serves(pki->ca, &server, pki->leaf, 1));
	assert_true(cert_issue(pki->ca, &server, pki->leaf, pki->leaf_key, NULL));
	assert_true(cert_serves(pki->ca, &server, pki->leaf, 1));
	assert_false(cert_serves(pki->ca, &server, pki->leaf, 3));
	assert_false(cert_serves(pki->root_ca, &server, pki->leaf, 1));
	assert_false(cert_serves(pki->ca, &wider, pki->leaf, 1));
}

static void a_key_that_is_not_the_certificates_is_refused(void **state)
{
	const struct pki *pki = *state;
	_cleanup_(cert_authority_freep) struct cert_authority *again = NULL;

	assert_true(cert_authority_write(pki->ca, pki->issuer, pki->issuer_key, NULL));
	assert_true(cert_authority_write(pki->root_ca, pki->root, pki->root_key, NULL));
	assert_false(cert_authority_read(pki->issuer, pki->root_key, &again, NULL));
	assert_null(again);
}

static void names_that_would_add_others_are_refused(void **state)
{
	static const char *const bad[] = { "a,DNS:evil.test", "", "a b", "a\nb", "a=b" };
	const struct pki *pki = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *const names[] = { bad[i], NULL };
		const struct cert_request request = { "x", names, NULL, .server = true, .days = 1 };
		struct error err = { 0 };

		assert_false(cert_issue(pki->ca, &request, pki->leaf, pki->leaf_key, &err));
		assert_int_equal(err.code, ERR_INVALID);
		assert_int_equal(access(pki->leaf_key, F_OK), -1);
	}
}

static void a_missing_authority_is_named(void **state)
{
	const struct pki *pki = *state;
	struct cert_authority *none = NULL;
	struct error err = { 0 };

	assert_false(cert_authority_read(pki->issuer, pki->issuer_key, &none, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_non_null(strstr(err.message, pki->issuer));
}

#define PKI_TEST(name) cmocka_unit_test_setup_teardown(name, pki_make, pki_drop)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PKI_TEST(a_server_verifies_up_to_the_root_for_its_names_alone),
		PKI_TEST(a_client_is_no_server),
		PKI_TEST(another_root_of_the_same_name_does_not_verify),
		PKI_TEST(an_issuer_cannot_make_issuers),
		PKI_TEST(an_authority_read_again_issues_what_the_bundle_verifies),
		PKI_TEST(a_certificate_serves_while_it_lives_under_its_authority_for_its_names),
		PKI_TEST(a_key_that_is_not_the_certificates_is_refused),
		PKI_TEST(names_that_would_add_others_are_refused),
		PKI_TEST(a_missing_authority_is_named),
	};

	return cmocka_run_group_tests_name("cert", tests, NULL, NULL);
}
