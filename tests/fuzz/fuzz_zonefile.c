/*
 * Fuzz target of zone files: each record that is read is normal and in the zone, and what is written of them is read
 * back as the same; checks and differences bear whatever was read.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dns/name.h"
#include "lib/dns/rdata.h"
#include "lib/dns/zonefile.h"

#define ZONE "shop.example."

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check_record(const struct dns_record *record, struct arena *arena)
{
	struct rdata_fault fault;
	const char *again, *why;

	again = dns_owner(record->name, ZONE, arena, &why);
	must(again && strcmp(again, record->name) == 0);
	must(rdata_normalise(record->type, record->data, ".", arena, &again, &fault) &&
	     strcmp(again, record->data) == 0);
	must(record->ttl <= INT32_MAX);
}

static void check_back(const struct zonefile *file, struct arena *arena)
{
	_cleanup_buf_ struct buf out = { 0 };
	struct zonefile again;

	zonefile_write(file->records, file->n, ZONE, arena, &out);
	must(!buf_failed(&out));
	if (out.size > ZONEFILE_MAX) /* of short names and few TTLs */
		return;
	must(zonefile_read(out.data, out.size, ZONE, 3600, arena, &again) && again.n == file->n);
	must(dns_diff(file->records, file->n, again.records, again.n, NULL, 0) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dns_limits limits = { 30, 604800, 1000, 10, true };
	_cleanup_(arena_freep) struct arena *arena = arena_new(8 * ZONEFILE_ARENA);
	struct dns_fault faults[4];
	struct zonefile file;

	if (!arena)
		return 0;
	if (!zonefile_read((const char *)data, size, ZONE, 3600, arena, &file))
		must(file.n_faults > 0 && file.faults[0].line > 0 && *file.faults[0].words);
	for (size_t i = 0; i < file.n; i++)
		check_record(&file.records[i], arena);
	dns_sort(file.records, file.n);
	dns_check(file.records, file.n, ZONE, &limits, faults, ARRAY_SIZE(faults));
	check_back(&file, arena);
	return 0;
}
