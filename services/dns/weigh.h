/* weigh: what an edited content would make of a zone, and what is wrong with it. */
#pragma once

#include "complaints.h"
#include "content.h"

enum { SETS_SHOWN = 500 /* in an answer */ };

struct weighed {
	struct dns_record *records; /* as servers are to have them, the service's own too; sorted */
	size_t n;
	uint32_t own, added, removed;        /* how many stand in the zone without the service's own; came; went */
	Stralix__V1__RecordSetChange **sets; /* that are other than before */
	size_t n_sets;
};

struct weighing {
	const struct zone *zone;
	const char *name_servers, *contact; /* of the settings */
	bool file;                          /* rows' changes are lines of a zone file */
};

/* Settles the content. Faults between records are complained of; those at work before aren't the change's. */
bool weigh(struct content *content, const struct weighing *weighing, struct complaints *complaints, struct weighed *ret,
           struct error *err) _must_check_;

/* One difference as people are shown it, names in the zone of this origin; NULL without room. */
Stralix__V1__RecordSetChange *weigh_show(const struct dns_difference *one, const char *origin, struct arena *arena);
