/* Orders of lists, and the cursors in which they go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/service/list.h"

#define ID "0190b5a6-7c1e-7000-8000-000000000001"

enum { UP = 3, DOWN = 5, MADE = 7 };

static const struct list_order orders[] = {
	{ "", UP, 'n', STRALIX__FORMAT__HOSTNAME },
	{ "-name", DOWN, 'N', STRALIX__FORMAT__HOSTNAME },
	{ "created_at", MADE, 'c', STRALIX__FORMAT__UUID },
	{ "free", MADE, 'f', STRALIX__FORMAT__FORMAT_UNSET },
};

static const struct list_order *find(const char *name)
{
	struct error err = { 0 };

	return list_order_find(orders, ARRAY_SIZE(orders), name, "name", &err);
}

/* Where the page after a row of this value begins. */
static const char *round_trip(const char *name, const char *value, struct arena *arena)
{
	struct error err = { 0 };
	Stralix__V1__Page *page;
	const char *after;

	assert_true(list_page(find(name), 9, value, arena, &page, &err));
	assert_int_equal(page->total, 9);
	assert_true(list_after(find(name), page->next_cursor, arena, &after, &err));
	return after;
}

static void orders_are_found_by_name(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(find("")->order, UP);
	assert_int_equal(find("-name")->order, DOWN);
	assert_null(list_order_find(orders, ARRAY_SIZE(orders), "size", "name or created_at", &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(err.violations[0].field, "sort");
	assert_non_null(strstr(err.violations[0].message, "name or created_at"));
}

static void pages_go_on_where_the_last_one_ended(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 16);

	(void)state;
	assert_string_equal(round_trip("", "shop.example", arena), "shop.example");
	assert_string_equal(round_trip("created_at", ID, arena), ID);
	assert_string_equal(round_trip("free", "17.x", arena), "17.x");
}

static void the_first_page_and_the_last_have_no_cursor(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 16);
	struct error err = { 0 };
	Stralix__V1__Page *page;
	const char *after;

	(void)state;
	assert_true(list_after(find(""), "", arena, &after, &err));
	assert_string_equal(after, "");
	assert_true(list_page(find(""), 1, NULL, arena, &page, &err));
	assert_string_equal(page->next_cursor, "");
}

static void refuse(const char *name, const char *cursor, struct arena *arena)
{
	struct error err = { 0 };
	const char *after;

	assert_false(list_after(find(name), cursor, arena, &after, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(err.violations[0].field, "cursor");
}

static void forged_cursors_are_refused_by_name(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 16);
	struct error err = { 0 };
	Stralix__V1__Page *page;

	(void)state;
	assert_true(list_page(find(""), 1, "shop.example", arena, &page, &err));
	refuse("-name", page->next_cursor, arena); /* of another order */
	assert_true(list_page(find("created_at"), 1, "shop.example", arena, &page, &err));
	refuse("created_at", page->next_cursor, arena); /* no id */
	assert_true(list_page(find(""), 1, "a/../b", arena, &page, &err));
	refuse("", page->next_cursor, arena); /* no name */
	refuse("", "n", arena);
	refuse("", "n7", arena);
	refuse("", "nzz", arena);
}

static void limits_have_a_default(void **state)
{
	(void)state;
	assert_int_equal(list_limit(0), 50);
	assert_int_equal(list_limit(7), 7);
}

static void no_room_is_said(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(64);
	struct error err = { 0 };

	(void)state;
	assert_null(list_rows(1 << 20, arena, &err));
	assert_int_equal(err.code, ERR_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_are_found_by_name),
		cmocka_unit_test(pages_go_on_where_the_last_one_ended),
		cmocka_unit_test(the_first_page_and_the_last_have_no_cursor),
		cmocka_unit_test(forged_cursors_are_refused_by_name),
		cmocka_unit_test(limits_have_a_default),
		cmocka_unit_test(no_room_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
