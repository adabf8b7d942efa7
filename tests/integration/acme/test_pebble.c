/* The client against a real authority that rejects a fifth of all good nonces. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lib/acme/acme.h"
#include "lib/trust/chain.h"

#include "pebble.h"

enum { ORDERS = 50 };

struct fixture {
	struct pebble pebble;
	struct acme *acme;
	struct acme_key *key;
	char account[ACME_URL];
};

static struct acme_signer signer(const struct fixture *f)
{
	return (struct acme_signer){ .key = f->key, .account = f->account };
}

static struct acme *client(const struct pebble *pebble)
{
	const struct acme_options options = { .directory = pebble->directory, .ca = pebble->ca, .timeout_ms = 5000 };
	struct acme *acme = NULL;

	assert_true(acme_new(&options, &acme, NULL));
	return acme;
}

static int set_up(void **state)
{
	static struct fixture fixture;
	struct error err = { 0 };

	pebble_identity(&fixture.pebble);
	pebble_start(&fixture.pebble, false);
	fixture.acme = client(&fixture.pebble);
	assert_true(acme_key_new(&fixture.key, NULL));
	if (!acme_account_open(fixture.acme, fixture.key, "ops@panel.example", NULL, false, fixture.account, &err))
		fail_msg("%s", err.message);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	acme_free(f->acme);
	acme_key_free(f->key);
	pebble_done(&f->pebble);
	return 0;
}

static void moment(void)
{
	const struct timespec some = { .tv_nsec = 20000000 };

	nanosleep(&some, NULL);
}

/* A signing request with a key of its own; the key is the caller's to free. */
static size_t request(const char *name, uint8_t *ret, EVP_PKEY **ret_key)
{
	X509_REQ *req = X509_REQ_new();
	STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
	char names[300];
	int size;

	*ret_key = EVP_EC_gen("P-256");
	snprintf(names, sizeof(names), "DNS:%s", name);
	sk_X509_EXTENSION_push(extensions, X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names));
	X509_REQ_add_extensions(req, extensions);
	X509_REQ_set_pubkey(req, *ret_key);
	assert_true(X509_REQ_sign(req, *ret_key, EVP_sha256()));
	size = i2d_X509_REQ(req, &ret);
	assert_true(size > 0);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	X509_REQ_free(req);
	return (size_t)size;
}

#define MUST(call)                                                                                                     \
	do {                                                                                                           \
		struct error must_ = { 0 };                                                                            \
		if (!(call))                                                                                           \
			fail_msg("%s", must_.message);                                                                 \
	} while (0)

/* Answers what is to be answered, until the order is something else than pending. */
static void validate(struct fixture *f, const struct acme_signer *who, struct acme_order *order, struct arena *arena)
{
	char thumbprint[ACME_THUMBPRINT];

	assert_true(acme_key_thumbprint(who->key, thumbprint, NULL));
	for (unsigned i = 0; order->status == ACME_PENDING; i++) {
		struct acme_authorization authorization;

		assert_true(i < 500);
		for (size_t k = 0; k < order->n_authorizations; k++) {
			MUST(acme_authorization_get(f->acme, who, order->authorizations[k], arena, &authorization,
			                            &must_));
			if (authorization.status == ACME_PENDING && authorization.http.status == ACME_PENDING) {
				char content[400];

				snprintf(content, sizeof(content), "%s.%s", authorization.http.token, thumbprint);
				pebble_answer(&f->pebble, authorization.http.token, content);
				MUST(acme_challenge_answer(f->acme, who, authorization.http.url, &must_));
			}
		}
		moment();
		MUST(acme_order_get(f->acme, who, order->url, arena, order, &must_));
	}
}

/* From nothing to a chain in PEM. */
static void obtain(struct fixture *f, const struct acme_signer *who, const char *name, struct buf *pem)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(8 << 20);
	_cleanup_(chain_freep) struct chain *chain = NULL;
	const char **alternates = NULL;
	struct acme_order order;
	uint8_t csr[4096];
	EVP_PKEY *key;
	size_t size, n = 0;

	MUST(acme_order_new(f->acme, who, &name, 1, NULL, arena, &order, &must_));
	validate(f, who, &order, arena);
	assert_int_equal(order.status, ACME_READY);
	size = request(name, csr, &key);
	MUST(acme_order_finalize(f->acme, who, &order, csr, size, arena, &order, &must_));
	for (unsigned i = 0; order.status != ACME_VALID; i++) {
		assert_true(i < 500 && order.status != ACME_INVALID);
		moment();
		MUST(acme_order_get(f->acme, who, order.url, arena, &order, &must_));
	}
	MUST(acme_certificate_get(f->acme, who, order.certificate, pem, arena, &alternates, &n, &must_));
	MUST(chain_read(pem->data, "chain", &chain, &must_));
	assert_true(chain_covers(chain, name));
	assert_true(chain_fits_request(chain, csr, size));
	EVP_PKEY_free(key);
}

