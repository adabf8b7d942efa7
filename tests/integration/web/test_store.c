/* Websites in a real PostgreSQL: one name once, lists that go on, rows that only their organisation changes. */
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
#include "services/web/store.h"
#include "web_sql.h"

struct fixture {
	struct postgres *postgres;
	struct db *own, *wide;
	struct arena *arena;
};

static const struct uuid bakery = { { 0x01, 0x92, 0xf0, [15] = 0x0a } };
static const struct uuid cobbler = { { 0x01, 0x92, 0xf0, [15] = 0x0b } };
static const char *const bakery_text = "0192f000-0000-0000-0000-00000000000a";

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->postgres = postgres_new();
	schema_make(f->postgres, "web");
	schema_migrate(f->postgres, "web", service_migrations);
	schema_migrate(f->postgres, "web", web_migrations);
	f->own = schema_open(f->postgres, "web", "web", (struct db_options){ .queries = web_queries });
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
	postgres_psql(f->postgres, "truncate web.websites, web.quota cascade");
	return f->arena ? 0 : -1;
}

static int end(void **state)
{
	arena_free(((struct fixture *)*state)->arena);
	return 0;
}

static struct website make(const struct uuid *org, const char *domain, const char *display)
{
	const struct uuid task = uuid_v7();
	struct website site = {
		.id = uuid_v7(),
		.org = *org,
		.domain = domain,
		.display_domain = display,
		.node_id = "n1",
		.node_name = "web1",
		.address = "192.0.2.1",
		.message = "",
		.http_port = 8080,
		.https_port = 8443,
		.uid = 4000000000,
		.serving = SERVING_LIVE,
		.state = WEBSITE_PENDING,
		.generation = { 1, 1 },
		.created_ms = 1700000000123,
	};

	uuid_format(&task, site.task_id);
	return site;
}

/* What change_quota does in the service. */
static bool count(struct fixture *f, const struct uuid *org)
{
	char sql[200], text[UUID_TEXT];

	snprintf(sql, sizeof(sql),
	         "insert into web.quota (org_id, name, used, lim) values ('%s', 'websites', 1, null) "
	         "on conflict (org_id, name) do update set used = web.quota.used + 1",
	         uuid_format(org, text));
	postgres_psql(f->postgres, sql);
	return true;
}

static bool insert(struct fixture *f, const struct website *site, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;

	*err = (struct error){ 0 };
	return tx_begin(f->own, &site->org, &tx, err) && website_insert(tx, site, err) && tx_commit(&tx, err) &&
	       count(f, &site->org);
}

static struct uuid add(struct fixture *f, const struct uuid *org, const char *domain)
{
	struct website site = make(org, domain, domain);
	struct error err;

	if (!insert(f, &site, &err))
		fail_msg("%s", err.message);
	for (int64_t now = clock_unix_ms(); clock_unix_ms() == now;)
		; /* ids are in the order of making from one millisecond to the next */
	return site.id;
}

static void a_row_comes_back_as_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct website site = make(&bakery, "xn--bcher-kva.example", "bücher.example"), back;
	struct error err = { 0 };

	assert_true(insert(f, &site, &err));
	assert_true(website_find(f->wide, &site.id, f->arena, &back, &err));
	assert_true(uuid_equal(&back.org, &bakery));
	assert_string_equal(back.domain, "xn--bcher-kva.example");
	assert_string_equal(back.display_domain, "bücher.example");
	assert_string_equal(back.node_id, "n1");
	assert_string_equal(back.node_name, "web1");
	assert_string_equal(back.address, "192.0.2.1");
	assert_string_equal(back.task_id, site.task_id);
	assert_int_equal(back.http_port, 8080);
	assert_int_equal(back.https_port, 8443);
	assert_int_equal(back.uid, 4000000000);
	assert_int_equal(back.state, WEBSITE_PENDING);
	assert_int_equal(back.serving, SERVING_LIVE);
	assert_int_equal(back.applied_serving, SERVING_NONE);
	assert_int_equal(back.generation.n, 1);
	assert_int_equal(back.applied.n, 0);
	assert_int_equal(back.created_ms, 1700000000123);
	assert_int_equal(back.purge_ms, 0);
}

