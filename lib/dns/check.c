/* check: what must hold between the records of a zone: see record.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/dns/name.h"
#include "lib/dns/rdata.h"
#include "lib/dns/record.h"

struct check {
	const struct dns_record *records;
	size_t n;
	const char *origin;
	const struct dns_limits *limits;
	const char *cut; /* the delegation that the records that are looked at are at or below; NULL: none */
	struct dns_fault *faults;
	size_t most, found;
};

static void fault(struct check *check, const struct dns_record *record, const char *member, const char *rule,
                  const char *format, ...) _printf_(5, 6);

static void fault(struct check *check, const struct dns_record *record, const char *member, const char *rule,
                  const char *format, ...)
{
	if (check->found++ >= check->most)
		return;
	struct dns_fault *ret = &check->faults[check->found - 1];
	va_list args;

	*ret = (struct dns_fault){ .tag = record->tag, .member = member, .rule = rule };
	va_start(args, format);
	vsnprintf(ret->words, sizeof(ret->words), format, args);
	va_end(args);
}

/* Where a name's first record is or would be; what is below a name follows it. */
static size_t lower_bound(const struct check *check, const char *name)
{
	size_t low = 0, high = check->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (dns_name_compare(check->records[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct dns_record *find_type(const struct check *check, const char *name, enum dns_type type)
{
	for (size_t i = lower_bound(check, name); i < check->n && strcmp(check->records[i].name, name) == 0; i++)
		if (check->records[i].type == type)
			return &check->records[i];
	return NULL;
}

static bool has_address(const struct check *check, const char *name)
{
	return find_type(check, name, DNS_A) || find_type(check, name, DNS_AAAA);
}

static void check_ttl(struct check *check, const struct dns_record *record)
{
	const struct dns_limits *limits = check->limits;

	if (record->ttl < limits->least_ttl || record->ttl > limits->most_ttl)
		fault(check, record, "ttl", "range", "Enter seconds from %" PRIu32 " to %" PRIu32 ".",
		      limits->least_ttl, limits->most_ttl);
}

/* Whether there is something at this name or below it. */
static bool exists(const struct check *check, const char *name)
{
	size_t i = lower_bound(check, name);

	return i < check->n && dns_name_within(check->records[i].name, name);
}

/* Whether the zone answers for this name with an alias: its own, or that of the wildcard which covers it. */
static bool is_alias(const struct check *check, const char *name)
{
	char wildcard[DNS_NAME_MAX + 3];

	if (find_type(check, name, DNS_CNAME))
		return true;
	if (exists(check, name))
		return false;
	for (const char *above = name; dns_name_within(above, check->origin) && strcmp(above, check->origin) != 0;) {
		above = strchr(above, '.') + 1;
		snprintf(wildcard, sizeof(wildcard), "*.%s", above);
		if (find_type(check, wildcard, DNS_CNAME))
			return true;
		if (exists(check, above))
			return false;
	}
	return false;
}

/* RFC 2181 §10.3, 2782: these name a host, not an alias of one. */
static void check_target(struct check *check, const struct dns_record *record)
{
	const char *target = rdata_target(record->type, record->data);

	if (!target)
		return;
	if ((record->type == DNS_MX || record->type == DNS_NS || record->type == DNS_SRV) && is_alias(check, target))
		fault(check, record, "data", "target_is_alias",
		      "%.120s is an alias (CNAME): a record of type %s names a host.", target,
		      dns_type_name(record->type));
	if (record->type == DNS_CNAME && strcmp(target, record->name) == 0)
		fault(check, record, "data", "loop", "This name would be an alias of itself.");
}

/* Of a name server below the delegation to it nobody else tells the address. Not of the zone's own: its servers may be
 * in it before their addresses are. */
static void check_glue(struct check *check, const struct dns_record *record)
{
	const char *target = rdata_target(record->type, record->data);

	if (record->type == DNS_NS && strcmp(record->name, check->origin) != 0 &&
	    dns_name_within(target, record->name) && !has_address(check, target))
		fault(check, record, "data", "glue",
		      "Add an address (A or AAAA) for %.120s, which is below this delegation.", target);
}

/* Whether this address is that of a name server which the zone names. */
static bool is_glue(const struct check *check, const struct dns_record *record)
{
	for (size_t i = 0; i < check->n; i++)
		if (check->records[i].type == DNS_NS && strcmp(check->records[i].data, record->name) == 0)
			return true;
	return false;
}

/* What may be at a delegation and below it (RFC 1034 §4.2.1). */
static void check_cut(struct check *check, const struct dns_record *record)
{
	bool at = check->cut && strcmp(record->name, check->cut) == 0;

	if (!check->cut || (at && (record->type == DNS_NS || record->type == DNS_DS)))
		return;
	if ((record->type == DNS_A || record->type == DNS_AAAA) && is_glue(check, record))
		return;
	fault(check, record, "name", "delegated",
	      "%.100s is delegated to other name servers: this record would never be seen.", check->cut);
}

/* RFC 4592 §4.2, 4.4: what these would say of a wildcard isn't defined. */
static void check_wildcard(struct check *check, const struct dns_record *record)
{
	if (strncmp(record->name, "*.", 2) == 0 && (record->type == DNS_NS || record->type == DNS_DS))
		fault(check, record, "name", "wildcard", "A wildcard can't be delegated.");
}

static void check_alone(struct check *check, const struct dns_record *records, size_t n)
{
	bool apex = strcmp(records->name, check->origin) == 0;

	for (size_t i = 0; i < n; i++) {
		if (records[i].type != DNS_CNAME)
			continue;
		if (apex)
			fault(check, &records[i], "type", "cname_apex",
			      "An alias (CNAME) can't be the zone's own name: use ALIAS, or A and AAAA.");
		else if (n > 1)
			fault(check, &records[i], "type", "cname_alone",
			      "An alias (CNAME) stands alone at its name; there are other records of %.100s.",
			      records->name);
	}
}

static bool has(const struct dns_record *records, size_t n, enum dns_type type)
{
	for (size_t i = 0; i < n; i++)
		if (records[i].type == type)
			return true;
	return false;
}

static void check_apex_types(struct check *check, const struct dns_record *records, size_t n)
{
	bool apex = strcmp(records->name, check->origin) == 0;
	bool address = has(records, n, DNS_A) || has(records, n, DNS_AAAA);

	for (size_t i = 0; i < n; i++) {
		const struct dns_record *record = &records[i];

		if (record->type == DNS_ALIAS && !apex)
			fault(check, record, "name", "alias_apex",
			      "ALIAS is for the zone's own name; use CNAME elsewhere.");
		else if (record->type == DNS_ALIAS && address)
			fault(check, record, "type", "alias_alone",
			      "ALIAS stands in for A and AAAA: remove these or it.");
		else if (record->type == DNS_DS && apex)
			fault(check, record, "name", "ds_apex", "DS of the zone itself belongs to the zone above.");
		else if (record->type == DNS_DS && !has(records, n, DNS_NS))
			fault(check, record, "type", "ds_without_ns",
			      "DS stands beside the NS records of a delegation.");
		else if (record->type == DNS_SOA && !apex)
			fault(check, record, "name", "soa_apex", "SOA is for the zone's own name.");
	}
}

/* One set: RFC 2181 §5, 9460 §2.4.1. */
static void check_set(struct check *check, const struct dns_record *records, size_t n)
{
	bool single = records->type == DNS_CNAME || records->type == DNS_ALIAS || records->type == DNS_SOA;

	if (n > check->limits->in_set)
		fault(check, &records[check->limits->in_set], "data", "count",
		      "At most %zu records of one name and type.", check->limits->in_set);
	for (size_t i = 0; i < n; i++) {
		if (i && records[i].ttl != records[0].ttl)
			fault(check, &records[i], "ttl", "one_ttl",
			      "All %s records of a name have the same TTL: %" PRIu32 ".", dns_type_name(records->type),
			      records[0].ttl);
		if (i && strcmp(records[i].data, records[i - 1].data) == 0)
			fault(check, &records[i], "data", "repeated", "This record is there already.");
		else if (i && single)
			fault(check, &records[i], "type", "single", "There is one %s record of a name.",
			      dns_type_name(records->type));
		if (n > 1 && (records->type == DNS_SVCB || records->type == DNS_HTTPS) &&
		    strncmp(records[i].data, "0 ", 2) == 0)
			fault(check, &records[i], "data", "alias_alone",
			      "A record with priority 0 is an alias and stands alone.");
		if (n > 1 && records->type == DNS_MX && strcmp(records[i].data, "0 .") == 0)
			fault(check, &records[i], "data", "null_mx",
			      "A record that refuses mail (target .) stands alone.");
	}
}

static void check_name(struct check *check, const struct dns_record *records, size_t n)
{
	bool apex = strcmp(records->name, check->origin) == 0;

	if (check->cut && !dns_name_within(records->name, check->cut))
		check->cut = NULL;
	if (!check->cut && !apex && has(records, n, DNS_NS))
		check->cut = records->name;
	check_alone(check, records, n);
	check_apex_types(check, records, n);
	for (size_t i = 0, set; i < n; i += set) {
		for (set = 1; i + set < n && records[i + set].type == records[i].type; set++)
			;
		check_set(check, records + i, set);
	}
	for (size_t i = 0; i < n; i++) {
		if (!dns_name_within(records[i].name, check->origin))
			fault(check, &records[i], "name", "outside", "This name is outside of the zone.");
		check_ttl(check, &records[i]);
		check_target(check, &records[i]);
		check_glue(check, &records[i]);
		check_cut(check, &records[i]);
		check_wildcard(check, &records[i]);
	}
}

size_t dns_check(const struct dns_record *records, size_t n, const char *origin, const struct dns_limits *limits,
                 struct dns_fault *faults, size_t most)
{
	struct check check = { records, n, origin, limits, NULL, faults, most, 0 };

	if (n > limits->records)
		fault(&check, &records[limits->records], "name", "count", "A zone has at most %zu records.",
		      limits->records);
	if (limits->needs_ns && !find_type(&check, origin, DNS_NS))
		fault(&check, &(const struct dns_record){ .tag = DNS_ZONE_ITSELF }, "name", "needs_ns",
		      "The zone's own name needs an NS record.");
	for (size_t i = 0, group; i < n; i += group) {
		for (group = 1; i + group < n && strcmp(records[i + group].name, records[i].name) == 0; group++)
			;
		check_name(&check, records + i, group);
	}
	return check.found;
}
