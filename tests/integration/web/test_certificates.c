/* Certificates in a real PostgreSQL: who works on one, what is asked of an authority, one of a kind at a time. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/service/service_sql.h"

#include "schema.h"
#include "services/web/acme_budget.h"
#include "services/web/certificate_follow.h"
#include "services/web/certificate_store.h"
#include "services/web/challenge.h"
#include "services/web/store.h"
#include "web_sql.h"

enum { COPIES = 8, ORDERS = 20 };

struct fixture {
	struct postgres *postgres;
	struct db *own, *wide;
	struct arena *arena;
};

static const struct uuid bakery = { { 0x01, 0x92, 0xf0, [15] = 0x0a } };
static const struct uuid cobbler = { { 0x01, 0x92, 0xf0, [15] = 0x0b } };

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->postgres = postgres_new();
	schema_make(f->postgres, "web");
	schema_migrate(f->postgres, "web", service_migrations);
	schema_migrate(f->postgres, "web", web_migrations);
	f->own = schema_open(f->postgres, "web", "web",
	                     (struct db_options){ .queries = web_queries, .connections = COPIES });
	f->wide = schema_open(f->postgres, "web", "web_wide", (struct db_options){ .queries = web_queries_wide });
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	db_free(f->own);
	db_free(f->wide);
	postgres_free(f->postgres);
	free(f);
	return 0;
}

static int begin(void **state)
{
	struct fixture *f = *state;

	f->arena = arena_new(1 << 20);
	postgres_psql(f->postgres, "truncate web.websites, web.quota, web.acme_spent cascade");
	return f->arena ? 0 : -1;
}

static int end(void **state)
{
	arena_free(((struct fixture *)*state)->arena);
	return 0;
}

static struct uuid add_website(struct fixture *f, const struct uuid *org, const char *domain)
{
	const struct uuid task = uuid_v7();
	struct website site = { .id = uuid_v7(),
		                .org = *org,
		                .domain = domain,
		                .display_domain = domain,
		                .node_id = "n1",
		                .node_name = "web1",
		                .address = "192.0.2.1",
		                .message = "",
		                .serving = SERVING_LIVE,
		                .state = WEBSITE_ACTIVE,
		                .generation = { 1, 1 },
		                .created_ms = 1700000000123 };
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct error err = { 0 };

	uuid_format(&task, site.task_id);
	if (!tx_begin(f->own, org, &tx, &err) || !website_insert(tx, &site, &err) || !tx_commit(&tx, &err))
		fail_msg("%s", err.message);
	return site.id;
}

static struct certificate make(const struct uuid *org, const struct uuid *website, const char *domain)
{
	return (struct certificate){ .id = uuid_v7(),
		                     .org = *org,
		                     .website_id = *website,
		                     .domain = domain,
		                     .names = { domain, "www.shop.example" },
		                     .n_names = 2,
		                     .source = "acme",
		                     .message = "",
		                     .next_try_ms = clock_unix_ms() - 1000 };
}

static bool insert(struct fixture *f, const struct certificate *certificate, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;

	return tx_begin(f->own, &certificate->org, &tx, err) && certificate_insert(tx, certificate, err) &&
	       tx_commit(&tx, err);
}

static struct certificate add(struct fixture *f, const struct uuid *org, const char *domain)
{
	const struct uuid website = add_website(f, org, domain);
	struct certificate certificate = make(org, &website, domain);
	struct error err = { 0 };

	if (!insert(f, &certificate, &err))
		fail_msg("%s", err.message);
	return certificate;
}

static void one_of_a_kind_is_on_its_way(void **state)
{
	struct fixture *f = *state;
	const struct certificate first = add(f, &bakery, "shop.example");
	struct certificate second = make(&bakery, &first.website_id, "shop.example");
	struct error err = { 0 };

	assert_false(insert(f, &second, &err));
	assert_int_equal(err.code, ERR_EXISTS);
	second.source = "own"; /* an own authority's request may wait beside it */
	err = (struct error){ 0 };
	assert_true(insert(f, &second, &err));
}

static void it_comes_back_as_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct certificate made = add(f, &bakery, "shop.example"), got;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct error err = { 0 };

	assert_true(tx_begin(f->own, &bakery, &tx, &err));
	assert_true(certificate_lock(tx, &made.id, f->arena, &got, &err));
	got.state = CERTIFICATE_ISSUING;
	got.order_url = "https://ca.example/order/1";
	got.csr = (const uint8_t *)"\0\1\2";
	got.csr_size = 3;
	got.not_after_ms = 1800000000000;
	got.attempt = 3;
	assert_true(certificate_update(tx, &got, 0, &err) && tx_commit(&tx, &err));
	assert_true(certificate_find(f->wide, &made.id, f->arena, &got, &err));
	assert_int_equal(got.state, CERTIFICATE_ISSUING);
	assert_string_equal(got.order_url, "https://ca.example/order/1");
	assert_memory_equal(got.csr, "\0\1\2", 3);
	assert_int_equal(got.not_after_ms, 1800000000000);
	assert_int_equal(got.n_names, 2);
	assert_string_equal(got.names[1], "www.shop.example");
}

