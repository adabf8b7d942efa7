/* test_tls: certificates in front of a real nginx: keys that never leave, chains that are checked, who answers. */

#include <dirent.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/base/uuid.h"
#include "lib/token/seal.h"

#include "certified.h"
#include "drift.h"
#include "harness_internal.h"

#define THUMBPRINT "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
#define TOKEN "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
#define CHALLENGE "/.well-known/acme-challenge/" TOKEN

static struct authority *authority;

/* What isn't taken, in these words; what was there is served on. */
static void refuse(struct harness *harness, struct site *site, const char *code, const char *words)
{
	site_pack(site);
	Stralix__V1__Outcome *outcome = harness_run(harness, &site->command);

	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__FAILED);
	if (strcmp(outcome->code, code) != 0 || !strstr(outcome->message, words))
		fail_msg("%s: %s", outcome->code, outcome->message);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	harness_again(&site->command, site->command.generation + 1);
}

/* What comes back by HTTP, by its status alone. */
static int get(const struct harness *harness, const char *host, const char *path)
{
	_cleanup_buf_ struct buf answer = { 0 };

	return harness_get(harness, host, path, false, &answer);
}

static void a_certificate_appears_and_the_next_one_takes_its_place(void **state)
{
	struct harness *harness = *state;
	struct visit seen = { .name = "one.example" }, older = { .name = "one.example", .version = TLS1_2_VERSION };
	struct site site;

	site_init(&site, "one.example");
	site_apply(harness, &site);
	assert_false(visit(harness, &seen)); /* nobody has a certificate yet */
	_cleanup_free_ char *first = site_order(harness, authority, &site, CERTIFICATE, "one.example");
	_cleanup_free_ char *second = site_order(harness, authority, &site, OTHER_CERTIFICATE, "one.example");
	site_certify(&site, first);
	site_apply(harness, &site);
	assert_true(visit(harness, &seen));
	assert_string_equal(seen.protocol, "h2");
	assert_int_equal(seen.agreed, TLS1_3_VERSION);
	assert_true(visit(harness, &older));
	assert_true(visit_shows(harness, "one.example", first));
	assert_true(harness_serves(harness, "one.example")); /* by HTTP too */
	_cleanup_buf_ struct buf answer = { 0 };
	assert_int_equal(visit_get(harness, "one.example", "/", &answer), 200);
	assert_null(strstr(answer.data, "Strict-Transport-Security"));

	site_certify(&site, second);
	site.certificate.id = (char *)(uintptr_t)OTHER_CERTIFICATE;
	site_apply(harness, &site);
	assert_true(visit_shows(harness, "one.example", second));

	site.state.certificate = NULL;
	site_apply(harness, &site);
	assert_false(visit(harness, &seen));
	assert_true(harness_serves(harness, "one.example"));
	SSL_SESSION_free(seen.session);
	SSL_SESSION_free(older.session);
}

