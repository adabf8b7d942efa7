/* file: a zone file that people give. */
#pragma once

#include "complaints.h"
#include "content.h"

/* Reads it and edits the content; lines that are wrong are complained of at "zoneFile", and told one by one to faults
 * when it isn't NULL. *ret_serial: of the file's SOA, 0 when it has none. */
struct file_faults {
	Stralix__V1__ZoneFileFault **list; /* from the arena */
	size_t n;
};
bool file_edit(struct content *content, const struct zone *zone, const char *text, bool replace,
               struct file_faults *faults, uint32_t *ret_serial, struct complaints *complaints,
               struct error *err) _must_check_;
