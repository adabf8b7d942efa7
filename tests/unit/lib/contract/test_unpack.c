/* Tests of wire.c, unpack.c and unknown.c: hostile bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/contract/contract.h"

#include "stralix/v1/contract.h"

#define TARGET &stralix__v1__target__descriptor

struct fixture {
	struct arena *arena;
	struct error err;
	ProtobufCMessage *message;
};

static int begin(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ .arena = arena_new(1 << 20) };
	*state = &fixture;
	return fixture.arena ? 0 : -1;
}

static int end(void **state)
{
	arena_free(((struct fixture *)*state)->arena);
	return 0;
}

static bool unpack(struct fixture *f, const ProtobufCMessageDescriptor *type, const void *data, size_t size)
{
	return contract_unpack(type, data, size, 4096, f->arena, &f->message, &f->err);
}

static void unpack_gives_what_was_packed(void **state)
{
	struct fixture *f = *state;
	char kind[] = "website", id[] = "x";
	Stralix__V1__Target target;
	const Stralix__V1__Target *back;
	uint8_t *bytes;
	size_t size = 0;

	stralix__v1__target__init(&target);
	target.kind = kind;
	target.id = id;
	bytes = contract_pack(&target.base, f->arena, &size);
	assert_non_null(bytes);
	assert_true(unpack(f, TARGET, bytes, size));
	back = (const Stralix__V1__Target *)f->message;
	assert_string_equal(back->kind, "website");
	assert_string_equal(back->node_id, "");
}

static void unpack_takes_the_empty_message(void **state)
{
	struct fixture *f = *state;

	assert_true(unpack(f, TARGET, NULL, 0));
	assert_string_equal(((const Stralix__V1__Target *)f->message)->kind, "");
}

static void unpack_refuses_malformed_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} rows[] = {
		{ "\x0A", 1 }, /* no length */
		{ "\x0A\x05"
		  "ab",
		  4 },                                              /* cut off */
		{ "\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 10 }, /* an absurd length */
		{ "\x0A\x03"
		  "a\0b",
		  5 },                     /* NUL */
		{ "\x0A\x02\xC0\x80", 4 }, /* an overlong NUL */
		{ "\x0A\x01\xFF", 3 },     /* not UTF-8 */
		{ "\x0A\x01"
		  "a\x0A\x01"
		  "b",
		  6 },                                                      /* twice */
		{ "\x08\x01", 2 },                                          /* a number for a text */
		{ "\x02\x00", 2 },                                          /* field 0 */
		{ "\x0B\x0C", 2 },                                          /* a group */
		{ "\x0F", 1 },                                              /* wire type 7 */
		{ "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 12 }, /* an endless key */
		{ "\x50\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", 11 },     /* a number of 65 bits */
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		f->err = (struct error){ 0 };
		if (unpack(f, TARGET, rows[i].bytes, rows[i].size))
			fail_msg("row %zu was taken", i);
		assert_int_equal(f->err.code, ERR_MALFORMED);
	}
}

static void unpack_refuses_oversize(void **state)
{
	static const uint8_t zeros[4097];
	struct fixture *f = *state;

	assert_false(unpack(f, TARGET, zeros, sizeof(zeros)));
	assert_int_equal(f->err.code, ERR_TOO_LARGE);
}

static void unpack_refuses_more_than_the_arena_holds(void **state)
{
	struct fixture *f = *state;
	_cleanup_(arena_freep) struct arena *small = arena_new(64);

	assert_false(contract_unpack(TARGET,
	                             "\x0A\x01"
	                             "a",
	                             3, 4096, small, &f->message, &f->err));
	assert_int_equal(f->err.code, ERR_TOO_LARGE);
}

/* Nothing in the contract nests 17 deep: a descriptor that holds itself stands for it. */
static void unpack_refuses_deep_nesting(void **state)
{
	struct fixture *f = *state;
	ProtobufCFieldDescriptor field = { .name = "inner",
		                           .id = 1,
		                           .label = PROTOBUF_C_LABEL_NONE,
		                           .type = PROTOBUF_C_TYPE_MESSAGE,
		                           .offset = sizeof(ProtobufCMessage) };
	const ProtobufCIntRange ranges[] = { { 1, 0 }, { 0, 1 } };
	const unsigned by_name[] = { 0 };
	ProtobufCMessageDescriptor self = { .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
		                            .name = "Self",
		                            .sizeof_message = sizeof(ProtobufCMessage) + sizeof(void *),
		                            .n_fields = 1,
		                            .fields = &field,
		                            .fields_sorted_by_name = by_name,
		                            .n_field_ranges = 1,
		                            .field_ranges = ranges };
	uint8_t bytes[64] = { 0 };
	size_t depth = 16, size = 2 * depth;

	field.descriptor = &self;
	for (size_t i = 0; i < depth; i++) {
		bytes[2 * i] = 0x0A;
		bytes[2 * i + 1] = (uint8_t)(size - 2 * i - 2);
	}
	assert_false(unpack(f, &self, bytes, size));
	assert_int_equal(f->err.code, ERR_MALFORMED);
	assert_true(unpack(f, &self, bytes + 2, size - 2));
}

static void unknown_fields_are_found_at_any_depth(void **state)
{
	struct fixture *f = *state;

	assert_true(unpack(f, TARGET,
	                   "\x0A\x01"
	                   "a",
	                   3));
	assert_false(contract_has_unknown(f->message));
	assert_true(unpack(f, TARGET, "\xB8\x3E\x01", 3));
	assert_true(contract_has_unknown(f->message));
	/* Command.generation with a field that Generation doesn't know */
	assert_true(unpack(f, &stralix__v1__command__descriptor, "\x1A\x03\xB8\x3E\x01", 5));
	assert_true(contract_has_unknown(f->message));
}

static void unknown_enum_values_are_found(void **state)
{
	struct fixture *f = *state;

	assert_true(unpack(f, &stralix__v1__website_state__descriptor, "\x18\x02", 2));
	assert_false(contract_has_unknown(f->message));
	assert_true(unpack(f, &stralix__v1__website_state__descriptor, "\x18\x09", 2));
	assert_true(contract_has_unknown(f->message));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unpack_gives_what_was_packed),
		TEST(unpack_takes_the_empty_message),
		TEST(unpack_refuses_malformed_bytes),
		TEST(unpack_refuses_oversize),
		TEST(unpack_refuses_more_than_the_arena_holds),
		TEST(unpack_refuses_deep_nesting),
		TEST(unknown_fields_are_found_at_any_depth),
		TEST(unknown_enum_values_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
