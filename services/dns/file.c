/* file: see file.h. */
#include "file.h"

#include <string.h>

#include "lib/dns/zonefile.h"

#include "edit.h"

static bool tell(const struct zonefile *file, struct file_faults *faults, struct arena *arena)
{
	faults->list = arena_alloc(arena, (file->n_faults + 1) * sizeof(void *));
	if (!faults->list)
		return false;
	for (size_t i = 0; i < file->n_faults; i++) {
		Stralix__V1__ZoneFileFault *one = arena_alloc(arena, sizeof(*one));

		if (!one)
			return false;
		stralix__v1__zone_file_fault__init(one);
		one->line = file->faults[i].line;
		one->field = file->faults[i].member;
		one->message = file->faults[i].words;
		faults->list[faults->n++] = one;
	}
	return true;
}

bool file_edit(struct content *content, const struct zone *zone, const char *text, bool replace,
               struct file_faults *faults, uint32_t *ret_serial, struct complaints *complaints, struct error *err)
{
	struct zonefile file = { .n = 0 };

	*ret_serial = 0;
	if (!zonefile_read(text, strlen(text), zone->origin, zone_times(zone).ttl, content->arena, &file)) {
		for (size_t i = 0; i < file.n_faults; i++)
			complain(complaints, "zoneFile", file.faults[i].member, "Line %u: %s", file.faults[i].line,
			         file.faults[i].words);
		if (faults && !tell(&file, faults, content->arena))
			return error_set(err, ERR_TOO_LARGE, "no room for the answer");
		return true;
	}
	edit_zone_file(content, zone, &file, replace, ret_serial);
	return true;
}
