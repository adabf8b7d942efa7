/* Audit records in a real PostgreSQL: added once, never changed, and seen only by whom they concern. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "audit_sql.h"
#include "schema.h"
#include "services/audit/store.h"

#define BAKERY "0192f000-0000-7000-8000-00000000000a"
#define COBBLER "0192f000-0000-7000-8000-00000000000b"
#define NONE "00000000-0000-0000-0000-000000000000"

struct fixture {
	struct postgres *postgres;
	struct db *own, *wide;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->postgres = postgres_new();
	schema_make(f->postgres, "audit");
	schema_migrate(f->postgres, "audit", audit_migrations);
	f->own = schema_open(f->postgres, "audit", "audit", (struct db_options){ .queries = audit_queries });
	f->wide = schema_open(f->postgres, "audit", "audit_wide", (struct db_options){ .queries = audit_queries_wide });
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

static int empty(void **state)
{
	struct fixture *f = *state;

	postgres_psql(f->postgres, "alter table audit.records disable trigger user; truncate audit.records;"
	                           "alter table audit.records enable trigger user");
	return 0;
}

/* ids count up: .n is the last group. */
static void add(struct fixture *f, int n, const char *org, const char *action, size_t after_size)
{
	char id[UUID_TEXT], at[] = "2026-11-24T17:38:00.123Z", service[] = "web", actor[] = "system:web",
			    outcome[] = "success";
	char kind[] = "website", target_id[] = "0192f000-0000-7000-8000-0000000000ff", name[] = "shop.example";
	char action_text[32], org_text[UUID_TEXT], *after = calloc(1, after_size + 1);
	Stralix__V1__Target target;
	Stralix__V1__Record record;
	struct error err = { 0 };

	stralix__v1__target__init(&target);
	stralix__v1__record__init(&record);
	snprintf(id, sizeof(id), "0192f000-0000-7000-8000-%012d", n);
	snprintf(action_text, sizeof(action_text), "%s", action);
	snprintf(org_text, sizeof(org_text), "%s", org);
	memset(after, 'x', after_size);
	record.id = id;
	record.at = at;
	record.service = service;
	record.action = action_text;
	record.actor_id = actor;
	record.outcome = outcome;
	record.after = after;
	target.kind = kind;
	target.id = target_id;
	target.name = name;
	target.organisation_id = org_text;
	record.target = &target;
	if (!record_insert(f->own, &record, &err))
		fail_msg("%s", err.message);
	free(after);
}

struct listed {
	struct arena *arena;
	Stralix__V1__ListRecordsReply reply;
	Stralix__V1__Page page;
};

static void list(struct fixture *f, const struct record_filter *filter, struct listed *ret)
{
	struct error err = { 0 };

	ret->arena = arena_new(32 * 1024 * 1024);
	stralix__v1__list_records_reply__init(&ret->reply);
	stralix__v1__page__init(&ret->page);
	ret->reply.page = &ret->page;
	if (!record_list(f->wide, filter, ret->arena, &ret->reply, &err))
		fail_msg("%s", err.message);
}

static void listed_done(struct listed *it)
{
	arena_free(it->arena);
}

static struct record_filter of(const char *const *orgs, size_t n)
{
	return (struct record_filter){ .orgs = orgs,
		                       .n_orgs = n,
		                       .before_id = "",
		                       .target_id = "",
		                       .target_kind = "",
		                       .action = "",
		                       .actor = "",
		                       .limit = 50,
		                       .count = true };
}

static void appending_twice_is_appending_once(void **state)
{
	const struct record_filter all = of(NULL, 0);
	_cleanup_(listed_done) struct listed it;

	add(*state, 1, BAKERY, "website.create", 0);
	add(*state, 1, BAKERY, "website.create", 0);
	list(*state, &all, &it);
	assert_int_equal(it.page.total, 1);
	assert_int_equal(it.reply.n_records, 1);
}

static void a_record_comes_back_as_it_was(void **state)
{
	const struct record_filter all = of(NULL, 0);
	_cleanup_(listed_done) struct listed it;
	const Stralix__V1__Record *record;

	add(*state, 1, BAKERY, "website.create", 3);
	list(*state, &all, &it);
	record = it.reply.records[0];
	assert_string_equal(record->at, "2026-11-24T17:38:00.123Z");
	assert_string_equal(record->service, "web");
	assert_string_equal(record->actor_id, "system:web");
	assert_string_equal(record->action, "website.create");
	assert_string_equal(record->after, "xxx");
	assert_string_equal(record->outcome, "success");
	assert_string_equal(record->target->organisation_id, BAKERY);
	assert_string_equal(record->target->name, "shop.example");
}

static void an_organisation_sees_its_own_and_an_admin_all(void **state)
{
	const char *const bakery[] = { BAKERY }, *const both[] = { BAKERY, COBBLER, BAKERY };
	const struct record_filter all = of(NULL, 0), own = of(bakery, 1), staff = of(both, 3);
	_cleanup_(listed_done) struct listed admin, customer, assigned;

	add(*state, 1, BAKERY, "website.create", 0);
	add(*state, 2, COBBLER, "website.create", 0);
	add(*state, 3, NONE, "session.create", 0);
	list(*state, &all, &admin);
	assert_int_equal(admin.reply.n_records, 3);
	list(*state, &own, &customer);
	assert_int_equal(customer.reply.n_records, 1);
	assert_int_equal(customer.page.total, 1);
	assert_string_equal(customer.reply.records[0]->target->organisation_id, BAKERY);
	list(*state, &staff, &assigned);
	assert_int_equal(assigned.reply.n_records, 2);
	assert_int_equal(assigned.page.total, 2);
}