static void a_changed_row_comes_back_changed(void **state)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct fixture *f = *state;
	const struct uuid id = add(f, &bakery, "shop.example");
	struct error err = { 0 };
	struct website site, back;

	assert_true(tx_begin(f->own, &bakery, &tx, &err));
	assert_true(website_lock(tx, &id, f->arena, &site, &err));
	site.state = WEBSITE_DELETED;
	site.serving = site.applied_serving = SERVING_DELETED;
	site.message = "as asked";
	site.generation = site.applied = (struct generation){ 2, 5 };
	site.updated_ms = 1700000001001;
	site.purge_ms = 1700000002002;
	assert_true(website_update(tx, &site, &err));
	assert_true(tx_commit(&tx, &err));
	assert_true(website_find(f->wide, &id, f->arena, &back, &err));
	assert_int_equal(back.state, WEBSITE_DELETED);
	assert_int_equal(back.serving, SERVING_DELETED);
	assert_int_equal(back.applied_serving, SERVING_DELETED);
	assert_string_equal(back.message, "as asked");
	assert_int_equal(back.applied.epoch, 2);
	assert_int_equal(back.generation.n, 5);
	assert_int_equal(back.updated_ms, 1700000001001);
	assert_int_equal(back.purge_ms, 1700000002002);
}

static void a_name_is_given_once(void **state)
{
	struct fixture *f = *state;
	struct website second = make(&cobbler, "shop.example", "shop.example");
	struct error err;

	add(f, &bakery, "shop.example");
	assert_false(insert(f, &second, &err));
	assert_int_equal(err.code, ERR_EXISTS);
}

