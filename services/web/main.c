/* stralix-web: declares what the service is. */
#include "acme_budget.h"
#include "certificate_worker.h"
#include "web.h"
#include "web_sql.h"

static const struct web_handlers handlers = {
	.create_website = web_create_website,
	.list_websites = web_list_websites,
	.get_website = web_get_website,
	.get_website_log = web_get_website_log,
	.get_website_php = web_get_website_php,
	.get_website_defaults = web_get_website_defaults,
	.update_website_defaults = web_update_website_defaults,
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
	.list_certificates = web_list_certificates,
	.get_certificate = web_get_certificate,
	.get_website_certificate = web_get_website_certificate,
	.request_certificate = web_request_certificate,
	.retry_certificate = web_retry_certificate,
	.delete_certificate = web_delete_certificate,
	.upload_certificate = web_upload_certificate,
	.create_csr = web_create_csr,
	.preflight_website = web_preflight_website,
	.revoke_certificate = web_revoke_certificate,
	.get_certificate_authority = web_get_certificate_authority,
	.update_certificate_authority = web_update_certificate_authority,
	.rollover_certificate_authority = web_rollover_certificate_authority,
	.list_usage = web_list_usage,
	.set_limits = web_set_limits,
	.task_finished = web_task_finished,
};

static const struct janitor_row janitor[] = {
	{ "purge what is past its grace period", 60, web_purge_due },
	{ "ask for certificates that websites lack", 60, web_certificates_lacking },
	{ "forget what was asked of authorities", 3600, web_budget_trim },
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
	{ "vault_key", CONFIG_STRING, offsetof(struct web_settings, vault_key), "", 0, 0, NULL,
	  "the file of the key that secrets in this service's rows are sealed to: the same for all its copies" },
	{ "acme_directory", CONFIG_STRING, offsetof(struct web_settings, acme_directory), "", 0, 0, NULL,
	  "the https URL of the certificate authority's directory; empty: own certificates only" },
	{ "acme_ca", CONFIG_STRING, offsetof(struct web_settings, acme_ca), "", 0, 0, NULL,
	  "a file of who vouches for its API; empty: the system's authorities" },
	{ "acme_contact", CONFIG_STRING, offsetof(struct web_settings, acme_contact), "", 0, 0, NULL,
	  "an address that it may write to" },
	{ "acme_roots", CONFIG_STRING, offsetof(struct web_settings, acme_roots), "/etc/ssl/certs/ca-certificates.crt",
	  0, 0, NULL, "roots that certificates must lead to" },
	{ "acme_binding_id", CONFIG_STRING, offsetof(struct web_settings, acme_binding_id), "", 0, 0, NULL,
	  "the id of an account that its operator knows already (external account binding)" },
	{ "acme_binding_file", CONFIG_STRING, offsetof(struct web_settings, acme_binding_file), "", 0, 0, NULL,
	  "a file of the binding's key, base64url" },
	{ "resolver", CONFIG_STRING, offsetof(struct web_settings, resolver), "", 0, 0, NULL,
	  "ADDR:PORT of who says where names point; empty: the system's resolver" },
	{ "acme_orders", CONFIG_INT, offsetof(struct web_settings, acme_orders), "250", 1, 1000000, NULL,
	  "orders in three hours, of all copies together" },
	{ "acme_domain_certificates", CONFIG_INT, offsetof(struct web_settings, acme_domain_certificates), "40", 1,
	  1000000, NULL, "orders for one registered domain in seven days" },
	{ "acme_failures", CONFIG_INT, offsetof(struct web_settings, acme_failures), "4", 1, 1000000, NULL,
	  "failed validations of one name in an hour" },
	{ "certificate_workers", CONFIG_INT, offsetof(struct web_settings, certificate_workers), "8", 1, 64, NULL,
	  "certificates that one copy works on at once" },
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
		.start = web_start,
		.stop = web_stop,
	};

	return service_main(&definition, argc, argv);
}
