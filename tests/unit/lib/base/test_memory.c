/* test_memory: arena and buf. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/arena.h"
#include "lib/base/buf.h"

static void arena_memory_is_zeroed_aligned_and_apart(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	unsigned char *before = NULL;

	(void)state;
	for (size_t size = 1; size < 6000; size += 37) {
		unsigned char *memory = arena_alloc(arena, size);

		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % 16, 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xAA, size);
		if (before)
			assert_int_equal(before[0], 0xAA);
		before = memory;
	}
}

static void arena_refuses_more_than_its_maximum(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(100);

	(void)state;
	assert_non_null(arena_alloc(arena, 60));
	assert_null(arena_alloc(arena, 41));
	assert_null(arena_alloc(arena, SIZE_MAX));
	assert_non_null(arena_alloc(arena, 40));
	assert_null(arena_alloc(arena, 1));
}

static void arena_copies_text(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1000);

	(void)state;
	assert_string_equal(arena_strdup(arena, "text"), "text");
	assert_string_equal(arena_strndup(arena, "text", 2), "te");
	assert_string_equal(arena_strndup(arena, "text", 20), "text");
	assert_string_equal(arena_printf(arena, "%s-%d", "a", 7), "a-7");
}

static void buf_grows_and_stays_terminated(void **state)
{
	_cleanup_buf_ struct buf buf = { 0 };
	char *text;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_printf(&buf, "%04d", i);
	assert_false(buf_failed(&buf));
	assert_int_equal(buf.size, 4000);
	assert_int_equal(buf.data[4000], 0);
	assert_memory_equal(buf.data + 3996, "0999", 4);
	text = buf_take(&buf);
	assert_int_equal(strlen(text), 4000);
	free(text);
	assert_null(buf.data);
	text = buf_take(&buf);
	assert_string_equal(text, "");
	free(text);
}

static void buf_failure_sticks_until_cleared(void **state)
{
	_cleanup_buf_ struct buf buf = { 0 };

	(void)state;
	buf_puts(&buf, "kept");
	buf.failed = true;
	buf_puts(&buf, "lost");
	assert_true(buf_failed(&buf));
	assert_int_equal(buf.size, 4);
	buf_clear(&buf);
	buf_putc(&buf, 'x');
	assert_string_equal(buf.data, "x");
	buf_add(&buf, "y", SIZE_MAX - 1);
	assert_true(buf_failed(&buf));
	assert_null(buf_take(&buf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(arena_refuses_more_than_its_maximum),
		cmocka_unit_test(arena_copies_text),
		cmocka_unit_test(buf_grows_and_stays_terminated),
		cmocka_unit_test(buf_failure_sticks_until_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
