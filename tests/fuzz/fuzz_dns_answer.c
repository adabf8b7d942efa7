/*
 * Fuzz target of DNS messages: an answer's data is printable ASCII, and what rdata takes of it has the spelling that
 * rdata gives it. Input: the message, whose id is taken for ours; the question is for www.shop.example and the type
 * that stands in it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dns/query.h"
#include "lib/dns/rdata.h"

enum { ARENA_MAX = 1 << 20, TYPE_AT = 12 + 18 };

#define NAME "www.shop.example."

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check_record(const struct dns_record *record, struct arena *arena)
{
	struct rdata_fault fault;
	const char *again;

	must(*record->name && record->name[strlen(record->name) - 1] == '.' && *record->data);
	for (const char *at = record->name; *at; at++)
		must(*at > ' ' && *at <= '~');
	for (const char *at = record->data; *at; at++)
		must(*at >= ' ' && *at <= '~');
	if (rdata_normalise(record->type, record->data, ".", arena, &again, &fault))
		must(strcmp(again, record->data) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX), *check = arena_new(ARENA_MAX);
	_cleanup_free_ uint8_t *bytes = malloc(size ? size : 1); /* of just this size */
	struct dns_answer answer;
	struct error err = { 0 };

	if (!arena || !check || !bytes)
		return 0;
	if (size)
		memcpy(bytes, data, size);
	uint16_t id = (uint16_t)(size < 2 ? 0 : data[0] << 8 | data[1]);
	unsigned type = size < TYPE_AT + 2 ? DNS_A : (unsigned)(data[TYPE_AT] << 8 | data[TYPE_AT + 1]);
	enum dns_reading reading = dns_answer_read(bytes, size, id, NAME, (enum dns_type)type, arena, &answer, &err);
	must((reading == DNS_READING_BAD) == (err.code != ERR_NONE));
	must(answer.n <= DNS_ANSWERS);
	for (size_t i = 0; i < answer.n; i++)
		check_record(&answer.records[i], check);
	return 0;
}