static void a_purged_website_is_gone_and_its_name_free(void **state)
{
	struct fixture *f = *state;
	const struct uuid id = add(f, &bakery, "shop.example");
	struct website second = make(&cobbler, "shop.example", "shop.example"), site;
	struct error err;

	postgres_psql(f->postgres, "update web.websites set state = 'purged', serving = 'removed'");
	assert_true(insert(f, &second, &err));
	assert_false(website_find(f->wide, &id, f->arena, &site, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void another_organisation_can_not_lock_a_row(void **state)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct fixture *f = *state;
	const struct uuid id = add(f, &bakery, "shop.example");
	struct error err = { 0 };
	struct website site;

	assert_true(tx_begin(f->own, &cobbler, &tx, &err));
	assert_false(website_lock(tx, &id, f->arena, &site, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void a_row_of_another_organisation_can_not_be_added(void **state)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct fixture *f = *state;
	struct website site = make(&cobbler, "shop.example", "shop.example");
	struct error err = { 0 };

	assert_true(tx_begin(f->own, &bakery, &tx, &err));
	assert_false(website_insert(tx, &site, &err));
}

static struct website_list list(struct fixture *f, const struct website_filter *filter)
{
	struct website_list found = { 0 };
	struct error err = { 0 };

	if (!website_list(f->wide, filter, f->arena, &found, &err))
		fail_msg("%s", err.message);
	return found;
}

#define ANY .search = "", .state = "", .node_id = "", .after = "", .limit = 50

static void lists_go_on_behind_the_last_row_in_every_order(void **state)
{
	struct fixture *f = *state;
	struct website_filter filter = { ANY };
	struct website_list page;
	char id[UUID_TEXT];

	add(f, &bakery, "b.example");
	add(f, &bakery, "c.example");
	add(f, &bakery, "a.example");
	filter.limit = 2;
	page = list(f, &filter);
	assert_int_equal(page.n, 2);
	assert_int_equal(page.total, 3);
	assert_true(page.more);
	assert_string_equal(page.sites[0].domain, "a.example");
	filter.after = "b.example";
	page = list(f, &filter);
	assert_int_equal(page.n, 1);
	assert_false(page.more);
	assert_string_equal(page.sites[0].domain, "c.example");
	filter.order = ORDER_DOMAIN_DOWN;
	page = list(f, &filter);
	assert_string_equal(page.sites[0].domain, "a.example");
	filter.order = ORDER_MADE_DOWN;
	filter.after = "";
	page = list(f, &filter);
	assert_string_equal(page.sites[0].domain, "a.example");
	assert_string_equal(page.sites[1].domain, "c.example");
	filter.after = uuid_format(&page.sites[1].id, id);
	page = list(f, &filter);
	assert_int_equal(page.n, 1);
	assert_string_equal(page.sites[0].domain, "b.example");
	filter.order = ORDER_MADE_UP;
	page = list(f, &filter);
	assert_int_equal(page.n, 1);
	assert_string_equal(page.sites[0].domain, "a.example");
}

static void a_list_shows_only_the_organisations_asked_for(void **state)
{
	struct fixture *f = *state;
	struct website_filter filter = { ANY, .orgs = &bakery_text, .n_orgs = 1 };
	struct website_list page;

	add(f, &bakery, "a.example");
	add(f, &cobbler, "b.example");
	page = list(f, &filter);
	assert_int_equal(page.total, 1);
	assert_string_equal(page.sites[0].domain, "a.example");
	filter.n_orgs = 0; /* staff to whom nothing is assigned */
	page = list(f, &filter);
	assert_int_equal(page.total, 0);
	assert_int_equal(page.n, 0);
}

static void a_search_is_a_part_of_the_name_and_never_a_pattern(void **state)
{
	struct fixture *f = *state;
	struct website idn = make(&bakery, "xn--bcher-kva.example", "bücher.example");
	struct website_filter filter = { ANY };
	struct error err;

	assert_true(insert(f, &idn, &err));
	add(f, &bakery, "shop.example");
	filter.search = "HOP.ex";
	assert_int_equal(list(f, &filter).total, 1);
	filter.search = "büch";
	assert_int_equal(list(f, &filter).total, 1);
	filter.search = "%";
	assert_int_equal(list(f, &filter).total, 0);
	filter.search = "s_op";
	assert_int_equal(list(f, &filter).total, 0);
	filter.search = "";
	filter.state = "active";
	assert_int_equal(list(f, &filter).total, 0);
	filter.state = "pending";
	filter.node_id = "n2";
	assert_int_equal(list(f, &filter).total, 0);
	filter.node_id = "n1";
	assert_int_equal(list(f, &filter).total, 2);
}

static void only_what_is_past_its_grace_period_is_due(void **state)
{
	struct fixture *f = *state;
	struct website_due due[WEBSITES_DUE];
	const struct uuid id = add(f, &bakery, "a.example");
	struct error err = { 0 };
	unsigned n = 0;

	add(f, &bakery, "b.example");
	assert_true(website_due(f->wide, due, &n, &err));
	assert_int_equal(n, 0);
	postgres_psql(f->postgres, "update web.websites set state = 'deleted', purge_at = now() + case domain when "
	                           "'a.example' then interval '-1 second' else interval '1 hour' end");
	assert_true(website_due(f->wide, due, &n, &err));
	assert_int_equal(n, 1);
	assert_true(uuid_equal(&due[0].id, &id));
	assert_true(uuid_equal(&due[0].org, &bakery));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_row_comes_back_as_it_was_written),
		TEST(a_changed_row_comes_back_changed),
		TEST(a_name_is_given_once),
		TEST(a_purged_website_is_gone_and_its_name_free),
		TEST(another_organisation_can_not_lock_a_row),
		TEST(a_row_of_another_organisation_can_not_be_added),
		TEST(lists_go_on_behind_the_last_row_in_every_order),
		TEST(a_list_shows_only_the_organisations_asked_for),
		TEST(a_search_is_a_part_of_the_name_and_never_a_pattern),
		TEST(only_what_is_past_its_grace_period_is_due),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
