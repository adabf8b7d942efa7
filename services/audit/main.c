/* stralix-audit: declares what the service is. */
#include "audit.h"
#include "audit_sql.h"

static const struct audit_handlers handlers = {
	.append = audit_append,
	.list_records = audit_list_records,
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
	};

	return service_main(&definition, argc, argv);
}