static void a_certificate_that_is_no_good_changes_nothing(void **state)
{
	struct harness *harness = *state;
	struct site site;

	site_init(&site, "good.example");
	_cleanup_free_ char *good = site_order(harness, authority, &site, CERTIFICATE, "good.example");
	site_certify(&site, good);
	site_apply(harness, &site);
	EVP_PKEY *strange = EVP_EC_gen("P-256");
	_cleanup_free_ char *mismatch = authority_issue(authority, &(struct issue){ .names = "good.example" }, strange);
	_cleanup_free_ char *elsewhere = site_order(harness, authority, &site, OTHER_CERTIFICATE, "other.example");
	struct csr csr = {
		site.command.website_id, OTHER_CERTIFICATE, { (char *)(uintptr_t) "good.example" }, 1, false
	};
	Stralix__V1__CsrAnswer *answer = csr_ask(harness, &csr);
	_cleanup_free_ char *upside_down = authority_answer(
		authority, &(struct issue){ .names = "good.example", .upside_down = true }, &answer->csr);
	_cleanup_free_ char *expired = authority_answer(
		authority, &(struct issue){ .names = "good.example", .from_s = -7200, .until_s = -3600 }, &answer->csr);
	_cleanup_free_ char *early = authority_answer(
		authority, &(struct issue){ .names = "good.example", .from_s = 3600, .until_s = 86400 }, &answer->csr);
	const struct {
		const char *chain, *id, *code, *words;
	} rows[] = {
		{ mismatch, CERTIFICATE, "INVALID", "private key isn't the certificate's" },
		{ elsewhere, OTHER_CERTIFICATE, "INVALID", "none of the website's names" },
		{ upside_down, OTHER_CERTIFICATE, "INVALID", "out of order" },
		{ expired, OTHER_CERTIFICATE, "INVALID", "has expired" },
		{ early, OTHER_CERTIFICATE, "INVALID", "isn't good yet" },
		{ good, "0190b5a6-7c1e-7000-8000-00000000000c", "CONFLICT", "isn't on this node" },
		{ "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", OTHER_CERTIFICATE, "INVALID",
		  "can't be read" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		site_certify(&site, rows[i].chain);
		site.certificate.id = (char *)(uintptr_t)rows[i].id;
		refuse(harness, &site, rows[i].code, rows[i].words);
		assert_true(visit_shows(harness, "good.example", good));
	}
	/* Nor does it change anything for the next one that is good. */
	site_certify(&site, good);
	site.certificate.id = (char *)(uintptr_t)CERTIFICATE;
	site_apply(harness, &site);
	assert_true(visit_shows(harness, "good.example", good));
	stralix__v1__csr_answer__free_unpacked(answer, NULL);
	EVP_PKEY_free(strange);
}

static void a_chain_has_certificates_and_nothing_else(void **state)
{
	struct harness *harness = *state;
	struct site site;

	site_init(&site, "chain.example");
	site_certify(&site, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
	site_pack(&site);
	harness_send(harness, &site.command);
	Stralix__V1__Outcome *outcome = harness_answer(harness);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__REFUSED);
	assert_string_equal(outcome->code, "INVALID");
	stralix__v1__outcome__free_unpacked(outcome, NULL);
}

static void seal_it(const struct harness *harness, struct site *site, const char *kind, EVP_PKEY *key, struct buf *box)
{
	_cleanup_(seal_key_freep) struct seal_key *node = NULL;
	_cleanup_free_ char *pem = authority_key_pem(key);
	uint8_t public[SEAL_KEY];
	char path[2 * HARNESS_PATH];
	struct error err = { 0 };

	snprintf(path, sizeof(path), "%s/seal.key", harness->dir);
	assert_true(seal_key_read(path, &node, &err));
	seal_key_public(node, public);
	buf_clear(box);
	assert_true(seal(public, kind, site->command.website_id, pem, strlen(pem), box, &err));
	site->certificate.sealed_key.data = (uint8_t *)box->data;
	site->certificate.sealed_key.len = box->size;
}

static void an_uploaded_key_comes_sealed_and_is_checked(void **state)
{
	struct harness *harness = *state;
	EVP_PKEY *key = EVP_RSA_gen(2048), *weak = EVP_RSA_gen(1024), *other = EVP_EC_gen("P-256");
	_cleanup_free_ char *chain = authority_issue(authority, &(struct issue){ .names = "own.example" }, key);
	_cleanup_free_ char *feeble = authority_issue(authority, &(struct issue){ .names = "own.example" }, weak);
	_cleanup_buf_ struct buf box = { 0 };
	struct site site;

	site_init(&site, "own.example");
	site_certify(&site, chain);
	seal_it(harness, &site, "zone", key, &box);
	refuse(harness, &site, "INVALID", "for something else");
	seal_it(harness, &site, "website", other, &box);
	refuse(harness, &site, "INVALID", "private key isn't the certificate's");
	site_certify(&site, feeble);
	seal_it(harness, &site, "website", weak, &box);
	refuse(harness, &site, "INVALID", "at least 2048 bits");
	site_certify(&site, chain);
	seal_it(harness, &site, "website", key, &box);
	site_apply(harness, &site);
	assert_true(visit_shows(harness, "own.example", chain));
	/* With each later state the sealed one comes along; the key is there already. */
	site.certificate.redirect = true;
	site_apply(harness, &site);
	assert_true(visit_shows(harness, "own.example", chain));
	EVP_PKEY_free(key);
	EVP_PKEY_free(weak);
	EVP_PKEY_free(other);
}

static void names_without_a_certificate_are_refused(void **state)
{
	struct harness *harness = *state;
	struct visit seen = { .name = "nobody.example" }, none = { .name = NULL },
		     alias = { .name = "www.sni.example" };
	struct site site;

	site_init(&site, "sni.example");
	site.aliases[0] = (char *)(uintptr_t) "www.sni.example";
	site.settings.n_aliases = 1;
	_cleanup_free_ char *chain = site_order(harness, authority, &site, CERTIFICATE, "sni.example");
	site_certify(&site, chain);
	site.certificate.redirect = true;
	site_apply(harness, &site);
	assert_true(visit_shows(harness, "sni.example", chain));
	assert_false(visit(harness, &seen));
	assert_false(visit(harness, &none));
	assert_false(visit(harness, &alias));
	/* Nor is anybody sent there under a name that there is no certificate for. */
	assert_int_equal(get(harness, "sni.example", "/"), 301);
	assert_int_equal(get(harness, "www.sni.example", "/"), 200);
	_cleanup_free_ char *wild = site_order(harness, authority, &site, OTHER_CERTIFICATE, "*.sni.example");
	site_certify(&site, wild);
	site.certificate.id = (char *)(uintptr_t)OTHER_CERTIFICATE;
	site_apply(harness, &site);
	assert_true(visit_shows(harness, "www.sni.example", wild));
	seen.name = "sni.example";
	assert_false(visit(harness, &seen));
	assert_int_equal(get(harness, "sni.example", "/"), 200);
	assert_int_equal(get(harness, "www.sni.example", "/"), 301);
	SSL_SESSION_free(seen.session);
}

static void visitors_are_sent_on_and_told_to_stay(void **state)
{
	struct harness *harness = *state;
	_cleanup_buf_ struct buf plain = { 0 }, secure = { 0 };
	char wanted[128];
	struct site site;

	site_init(&site, "moved.example");
	_cleanup_free_ char *chain = site_order(harness, authority, &site, CERTIFICATE, "moved.example");
	site_certify(&site, chain);
	site.certificate.redirect = true;
	site.certificate.hsts_s = 31536000;
	site.certificate.hsts_subdomains = true;
	site_apply(harness, &site);
	assert_int_equal(harness_get(harness, "moved.example", "/a%20b?c=d", false, &plain), 301);
	snprintf(wanted, sizeof(wanted), "Location: https://moved.example:%u/a%%20b?c=d\r\n", harness->https_port);
	assert_non_null(strstr(plain.data, wanted));
	assert_null(strstr(plain.data, "Strict-Transport-Security"));
	assert_int_equal(visit_get(harness, "moved.example", "/", &secure), 200);
	assert_non_null(strstr(secure.data, "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"));
	assert_non_null(strstr(secure.data, "X-Content-Type-Options: nosniff\r\n"));

	/* Suspended, it says so both ways. */
	site.command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__SUSPENDED;
	site_apply(harness, &site);
	buf_clear(&plain);
	buf_clear(&secure);
	assert_int_equal(harness_get(harness, "moved.example", "/", false, &plain), 503);
	assert_int_equal(visit_get(harness, "moved.example", "/", &secure), 503);
	assert_non_null(strstr(secure.data, "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"));

	/* Deleted, it is gone both ways; and back with the same key. */
	struct visit gone = { .name = "moved.example" };
	site.command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__DELETED;
	site_apply(harness, &site);
	assert_false(visit(harness, &gone));
	site.command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__LIVE;
	site_apply(harness, &site);
	assert_true(visit_shows(harness, "moved.example", chain));
}

static void answers(struct harness *harness, const char *domain)
{
	static const char *const bad[] = { "/.well-known/acme-challenge/", "/.well-known/acme-challenge/short",
		                           "/.well-known/acme-challenge/" TOKEN "/x",
		                           "/.well-known/acme-challenge/" TOKEN "%0ax",
		                           "/.well-known/acme-challenge/$uri.aaaaaaaaaaaaaaaaaaa" };
	_cleanup_buf_ struct buf answer = { 0 };

	assert_int_equal(harness_get(harness, domain, CHALLENGE, false, &answer), 200);
	assert_non_null(strstr(answer.data, "\r\n\r\n" TOKEN "." THUMBPRINT));
	assert_non_null(strstr(answer.data, "Content-Type: text/plain"));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(get(harness, domain, bad[i]), 404);
}

static void http_01_is_answered_whatever_else_the_website_does(void **state)
{
	struct harness *harness = *state;
	Stralix__V1__ProtectedFolder folder, *folders[] = { &folder };
	Stralix__V1__FolderUser user, *users[] = { &user };
	Stralix__V1__Redirect redirect, *redirects[] = { &redirect };
	struct site site;

	site_init(&site, "asked.example");
	site_apply(harness, &site);
	assert_int_equal(get(harness, "asked.example", CHALLENGE), 404);
	assert_int_equal(get(harness, "nobody.example", CHALLENGE), 404);
	site.state.acme_thumbprint = (char *)(uintptr_t)THUMBPRINT;
	site_apply(harness, &site);
	answers(harness, "asked.example");

	_cleanup_free_ char *chain = site_order(harness, authority, &site, CERTIFICATE, "asked.example");
	site_certify(&site, chain);
	site.certificate.redirect = true;
	site_apply(harness, &site);
	answers(harness, "asked.example");
	assert_int_equal(get(harness, "asked.example", "/"), 301);

	stralix__v1__protected_folder__init(&folder);
	stralix__v1__folder_user__init(&user);
	user.name = (char *)(uintptr_t) "ann";
	user.hash = (char *)(uintptr_t) "$2b$05$G7cwaPb/cAEl0cYd1DOfj.gxPhwQuNW1emfaTAvzD6RNYabySvhcm";
	folder.users = users;
	folder.n_users = 1;
	site.settings.protected_folders = folders;
	site.settings.n_protected_folders = 1;
	site_apply(harness, &site);
	answers(harness, "asked.example");
	_cleanup_buf_ struct buf secure = { 0 };
	assert_int_equal(visit_get(harness, "asked.example", "/", &secure), 401);
	site.settings.n_protected_folders = 0;

	site.settings.proxy = (char *)(uintptr_t) "http://127.0.0.1:9";
	site_apply(harness, &site);
	answers(harness, "asked.example");
	site.settings.proxy = (char *)(uintptr_t)protobuf_c_empty_string;

	stralix__v1__redirect__init(&redirect);
	redirect.from = (char *)(uintptr_t) "/";
	redirect.to = (char *)(uintptr_t) "https://elsewhere.example/";
	redirect.status = 301;
	redirect.below = true;
	site.settings.redirects = redirects;
	site.settings.n_redirects = 1;
	site_apply(harness, &site);
	answers(harness, "asked.example");
	site.settings.n_redirects = 0;

	site.command.serving = STRALIX__V1__WEBSITE_STATE__SERVING__SUSPENDED;
	site_apply(harness, &site);
	answers(harness, "asked.example");
}

static void a_request_asked_for_twice_is_the_same(void **state)
{
	struct harness *harness = *state;
	struct site site;

	site_init(&site, "twice.example");
	struct csr csr = { site.command.website_id,
		           CERTIFICATE,
		           { (char *)(uintptr_t) "twice.example", (char *)(uintptr_t) "*.twice.example" },
		           2,
		           false };
	const struct issue issue = { .names = "twice.example,*.twice.example" };
	Stralix__V1__CsrAnswer *first = csr_ask(harness, &csr), *second = csr_ask(harness, &csr);
	assert_int_equal(first->csr.len, second->csr.len);
	assert_memory_equal(first->csr.data, second->csr.data, first->csr.len);
	_cleanup_free_ char *chain = authority_answer(authority, &issue, &first->csr);
	/* For other names it is another one, of the same key: a certificate for either fits. */
	csr.n = 1;
	Stralix__V1__CsrAnswer *third = csr_ask(harness, &csr);
	assert_true(third->csr.len != first->csr.len || memcmp(third->csr.data, first->csr.data, first->csr.len) != 0);
	_cleanup_free_ char *fewer =
		authority_answer(authority, &(struct issue){ .names = "twice.example" }, &third->csr);
	site_certify(&site, chain);
	site_apply(harness, &site);
	site_certify(&site, fewer);
	site_apply(harness, &site);
	assert_true(visit_shows(harness, "twice.example", fewer));
	/* Another website's certificate of this id has a key of its own. */
	struct site other;
	site_init(&other, "thief.example");
	site_certify(&other, chain);
	refuse(harness, &other, "CONFLICT", "isn't on this node");
	stralix__v1__csr_answer__free_unpacked(first, NULL);
	stralix__v1__csr_answer__free_unpacked(second, NULL);
	stralix__v1__csr_answer__free_unpacked(third, NULL);
}

/* A website's folder of keys, from the node's. */
static unsigned count_keys(const struct harness *harness, const char *website_id)
{
	char path[3 * HARNESS_PATH];
	struct dirent *entry;
	unsigned n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/keys/%s", harness->node, website_id);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		n += strstr(entry->d_name, ".key") != NULL;
	if (dir)
		closedir(dir);
	return n;
}

static void keys_that_nothing_uses_are_few(void **state)
{
	struct harness *harness = *state;
	char ids[20][UUID_TEXT];
	struct site site;

	site_init(&site, "many.example");
	_cleanup_free_ char *chain = site_order(harness, authority, &site, CERTIFICATE, "many.example");
	site_certify(&site, chain);
	site_apply(harness, &site);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		struct uuid id = uuid_v7();

		free(site_order(harness, authority, &site, uuid_format(&id, ids[i]), "many.example"));
	}
	assert_int_equal(count_keys(harness, site.command.website_id), 1 + 8);
	/* The newest are there still, and so is the one at work. */
	_cleanup_free_ char *newest = site_order(harness, authority, &site, ids[19], "many.example");
	site_certify(&site, newest);
	site.certificate.id = ids[19];
	site_apply(harness, &site);
	assert_true(visit_shows(harness, "many.example", newest));
	/* A purge leaves none. */
	site.command.verb = "remove";
	site.command.extra_size = 0;
	harness_run_well(harness, &site.command);
	assert_int_equal(count_keys(harness, site.command.website_id), 0);
}

