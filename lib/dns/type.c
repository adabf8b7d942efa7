/* type: see type.h. */
#include "lib/dns/type.h"

#include <string.h>

const struct dns_type_row dns_types[] = {
#define MEMBER(name, kind, least, most, words) { name, DNS_##kind, least, most, words },
#define TYPE(name, number, flags, members) { #name, DNS_##name, flags, { members } },
#include "lib/dns/types.def"
#undef TYPE
#undef MEMBER
	{ .name = NULL },
};

const struct dns_type_row *dns_type_row(enum dns_type type)
{
	for (const struct dns_type_row *row = dns_types; row->name; row++)
		if (row->type == type)
			return row;
	return NULL;
}

enum dns_type dns_type_parse(const char *name)
{
	for (const struct dns_type_row *row = dns_types; row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row->type;
	return DNS_NONE;
}

const char *dns_type_name(enum dns_type type)
{
	const struct dns_type_row *row = dns_type_row(type);

	return row ? row->name : "?";
}

size_t dns_members(const struct dns_type_row *row)
{
	size_t n = 0;

	while (n < DNS_MEMBERS && row->members[n].name)
		n++;
	return n;
}