static void fifty_orders_are_fifty_certificates(void **state)
{
	struct fixture *f = *state;
	const struct acme_signer who = signer(f);
	unsigned before = pebble_issued(&f->pebble);

	for (unsigned i = 0; i < ORDERS; i++) {
		_cleanup_buf_ struct buf pem = { 0 };
		char name[64];

		snprintf(name, sizeof(name), "order-%u.example", i);
		obtain(f, &who, name, &pem);
	}
	for (unsigned i = 0; i < 250 && pebble_issued(&f->pebble) < before + ORDERS; i++)
		moment();
	assert_int_equal(pebble_issued(&f->pebble), before + ORDERS);
}

static void an_account_is_found_again_by_its_key(void **state)
{
	struct fixture *f = *state;
	_cleanup_(acme_key_freep) struct acme_key *stranger = NULL;
	char url[ACME_URL];
	struct error err = { 0 };

	MUST(acme_account_open(f->acme, f->key, "", NULL, true, url, &must_));
	assert_string_equal(url, f->account);
	MUST(acme_account_contact(f->acme, &(struct acme_signer){ f->key, f->account }, "other@panel.example", &must_));
	assert_true(acme_key_new(&stranger, NULL));
	assert_false(acme_account_open(f->acme, stranger, "", NULL, true, url, &err));
	assert_string_equal(acme_problem(f->acme)->type, "accountDoesNotExist");
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void another_key_does_not_speak_for_an_account(void **state)
{
	struct fixture *f = *state;
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	_cleanup_(acme_key_freep) struct acme_key *stranger = NULL;
	struct acme_signer who = signer(f);
	const char *name = "mismatch.example";
	struct error err = { 0 };
	struct acme_order order;

	assert_true(acme_key_new(&stranger, NULL));
	who.key = stranger;
	assert_false(acme_order_new(f->acme, &who, &name, 1, NULL, arena, &order, &err));
	assert_int_not_equal(acme_problem(f->acme)->type[0], '\0');
	assert_string_not_equal(acme_problem(f->acme)->type, "badNonce");
}

static void a_key_is_changed_and_the_old_one_is_no_good_any_more(void **state)
{
	struct fixture *f = *state;
	_cleanup_(acme_key_freep) struct acme_key *first = NULL, *second = NULL;
	_cleanup_buf_ struct buf pem = { 0 };
	struct acme_signer who = { 0 };
	char url[ACME_URL], again[ACME_URL];
	struct error err = { 0 };

	assert_true(acme_key_new(&first, NULL) && acme_key_new(&second, NULL));
	MUST(acme_account_open(f->acme, first, "", NULL, false, url, &must_));
	who = (struct acme_signer){ first, url };
	MUST(acme_account_rollover(f->acme, &who, second, &must_));
	assert_false(acme_account_open(f->acme, first, "", NULL, true, again, &err));
	err = (struct error){ 0 };
	assert_true(acme_account_open(f->acme, second, "", NULL, true, again, &err));
	assert_string_equal(again, url);
	who.key = second;
	obtain(f, &who, "rolled.example", &pem);
	MUST(acme_account_deactivate(f->acme, &who, &must_));
	assert_false(acme_account_contact(f->acme, &who, "x@panel.example", &err));
}

static void a_validation_that_fails_says_why(void **state)
{
	struct fixture *f = *state;
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	const struct acme_signer who = signer(f);
	struct acme_authorization authorization;
	const char *name = "unanswered.example";
	struct acme_order order;

	MUST(acme_order_new(f->acme, &who, &name, 1, NULL, arena, &order, &must_));
	MUST(acme_authorization_get(f->acme, &who, order.authorizations[0], arena, &authorization, &must_));
	MUST(acme_challenge_answer(f->acme, &who, authorization.http.url, &must_));
	for (unsigned i = 0; i < 500 && authorization.status == ACME_PENDING; i++) {
		moment();
		MUST(acme_authorization_get(f->acme, &who, order.authorizations[0], arena, &authorization, &must_));
	}
	assert_int_equal(authorization.status, ACME_INVALID);
	assert_non_null(authorization.problem);
	assert_int_not_equal(authorization.problem->type[0], '\0');
	assert_int_not_equal(authorization.problem->detail[0], '\0');
	MUST(acme_order_get(f->acme, &who, order.url, arena, &order, &must_));
	assert_int_equal(order.status, ACME_INVALID);
}

static void a_certificate_is_revoked_once_and_twice(void **state)
{
	struct fixture *f = *state;
	const struct acme_signer who = signer(f);
	_cleanup_buf_ struct buf pem = { 0 };
	unsigned char *der = NULL;
	BIO *bio;
	X509 *cert;
	int size;

	obtain(f, &who, "revoked.example", &pem);
	bio = BIO_new_mem_buf(pem.data, (int)pem.size);
	cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	size = i2d_X509(cert, &der);
	MUST(acme_revoke(f->acme, &who, der, (size_t)size, 0, &must_));
	MUST(acme_revoke(f->acme, &who, der, (size_t)size, 0, &must_));
	OPENSSL_free(der);
	X509_free(cert);
	BIO_free(bio);
}

static void a_name_that_is_none_is_refused_in_its_words(void **state)
{
	struct fixture *f = *state;
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	const struct acme_signer who = signer(f);
	const char *bad = "a\"b", *ip = "-bad-.example";
	struct error err = { 0 };
	struct acme_order order;

	assert_false(acme_order_new(f->acme, &who, &bad, 1, NULL, arena, &order, &err));
	assert_int_equal(err.code, ERR_INVALID); /* never sent */
	err = (struct error){ 0 };
	if (!acme_order_new(f->acme, &who, &ip, 1, NULL, arena, &order, &err))
		assert_int_not_equal(acme_problem(f->acme)->detail[0], '\0');
}

static void it_says_nothing_of_renewal(void **state)
{
	struct fixture *f = *state;
	struct acme_directory directory;
	struct acme_window window;
	struct error err = { 0 };

	MUST(acme_directory(f->acme, &directory, &must_));
	assert_false(directory.needs_binding || directory.has_renewal_info);
	assert_false(acme_renewal_window(f->acme, "a.b", &window, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void a_binding_is_needed_and_given(void **state)
{
	static const struct acme_binding good = { "kid-1",
		                                  "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W" };
	static const struct acme_binding wrong = { "kid-1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	_cleanup_(acme_key_freep) struct acme_key *key = NULL;
	_cleanup_(acme_freep) struct acme *acme = NULL;
	struct acme_directory directory;
	struct pebble pebble;
	struct error err = { 0 };
	char url[ACME_URL];

	(void)state;
	pebble_identity(&pebble);
	pebble_start(&pebble, true);
	acme = client(&pebble);
	assert_true(acme_key_new(&key, NULL));
	assert_true(acme_directory(acme, &directory, &err));
	assert_true(directory.needs_binding);
	assert_false(acme_account_open(acme, key, "", NULL, false, url, &err));
	assert_string_equal(acme_problem(acme)->type, "externalAccountRequired");
	assert_false(acme_account_open(acme, key, "", &wrong, false, url, &err));
	err = (struct error){ 0 };
	if (!acme_account_open(acme, key, "", &good, false, url, &err))
		fail_msg("%s", err.message);
	pebble_done(&pebble);
}

/* The same client goes on when the authority is back; that it has forgotten everything it says. */
static void an_authority_that_was_away_is_found_again(void **state)
{
	struct fixture *f = *state;
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	_cleanup_buf_ struct buf pem = { 0 };
	struct acme_signer who = signer(f);
	const char *name = "away.example";
	struct error err = { 0 };
	struct acme_order order;

	pebble_stop(&f->pebble);
	assert_false(acme_order_new(f->acme, &who, &name, 1, NULL, arena, &order, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	assert_string_equal(acme_problem(f->acme)->type, "");
	pebble_start(&f->pebble, false);
	err = (struct error){ 0 };
	assert_false(acme_order_new(f->acme, &who, &name, 1, NULL, arena, &order, &err));
	assert_string_equal(acme_problem(f->acme)->type, "accountDoesNotExist");
	MUST(acme_account_open(f->acme, f->key, "", NULL, false, f->account, &must_));
	obtain(f, &who, name, &pem);
}

static void a_stranger_is_not_talked_to(void **state)
{
	struct fixture *f = *state;
	const struct acme_options options = { .directory = f->pebble.directory }; /* the system's authorities */
	_cleanup_(acme_freep) struct acme *acme = NULL;
	struct acme_directory directory;
	struct error err = { 0 };

	assert_true(acme_new(&options, &acme, NULL));
	assert_false(acme_directory(acme, &directory, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fifty_orders_are_fifty_certificates),
		cmocka_unit_test(an_account_is_found_again_by_its_key),
		cmocka_unit_test(another_key_does_not_speak_for_an_account),
		cmocka_unit_test(a_key_is_changed_and_the_old_one_is_no_good_any_more),
		cmocka_unit_test(a_validation_that_fails_says_why),
		cmocka_unit_test(a_certificate_is_revoked_once_and_twice),
		cmocka_unit_test(a_name_that_is_none_is_refused_in_its_words),
		cmocka_unit_test(it_says_nothing_of_renewal),
		cmocka_unit_test(a_binding_is_needed_and_given),
		cmocka_unit_test(an_authority_that_was_away_is_found_again),
		cmocka_unit_test(a_stranger_is_not_talked_to),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
