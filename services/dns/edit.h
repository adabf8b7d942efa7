/* edit: what people enter, made changes of a zone's content, within its limits. What can't be done is complained of,
 * and left out. */
#pragma once

#include "lib/dns/zonefile.h"

#include "complaints.h"
#include "content.h"

/* "changes[3].record.name" and so on. */
void edit_changes(struct content *content, const struct zone *zone, Stralix__V1__RecordChange *const *changes, size_t n,
                  struct complaints *complaints);

/* A record as a person enters it. False: complained of, at field and below. */
bool edit_read(const Stralix__V1__RecordInput *input, const struct zone *zone, const char *field,
               struct complaints *complaints, struct dns_record *ret);

/* Adds a record unless the same is there already. */
void edit_add(struct content *content, const struct dns_record *record, struct complaints *complaints);

/* A zone file's records, without those that are the service's own. replace: what it doesn't name goes. *ret_serial: of
 * its SOA, 0 when it has none. */
void edit_zone_file(struct content *content, const struct zone *zone, const struct zonefile *file, bool replace,
                    uint32_t *ret_serial);
