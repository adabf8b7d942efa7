/* Export: a record a line, and no cell of CSV is a formula. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/error.h"

#include "services/audit/export.h"

static void put(const char *format, const char *actor, struct buf *out)
{
	Stralix__V1__Record record;
	char name[64];

	stralix__v1__record__init(&record);
	snprintf(name, sizeof(name), "%s", actor);
	record.actor_name = name;
	assert_true(export_format_find(format)->record(out, &record));
}

static void assert_cell(const char *actor, const char *wanted)
{
	_cleanup_buf_ struct buf out = { 0 };
	char cell[96];

	put("csv", actor, &out);
	snprintf(cell, sizeof(cell), ",%s,", wanted);
	if (!strstr(out.data, cell))
		fail_msg("%s became %s", actor, out.data);
}

static void no_cell_is_a_formula(void **state)
{
	(void)state;
	assert_cell("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
	assert_cell("+1+cmd|' /C calc'!A0", "\"'+1+cmd|' /C calc'!A0\"");
	assert_cell("-2+3", "\"'-2+3\"");
	assert_cell("@SUM(1)", "\"'@SUM(1)\"");
	assert_cell("\t=1", "\"'\t=1\"");
	assert_cell("\r=1", "\"'\r=1\"");
	assert_cell("\n=1", "\"'\n=1\"");
	assert_cell("  =1", "\"'  =1\"");
	assert_cell("|calc", "\"'|calc\"");
	assert_cell("\xef\xbc\x9d"
	            "1",
	            "\"'\xef\xbc\x9d"
	            "1\"");
}

static void cells_keep_quotes_commas_and_lines(void **state)
{
	(void)state;
	assert_cell("Ada", "\"Ada\"");
	assert_cell("a,b", "\"a,b\"");
	assert_cell("a\"b", "\"a\"\"b\"");
	assert_cell("a\r\nb=1", "\"a\r\nb=1\"");
	assert_cell("", "\"\"");
}

static void each_line_of_csv_has_the_cells_of_its_head(void **state)
{
	const struct export_format *csv = export_format_find("csv");
	_cleanup_buf_ struct buf head = { 0 }, line = { 0 };
	size_t heads = 0, cells = 0;

	(void)state;
	csv->head(&head);
	put("csv", "Ada", &line);
	for (const char *c = head.data; *c; c++)
		heads += *c == ',';
	for (const char *c = line.data; *c; c++)
		cells += *c == ',';
	assert_int_equal(cells, heads);
}

static void json_is_one_line(void **state)
{
	_cleanup_buf_ struct buf out = { 0 };

	(void)state;
	put("jsonl", "a\nb", &out);
	assert_ptr_equal(strchr(out.data, '\n'), out.data + out.size - 1);
	assert_non_null(strstr(out.data, "\"actorName\":\"a\\u000ab\""));
}

static void another_format_is_none(void **state)
{
	(void)state;
	assert_null(export_format_find("xlsx"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_cell_is_a_formula),
		cmocka_unit_test(cells_keep_quotes_commas_and_lines),
		cmocka_unit_test(each_line_of_csv_has_the_cells_of_its_head),
		cmocka_unit_test(json_is_one_line),
		cmocka_unit_test(another_format_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