static void a_key_is_for_root_and_the_daemons_test(void **state)
{
	struct harness *harness = *state;
	char path[3 * HARNESS_PATH];
	struct stat kept, live;
	struct site site;

	site_init(&site, "mode.example");
	_cleanup_free_ char *chain = site_order(harness, authority, &site, CERTIFICATE, "mode.example");
	site_certify(&site, chain);
	site_apply(harness, &site);
	snprintf(path, sizeof(path), "%s/keys/%s/" CERTIFICATE ".key", harness->node, site.command.website_id);
	assert_int_equal(stat(path, &kept), 0);
	snprintf(path, sizeof(path), "%s/nginx/live/tls/%s.key", harness->node, site.command.website_id);
	assert_int_equal(stat(path, &live), 0);
	assert_int_equal(kept.st_ino, live.st_ino);
	assert_int_equal(kept.st_mode & 07777, 0640);
	assert_int_equal(kept.st_uid, geteuid());
	assert_int_equal(kept.st_gid, geteuid() == 0 ? 64090 : getegid());
	snprintf(path, sizeof(path), "%s/keys/%s", harness->node, site.command.website_id);
	assert_int_equal(stat(path, &kept), 0);
	assert_int_equal(kept.st_mode & 07777, 0710);
}

static void no_plan_and_no_look_shows_a_key(void **state)
{
	struct harness *harness = *state;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	_cleanup_free_ char *chain = authority_issue(authority, &(struct issue){ .names = "shy.example" }, key);
	_cleanup_buf_ struct buf box = { 0 };
	char code[41], crt[64], file[64];
	struct site site;

	site_init(&site, "shy.example");
	site_apply(harness, &site);
	snprintf(file, sizeof(file), "tls/%s.key", site.command.website_id);
	snprintf(crt, sizeof(crt), "tls/%s.crt", site.command.website_id);
	site_certify(&site, chain);
	seal_it(harness, &site, "website", key, &box);
	site.state.id = site.command.website_id;
	site.state.domain = (char *)(uintptr_t) "shy.example";
	site.state.serving = STRALIX__V1__WEBSITE_STATE__SERVING__LIVE;
	site.state.uid = site.command.uid;
	Stralix__V1__PlanAnswer *plan = drift_plan(harness, site.command.website_id, &site.state, code);
	assert_string_equal(code, "");
	if (!plan->passed)
		fail_msg("%s", plan->words);
	assert_int_equal(plan->n_files, 3);
	for (size_t i = 0; i < plan->n_files; i++) {
		bool secret = strcmp(plan->files[i]->path, file) == 0;

		assert_int_equal(plan->files[i]->secret, secret);
		assert_true(secret == (plan->files[i]->diff[0] == '\0'));
		assert_null(strstr(plan->files[i]->diff, "PRIVATE KEY"));
	}
	stralix__v1__plan_answer__free_unpacked(plan, NULL);
	assert_int_equal(count_keys(harness, site.command.website_id), 0);              /* it left nothing */
	site.state.id = site.state.domain = (char *)(uintptr_t)protobuf_c_empty_string; /* the command says these */
	site.state.serving = STRALIX__V1__WEBSITE_STATE__SERVING__SERVING_UNSET;
	site.state.uid = 0;
	site_apply(harness, &site);
	drift_expect(harness, 0, 0);

	/* Changed by hand it is told of, and never shown, nor kept. */
	drift_write(harness, file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
	drift_write(harness, crt, "not a certificate\n");
	Stralix__V1__ObserveAnswer *found = drift_observe(harness, site.command.website_id);
	const Stralix__V1__FileDrift *drift = drift_find(found, file, "edited");
	assert_true(drift->secret && !drift->diff[0] && !drift->digest[0]);
	assert_false(drift_find(found, crt, "edited")->secret);
	stralix__v1__observe_answer__free_unpacked(found, NULL);
	Stralix__V1__Outcome *outcome =
		drift_order(harness, &(struct drift_order){ &site.command, "adopt", file, "00", 3 });
	assert_string_equal(outcome->code, "INVALID");
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	site.command.generation = 4;
	site_apply(harness, &site);
	drift_expect(harness, 0, 0);
	assert_true(visit_shows(harness, "shy.example", chain));
	EVP_PKEY_free(key);
}

static void a_restart_finds_all_as_it_was(void **state)
{
	struct harness *harness = *state;
	struct site site;

	site_init(&site, "stays.example");
	_cleanup_free_ char *chain = site_order(harness, authority, &site, CERTIFICATE, "stays.example");
	site_certify(&site, chain);
	site_apply(harness, &site);
	harness_kill(harness);
	harness_end_nginx(harness);
	harness_start(harness);
	int64_t deadline = clock_monotonic_ms() + 20000;
	while (!harness_serves(harness, "stays.example")) {
		assert_true(clock_monotonic_ms() < deadline);
		usleep(10000);
	}
	assert_true(visit_shows(harness, "stays.example", chain));
	drift_expect(harness, 0, 0);
	/* Other settings render all anew, with the key that is kept. */
	harness_stop(harness);
	harness_edit_template(harness, "site.conf", "	index{{each index}}", "	# anew\n	index{{each index}}");
	harness_start(harness);
	site.certificate.hsts_s = 60;
	site_apply(harness, &site);
	assert_true(visit_shows(harness, "stays.example", chain));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, harness_set_up, harness_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_certificate_appears_and_the_next_one_takes_its_place),
		TEST(a_certificate_that_is_no_good_changes_nothing),
		TEST(a_chain_has_certificates_and_nothing_else),
		TEST(an_uploaded_key_comes_sealed_and_is_checked),
		TEST(names_without_a_certificate_are_refused),
		TEST(visitors_are_sent_on_and_told_to_stay),
		TEST(http_01_is_answered_whatever_else_the_website_does),
		TEST(a_request_asked_for_twice_is_the_same),
		TEST(keys_that_nothing_uses_are_few),
		TEST(a_key_is_for_root_and_the_daemons_test),
		TEST(no_plan_and_no_look_shows_a_key),
		TEST(a_restart_finds_all_as_it_was),
	};

	authority = authority_new();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	authority_free(authority);
	return failed;
}
