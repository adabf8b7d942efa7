/* Tests of json_write_packed: what it writes is what contract_unpack and json_write write, for every type there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/contract/contract.h"
#include "lib/json/json.h"

#include "stralix/v1/contract.h"

#include "random_bytes.h"

enum { ROUNDS = 60, MAX = 1 << 20 };

struct outcome {
	unsigned good, straight;
};

static bool written_after_unpacking(const ProtobufCMessageDescriptor *type, const struct buf *bytes, struct buf *ret)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(MAX);
	ProtobufCMessage *message;

	return contract_unpack(type, bytes->data, bytes->size, MAX, arena, &message, NULL) && json_write(ret, message);
}

/* Both ways, over bytes that end where they end: reading past them shows. */
static bool is_straight(const ProtobufCMessageDescriptor *type, const struct json_plan *plan, const struct buf *bytes,
                        struct outcome *outcome)
{
	_cleanup_buf_ struct buf want = { 0 }, have = { 0 };
	uint8_t *copy = malloc(bytes->size ? bytes->size : 1);
	bool good, straight;

	assert_non_null(copy);
	memcpy(copy, bytes->data, bytes->size);
	buf_puts(&want, "before");
	buf_puts(&have, "before");
	good = written_after_unpacking(type, bytes, &want);
	straight = json_write_packed(&have, plan, copy, bytes->size);
	free(copy);
	assert_true(good || !straight);
	assert_string_equal(have.data, straight ? want.data : "before");
	assert_int_equal(have.size, strlen(have.data));
	outcome->good += good;
	outcome->straight += straight;
	return straight;
}

static void try_type(const ProtobufCMessageDescriptor *type, bool broken, struct random *random,
                     struct outcome *outcome)
{
	_cleanup_(json_plan_freep) struct json_plan *plan = json_plan_new(type);

	assert_non_null(plan);
	for (unsigned i = 0; i < ROUNDS; i++) {
		_cleanup_buf_ struct buf bytes = { 0 };

		random_message(&bytes, type, random);
		for (unsigned times = broken ? 1 + random_below(random, 3) : 0; times; times--)
			random_break(&bytes, random);
		is_straight(type, plan, &bytes, outcome);
	}
}

/* Not of rpcs; with oneofs of several members, of which the last one in the bytes counts. */
static const ProtobufCMessageDescriptor *const inner_types[] = {
	&stralix__v1__link_frame__descriptor,
	&stralix__v1__signer_request__descriptor,
	&stralix__v1__heartbeat__descriptor,
	&stralix__v1__outcome__descriptor,
};

static struct outcome try_all(bool broken)
{
	struct outcome outcome = { 0 };
	struct random random = { 20261126 };

	for (const struct contract_service *const *service = contract_services; *service; service++)
		for (size_t i = 0; i < (*service)->n_methods; i++) {
			try_type((*service)->methods[i].request->descriptor, broken, &random, &outcome);
			try_type((*service)->methods[i].reply->descriptor, broken, &random, &outcome);
		}
	for (size_t i = 0; i < ARRAY_SIZE(inner_types); i++)
		try_type(inner_types[i], broken, &random, &outcome);
	return outcome;
}

static void messages_of_every_type_are_written_the_same(void **state)
{
	struct outcome outcome = try_all(false);

	(void)state;
	assert_true(outcome.straight > outcome.good / 2);
}

static void broken_ones_are_refused_or_written_the_same(void **state)
{
	struct outcome outcome = try_all(true);

	(void)state;
	assert_true(outcome.straight > 0);
}

static void lists_of_websites_go_straight(void **state)
{
	const ProtobufCMessageDescriptor *type = &stralix__v1__list_websites_reply__descriptor;
	_cleanup_(json_plan_freep) struct json_plan *plan = json_plan_new(type);
	struct outcome outcome = { 0 };
	struct random random = { 7 };

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		_cleanup_buf_ struct buf bytes = { 0 };

		random_message(&bytes, type, &random);
		assert_true(is_straight(type, plan, &bytes, &outcome));
	}
}

struct sample {
	const char *bytes;
	size_t size;
};

#define SAMPLE(text)                                                                                                   \
	{                                                                                                              \
		text, sizeof(text) - 1                                                                                 \
	}

/* Of a violation: three texts, numbers 1 to 3. */
static void what_isn_t_common_is_left_to_unpacking(void **state)
{
	static const struct sample samples[] = {
		SAMPLE("\x12\x01r\x0A\x01"
		       "f"), /* out of order */
		SAMPLE("\x0A\x01"
		       "f\x0A\x01"
		       "g"), /* twice */
		SAMPLE("\x0A\x01"
		       "f\x78\x01"), /* a number that isn't known */
		SAMPLE("\x08\x01"),  /* of another type */
		SAMPLE("\x8A\x80\x00\x01"
		       "f"), /* a key that is longer than it has to be */
		SAMPLE("\x0A\x81\x80\x80\x80\x00"
		       "f"), /* a length likewise */
		SAMPLE("\x0A\x02"
		       "f\0"),           /* NUL */
		SAMPLE("\x0A\x02\xC3("), /* not UTF-8 */
		SAMPLE("\x0A\x02"
		       "f"),        /* cut off */
		SAMPLE("\x0B\x0C"), /* a group */
	};
	const ProtobufCMessageDescriptor *type = &stralix__v1__violation__descriptor;
	_cleanup_(json_plan_freep) struct json_plan *plan = json_plan_new(type);
	struct outcome outcome = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		_cleanup_buf_ struct buf bytes = { 0 };

		buf_add(&bytes, samples[i].bytes, samples[i].size);
		assert_false(is_straight(type, plan, &bytes, &outcome));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_of_every_type_are_written_the_same),
		cmocka_unit_test(broken_ones_are_refused_or_written_the_same),
		cmocka_unit_test(lists_of_websites_go_straight),
		cmocka_unit_test(what_isn_t_common_is_left_to_unpacking),
	};

	return cmocka_run_group_tests_name("straight", tests, NULL, NULL);
}
