/* zonefile_write: a zone as text. */
#include <inttypes.h>

#include "lib/dns/name.h"
#include "lib/dns/zonefile.h"

void zonefile_write(const struct dns_record *records, size_t n, const char *origin, struct arena *arena,
                    struct buf *out)
{
	buf_printf(out, "$ORIGIN %s\n", origin);
	for (size_t i = 0; i < n; i++) {
		const char *name = dns_name_relative(records[i].name, origin, arena);

		buf_printf(out, "%s\t%" PRIu32 "\tIN\t%s\t%s\n", name ? name : records[i].name, records[i].ttl,
		           dns_type_name(records[i].type), records[i].data);
	}
}
