/* stralix-authz: declares what the service is; before it the signer starts and root's rights go. */
#include <string.h>

#include "authz.h"
#include "authz_sql.h"
#include "bootstrap.h"
#include "launch.h"

int main(int argc, char **argv)
{
	static const struct service_definition definition = {
		.contract = &authz_contract,
		.handlers = &authz_handlers,
		.description = "organisations, people, sessions, API tokens, login limits, and who owns which domain",
		.generic_plans = true,
		.queries = authz_queries,
		.queries_wide = authz_queries_wide,
		.migrations = authz_migrations,
		.janitor = authz_janitor,
		.config = authz_config,
		.settings_size = sizeof(struct authz_settings),
		.start = authz_start,
		.stop = authz_stop,
	};
	bool configured = argc > 2 && !strcmp(argv[1], "--config");

	if (configured && argc == 5 && !strcmp(argv[3], "--bootstrap"))
		return bootstrap_main(argv[2], argv[4]);
	if (configured && argc == 3 && !launch(argv[2]))
		return EXIT_FAILURE;
	return service_main(&definition, argc, argv);
}
