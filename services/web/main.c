/* stralix-web: declares what the service is. */
#include "web.h"
#include "web_sql.h"

static const struct web_handlers handlers = {
	.create_website = web_create_website,
	.list_websites = web_list_websites,
	.get_website = web_get_website,
	.get_website_log = web_get_website_log,
	.get_website_php = web_get_website_php,
	.update_website = web_update_website,
	.plan_website = web_plan_website,
	.get_drift = web_get_drift,
	.restore_files = web_restore_files,
	.adopt_files = web_adopt_files,
	.suspend_website = web_suspend_website,
	.resume_website = web_resume_website,
	.retry_website = web_retry_website,
	.delete_website = web_delete_website,
	.undelete_website = web_undelete_website,
	.purge_website = web_purge_website,
	.list_usage = web_list_usage,
	.set_limits = web_set_limits,
	.task_finished = web_task_finished,
};

static const struct janitor_row janitor[] = {
	{ "purge what is past its grace period", 60, web_purge_due },
	{ NULL, 0, NULL },
};

static const struct config_row settings[] = {
	{ "grace_s", CONFIG_INT, offsetof(struct web_settings, grace_s), "604800", 0, 31536000, "s",
	  "how long a deleted website's data and name are kept" },
	{ "panel_hosts", CONFIG_STRING, offsetof(struct web_settings, panel_hosts), "", 0, 0, NULL,
	  "names of the panel and its nodes, with commas between: neither they nor names below them can be websites" },
	{ "proxy_allowed", CONFIG_STRING, offsetof(struct web_settings, proxy_allowed), "", 0, 0, NULL,
	  "addresses, with or without a port, with commas between, that websites may pass on to although they are "
	  "inner ones" },
	{ "proxy_refused", CONFIG_STRING, offsetof(struct web_settings, proxy_refused), "", 0, 0, NULL,
	  "likewise, that they may not although they aren't: the installation's own" },
	{ NULL, CONFIG_STRING, 0, NULL, 0, 0, NULL, NULL },
};

int main(int argc, char **argv)
{
	static const struct service_definition definition = {
		.contract = &web_contract,
		.handlers = &handlers,
		.description = "websites: what is desired, and what is at work",
		.queries = web_queries,
		.queries_wide = web_queries_wide,
		.migrations = web_migrations,
		.generic_plans = true,
		.janitor = janitor,
		.config = settings,
		.settings_size = sizeof(struct web_settings),
	};

	return service_main(&definition, argc, argv);
}
