/* diff: what is another between two states of a zone: see record.h. */
#include <string.h>

#include "lib/dns/name.h"
#include "lib/dns/record.h"

static size_t set_size(const struct dns_record *records, size_t n)
{
	size_t size = n ? 1 : 0;

	while (size && size < n && dns_same_set(&records[size], records))
		size++;
	return size;
}

static int compare_sets(const struct dns_record *a, const struct dns_record *b)
{
	int order = dns_name_compare(a->name, b->name);

	return order ? order : (a->type > b->type) - (a->type < b->type);
}

static bool equal(struct dns_set a, struct dns_set b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (a.records[i].ttl != b.records[i].ttl || strcmp(a.records[i].data, b.records[i].data) != 0)
			return false;
	return true;
}

size_t dns_diff(const struct dns_record *before, size_t n_before, const struct dns_record *after, size_t n_after,
                struct dns_difference *ret, size_t most)
{
	size_t found = 0;

	while (n_before || n_after) {
		int order = !n_before ? 1 : !n_after ? -1 : compare_sets(before, after);
		struct dns_difference one = {
			.before = { before, order <= 0 ? set_size(before, n_before) : 0 },
			.after = { after, order >= 0 ? set_size(after, n_after) : 0 },
		};

		if (!equal(one.before, one.after) && found++ < most)
			ret[found - 1] = one;
		before += one.before.n;
		n_before -= one.before.n;
		after += one.after.n;
		n_after -= one.after.n;
	}
	return found;
}