static void pages_go_from_new_to_old_without_gap(void **state)
{
	const char *const both[] = { BAKERY, COBBLER };
	struct record_filter filter = of(both, 2);
	char cursor[UUID_TEXT] = "", newest[UUID_TEXT] = "z";
	int pages = 0, seen = 0;

	for (int n = 1; n <= 7; n++)
		add(*state, n, n % 2 ? BAKERY : COBBLER, "website.create", 0);
	filter.limit = 3;
	do {
		_cleanup_(listed_done) struct listed it;

		filter.before_id = cursor;
		list(*state, &filter, &it);
		assert_int_equal(it.page.total, 7);
		for (size_t i = 0; i < it.reply.n_records; i++, seen++) {
			assert_true(strcmp(it.reply.records[i]->id, newest) < 0);
			snprintf(newest, sizeof(newest), "%s", it.reply.records[i]->id);
		}
		snprintf(cursor, sizeof(cursor), "%s", it.page.next_cursor);
		pages++;
	} while (*cursor);
	assert_int_equal(pages, 3);
	assert_int_equal(seen, 7);
}

static void filters_narrow(void **state)
{
	struct record_filter filter = of(NULL, 0);
	_cleanup_(listed_done) struct listed by_action, by_target;

	add(*state, 1, BAKERY, "website.create", 0);
	add(*state, 2, BAKERY, "website.delete", 0);
	filter.action = "website.delete";
	list(*state, &filter, &by_action);
	assert_int_equal(by_action.reply.n_records, 1);
	assert_int_equal(by_action.page.total, 1);
	filter.action = "";
	filter.target_id = "0192f000-0000-7000-8000-0000000000fe";
	list(*state, &filter, &by_target);
	assert_int_equal(by_target.reply.n_records, 0);
}

static size_t matching(struct fixture *f, const struct record_filter *filter)
{
	const char *const both[] = { BAKERY, COBBLER };
	struct record_filter narrow = *filter;
	_cleanup_(listed_done) struct listed all, own;

	list(f, filter, &all);
	narrow.orgs = both;
	narrow.n_orgs = 2;
	list(f, &narrow, &own);
	assert_int_equal(all.page.total, all.reply.n_records);
	assert_int_equal(own.page.total, all.page.total);
	assert_int_equal(own.reply.n_records, all.reply.n_records);
	return all.reply.n_records;
}

static void filters_by_kind_of_action_actor_object_and_time(void **state)
{
	const int64_t at = 1795541880123; /* of all of them */
	struct record_filter filter = of(NULL, 0);

	add(*state, 1, BAKERY, "website.create", 0);
	add(*state, 2, COBBLER, "website.delete", 0);
	add(*state, 3, BAKERY, "websites", 0);
	filter.action = "website";
	assert_int_equal(matching(*state, &filter), 2);
	filter.action = "";
	filter.actor = "system:web";
	assert_int_equal(matching(*state, &filter), 3);
	filter.actor = "system:we";
	assert_int_equal(matching(*state, &filter), 0);
	filter.actor = "";
	filter.target_kind = "website";
	assert_int_equal(matching(*state, &filter), 3);
	filter.target_kind = "token";
	assert_int_equal(matching(*state, &filter), 0);
	filter.target_kind = "";
	filter.from_ms = at;
	filter.until_ms = at + 1;
	assert_int_equal(matching(*state, &filter), 3);
	filter.from_ms = at + 1;
	filter.until_ms = 0;
	assert_int_equal(matching(*state, &filter), 0);
	filter.from_ms = 0;
	filter.until_ms = at;
	assert_int_equal(matching(*state, &filter), 0);
}

static void a_page_of_long_records_fits_the_bus(void **state)
{
	struct record_filter filter = of(NULL, 0);
	_cleanup_(listed_done) struct listed it;

	for (int n = 1; n <= 40; n++)
		add(*state, n, BAKERY, "website.create", 32768);
	list(*state, &filter, &it);
	assert_in_range(it.reply.n_records, 1, 12);
	assert_string_equal(it.page.next_cursor, it.reply.records[it.reply.n_records - 1]->id);
}

static void nobody_changes_or_removes_a_record(void **state)
{
	struct fixture *f = *state;

	add(f, 1, BAKERY, "website.create", 0);
	/* In psql a failure would abort the test, so the server itself looks that all of them fail. */
	postgres_psql(f->postgres, "do $$ declare command text; who text; begin"
	                           " foreach who in array array['audit', 'audit_wide', 'audit_owner', 'postgres'] loop"
	                           "  foreach command in array array['update audit.records set outcome = ''x''',"
	                           "   'delete from audit.records', 'truncate audit.records'] loop"
	                           "   begin"
	                           "    execute format('set local role %I', who);"
	                           "    execute command;"
	                           "    raise exception 'done' using errcode = 'ZZ001';"
	                           "   exception when insufficient_privilege then null; end;"
	                           "   reset role;"
	                           "  end loop;"
	                           " end loop;"
	                           " assert (select count(*) from audit.records) = 1; end $$");
}

#define FROM_EMPTY(test) cmocka_unit_test_setup(test, empty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FROM_EMPTY(appending_twice_is_appending_once),
		FROM_EMPTY(a_record_comes_back_as_it_was),
		FROM_EMPTY(an_organisation_sees_its_own_and_an_admin_all),
		FROM_EMPTY(pages_go_from_new_to_old_without_gap),
		FROM_EMPTY(filters_narrow),
		FROM_EMPTY(filters_by_kind_of_action_actor_object_and_time),
		FROM_EMPTY(a_page_of_long_records_fits_the_bus),
		FROM_EMPTY(nobody_changes_or_removes_a_record),
	};

	return cmocka_run_group_tests_name("audit/records", tests, set_up, tear_down);
}
