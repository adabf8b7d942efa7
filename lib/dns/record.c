/* record: the order of records. */
#include "lib/dns/record.h"

#include <stdlib.h>
#include <string.h>

#include "lib/dns/name.h"

static int compare(const void *a_ptr, const void *b_ptr)
{
	const struct dns_record *a = a_ptr, *b = b_ptr;
	int order = strcmp(a->name, b->name) == 0 ? 0 : dns_name_compare(a->name, b->name);

	if (!order)
		order = (a->type > b->type) - (a->type < b->type);
	if (!order)
		order = strcmp(a->data, b->data);
	return order ? order : (a->tag > b->tag) - (a->tag < b->tag);
}

void dns_sort(struct dns_record *records, size_t n)
{
	if (n > 1)
		qsort(records, n, sizeof(*records), compare);
}

bool dns_same_set(const struct dns_record *a, const struct dns_record *b)
{
	return a->type == b->type && strcmp(a->name, b->name) == 0;
}