static void another_organisation_locks_nothing(void **state)
{
	struct fixture *f = *state;
	const struct certificate made = add(f, &bakery, "shop.example");
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct certificate got;
	struct error err = { 0 };

	assert_true(tx_begin(f->own, &cobbler, &tx, &err));
	assert_false(certificate_lock(tx, &made.id, f->arena, &got, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

struct rival {
	struct fixture *f;
	const struct certificate *certificate;
	unsigned won;
	pthread_t thread;
};

static void *claim(void *arg)
{
	struct rival *rival = arg;
	const struct uuid lease = uuid_v7();
	struct error err = { 0 };
	bool mine = false;

	if (!certificate_claim(rival->f->own, &bakery, &rival->certificate->id, &lease, 60, &mine, &err))
		fprintf(stderr, "%s\n", err.message);
	rival->won = mine;
	return NULL;
}

/* Runs all at once; gives how often it was won. */
static unsigned race(struct fixture *f, const struct certificate *certificate, void *(*run)(void *))
{
	struct rival rivals[COPIES];
	unsigned won = 0;

	for (unsigned i = 0; i < COPIES; i++) {
		rivals[i] = (struct rival){ .f = f, .certificate = certificate };
		assert_int_equal(pthread_create(&rivals[i].thread, NULL, run, &rivals[i]), 0);
	}
	for (unsigned i = 0; i < COPIES; i++) {
		pthread_join(rivals[i].thread, NULL);
		won += rivals[i].won;
	}
	return won;
}

static void one_of_many_copies_works_on_it(void **state)
{
	struct fixture *f = *state;
	const struct certificate made = add(f, &bakery, "shop.example");

	assert_int_equal(race(f, &made, claim), 1);
	assert_int_equal(race(f, &made, claim), 0);
	postgres_psql(f->postgres,
	              "update web.certificates set lease_until = now() - interval '1 second'"); /* it was killed */
	assert_int_equal(race(f, &made, claim), 1);
}

static void what_is_not_due_is_nobodys(void **state)
{
	struct fixture *f = *state;
	const struct certificate made = add(f, &bakery, "shop.example");
	struct certificate_turn turns[CERTIFICATE_TURNS];
	struct error err = { 0 };
	unsigned n = 0;

	assert_true(certificate_due(f->wide, turns, &n, &err));
	assert_int_equal(n, 1);
	postgres_psql(f->postgres, "update web.certificates set next_try_at = now() + interval '1 minute'");
	assert_int_equal(race(f, &made, claim), 0);
	assert_true(certificate_due(f->wide, turns, &n, &err));
	assert_int_equal(n, 0);
}

static struct web_settings settings = { .acme_directory = (char[]){ "https://ca.example/dir" },
	                                .acme_orders = ORDERS,
	                                .acme_domain_certificates = 1000,
	                                .acme_failures = 4 };

static bool take(struct fixture *f, const struct certificate *certificate, int64_t *ret_until)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct error err = { 0 };
	char words[160];

	if (tx_begin(f->own, &bakery, &tx, &err) && budget_take(tx, &settings, certificate, ret_until, words, &err) &&
	    tx_commit(&tx, &err))
		return *ret_until == 0;
	fprintf(stderr, "%s\n", err.message);
	return false;
}

static void *spend(void *arg)
{
	struct rival *rival = arg;
	int64_t until;

	for (unsigned i = 0; i < ORDERS; i++)
		rival->won += take(rival->f, rival->certificate, &until);
	return NULL;
}

static void copies_together_never_ask_for_more(void **state)
{
	struct fixture *f = *state;
	const struct certificate made = add(f, &bakery, "shop.example");
	int64_t until = 0;

	settings.acme_orders = ORDERS;
	assert_int_equal(race(f, &made, spend), ORDERS);
	assert_false(take(f, &made, &until));
	assert_true(until > clock_unix_ms() && until < clock_unix_ms() + 3 * 3600 * 1000 + 1000);
	postgres_psql(f->postgres, "update web.acme_spent set at = at - interval '3 hours'");
	assert_true(take(f, &made, &until));
}

static void names_of_one_domain_share_a_budget(void **state)
{
	struct fixture *f = *state;
	const struct certificate shop = add(f, &bakery, "shop.co.uk"), other = add(f, &bakery, "other.co.uk");
	int64_t until;

	settings.acme_orders = 1000;
	settings.acme_domain_certificates = 2;
	assert_true(take(f, &shop, &until) && take(f, &shop, &until));
	assert_false(take(f, &shop, &until));
	settings.acme_domain_certificates = 3; /* shop.example, which both have, is the tighter one */
	assert_true(take(f, &other, &until));
	assert_false(take(f, &other, &until));
	settings.acme_domain_certificates = 1000;
}

static void a_name_that_fails_too_often_rests(void **state)
{
	struct fixture *f = *state;
	const struct certificate made = add(f, &bakery, "shop.example");
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct error err = { 0 };
	int64_t until;

	settings.acme_orders = 1000;
	assert_true(tx_begin(f->own, &bakery, &tx, &err));
	for (int i = 0; i < 4; i++)
		assert_true(budget_failed(tx, &settings, "www.shop.example", &err));
	assert_true(tx_commit(&tx, &err));
	assert_false(take(f, &made, &until));
	assert_true(until <= clock_unix_ms() + 3600 * 1000 + 1000);
}

static bool write_row(struct fixture *f, const struct certificate *certificate, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;

	return tx_begin(f->own, &certificate->org, &tx, err) && certificate_update(tx, certificate, 0, err) &&
	       tx_commit(&tx, err);
}

static void what_shows_the_names_comes_back_as_it_went(void **state)
{
	struct fixture *f = *state;
	struct certificate certificate = add(f, &bakery, "shop.example"), back;
	struct error err = { 0 };

	assert_true(certificate_find(f->wide, &certificate.id, f->arena, &certificate, &err));
	assert_int_equal(certificate.n_proofs, 0);
	certificate.proofs[0] = "";
	certificate.proofs[1] = "_acme-challenge.www.shop.example.";
	certificate.n_proofs = certificate.n_names;
	certificate.records = "_acme-challenge.www.shop.example. value\n";
	certificate.records_version = 1764223200123;
	certificate.answered = "https://ca.example/chall/1\n";
	certificate.revoke_reason = "superseded";
	certificate.revoked_ms = 1764223200456;
	assert_true(write_row(f, &certificate, &err));
	assert_true(certificate_find(f->wide, &certificate.id, f->arena, &back, &err));
	assert_int_equal(back.n_proofs, 2);
	assert_string_equal(back.proofs[0], "");
	assert_string_equal(back.proofs[1], "_acme-challenge.www.shop.example.");
	assert_string_equal(back.records, certificate.records);
	assert_int_equal(back.records_version, certificate.records_version);
	assert_string_equal(back.answered, certificate.answered);
	assert_string_equal(back.revoke_reason, "superseded");
	assert_int_equal(back.revoked_ms, certificate.revoked_ms);
	back.names[back.n_names++] = "more.example"; /* other names: how they are shown isn't known any more */
	assert_true(write_row(f, &back, &err));
	assert_true(certificate_find(f->wide, &certificate.id, f->arena, &back, &err));
	assert_int_equal(back.n_proofs, 0);
}

static void a_wildcard_takes_the_place_of_what_it_covers(void **state)
{
	struct fixture *f = *state;
	const char *aliases[] = { "www.shop.example", "a.b.shop.example", "shop.test", "xshop.example" };
	Stralix__V1__WebsiteSettings wanted;
	Stralix__V1__Https https;
	struct website site = { .domain = "shop.example", .settings = &wanted };
	const char *names[CERTIFICATE_NAMES];
	unsigned n = 0;
	struct error err = { 0 };

	stralix__v1__website_settings__init(&wanted);
	stralix__v1__https__init(&https);
	wanted.aliases = (char **)(uintptr_t)aliases;
	wanted.n_aliases = 4;
	assert_true(certificate_names(&site, f->arena, names, &n, &err));
	assert_int_equal(n, 5);
	wanted.https = &https;
	https.wildcard = true;
	assert_true(certificate_names(&site, f->arena, names, &n, &err));
	assert_int_equal(n, 5);
	assert_string_equal(names[0], "shop.example");
	assert_string_equal(names[1], "*.shop.example");
	assert_string_equal(names[2], "a.b.shop.example");
	assert_string_equal(names[3], "shop.test");
	assert_string_equal(names[4], "xshop.example");
	certificate_plain_names(&site, names, &n);
	assert_int_equal(n, 5);
	assert_string_equal(names[1], "www.shop.example");
}

static void records_are_whole_lines(void **state)
{
	struct fixture *f = *state;
	const char *one = challenge_line("_acme-challenge.shop.example.", "abc", f->arena);
	const char *longer = challenge_line("_acme-challenge.shop.example.", "abcd", f->arena);

	assert_true(challenge_has(one, one));
	assert_false(challenge_has(longer, one));
	assert_false(challenge_has(NULL, one));
	assert_false(challenge_has("", one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_of_a_kind_is_on_its_way, begin, end),
		cmocka_unit_test_setup_teardown(it_comes_back_as_it_was_written, begin, end),
		cmocka_unit_test_setup_teardown(another_organisation_locks_nothing, begin, end),
		cmocka_unit_test_setup_teardown(one_of_many_copies_works_on_it, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_due_is_nobodys, begin, end),
		cmocka_unit_test_setup_teardown(copies_together_never_ask_for_more, begin, end),
		cmocka_unit_test_setup_teardown(names_of_one_domain_share_a_budget, begin, end),
		cmocka_unit_test_setup_teardown(a_name_that_fails_too_often_rests, begin, end),
		cmocka_unit_test_setup_teardown(what_shows_the_names_comes_back_as_it_went, begin, end),
		cmocka_unit_test_setup_teardown(a_wildcard_takes_the_place_of_what_it_covers, begin, end),
		cmocka_unit_test_setup_teardown(records_are_whole_lines, begin, end),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
