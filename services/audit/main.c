/* stralix-audit: declares what the service is. */
#include <stdlib.h>

#include "audit.h"
#include "audit_sql.h"

static const struct audit_handlers handlers = {
	.append = audit_append,
	.list_records = audit_list_records,
	.export_records = audit_export_records,
};

static const struct janitor_row janitor[] = {
	{ "link what isn't in the chain", 60, audit_adopt },
	{ "sign how the chain ends", 30, audit_checkpoint },
	{ NULL, 0, NULL },
};

int main(int argc, char **argv)
{
	static const struct service_definition definition = {
		.contract = &audit_contract,
		.handlers = &handlers,
		.description = "audit records: who changed what, when, from where, and how it ended",
		.queries = audit_queries,
		.queries_wide = audit_queries_wide,
		.migrations = audit_migrations,
		.janitor = janitor,
		.start = audit_start,
		.stop = free,
	};

	return service_main(&definition, argc, argv);
}
