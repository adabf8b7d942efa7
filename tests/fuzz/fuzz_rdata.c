/*
 * Fuzz target of rdata: what comes out is one line of printable ASCII, comes out of a second reading as it is, and
 * survives a form. Input: a byte for the type, then the text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dns/rdata.h"

enum { ARENA_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check(enum dns_type type, const char *text, struct arena *arena)
{
	const char *normal, *again, *members[DNS_MEMBERS];
	struct rdata_fault fault;

	if (!rdata_normalise(type, text, "shop.example.", arena, &normal, &fault)) {
		must(*fault.rule && *fault.words);
		return;
	}
	must(strlen(normal) <= DNS_RDATA_MAX);
	for (const char *at = normal; *at; at++)
		must(*at >= ' ' && *at <= '~');
	must(rdata_normalise(type, normal, ".", arena, &again, &fault) && strcmp(normal, again) == 0);
	must(rdata_split(type, normal, arena, members));
	text = rdata_join(type, members, arena);
	/* In a form UTF-8 takes less room than its escapes do, so it fits. */
	must(text && rdata_normalise(type, text, ".", arena, &again, &fault) && strcmp(normal, again) == 0);
	rdata_target(type, normal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_free_ char *text = size ? malloc(size) : NULL;
	size_t types = 0;

	if (!arena || !text)
		return 0;
	while (dns_types[types].name)
		types++;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	check(dns_types[data[0] % types].type, text, arena);
	return 0;
}
