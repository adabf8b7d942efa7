/* stralix-dns: declares what the service is. */
#include "dns.h"
#include "dns_sql.h"
#include "pace.h"
#include "provider_worker.h"

static const struct dns_handlers handlers = {
	.create_zone = dns_create_zone,
	.list_zones = dns_list_zones,
	.get_zone = dns_get_zone,
	.update_zone = dns_update_zone,
	.retry_zone = dns_retry_zone,
	.delete_zone = dns_delete_zone,
	.undelete_zone = dns_undelete_zone,
	.purge_zone = dns_purge_zone,
	.check_zone = dns_check_zone,
	.list_record_types = dns_list_record_types,
	.list_dns_records = dns_list_dns_records,
	.change_records = dns_change_records,
	.plan_records = dns_plan_records,
	.list_zone_changes = dns_list_zone_changes,
	.get_zone_change = dns_get_zone_change,
	.undo_zone_change = dns_undo_zone_change,
	.export_zone = dns_export_zone,
	.import_zone = dns_import_zone,
	.plan_import = dns_plan_import,
	.get_dnssec = dns_get_dnssec,
	.enable_dnssec = dns_enable_dnssec,
	.disable_dnssec = dns_disable_dnssec,
	.rollover_dnssec = dns_rollover_dnssec,
	.list_secondaries = dns_list_secondaries,
	.add_secondary = dns_add_secondary,
	.remove_secondary = dns_remove_secondary,
	.list_zone_templates = dns_list_zone_templates,
	.create_zone_template = dns_create_zone_template,
	.update_zone_template = dns_update_zone_template,
	.delete_zone_template = dns_delete_zone_template,
	.list_dns_accounts = dns_list_dns_accounts,
	.get_dns_account = dns_get_dns_account,
	.create_dns_account = dns_create_dns_account,
	.update_dns_account = dns_update_dns_account,
	.verify_dns_account = dns_verify_dns_account,
	.delete_dns_account = dns_delete_dns_account,
	.list_zone_usage = dns_list_zone_usage,
	.put_managed_records = dns_put_managed_records,
	.get_managed_records = dns_get_managed_records,
	.remove_managed_records = dns_remove_managed_records,
	.find_zones = dns_find_zones,
	.set_limits = dns_set_limits,
	.task_finished = dns_task_finished,
	.update_address = dns_update_address,
	.present_challenge = dns_present_challenge,
	.cleanup_challenge = dns_cleanup_challenge,
};

static const struct janitor_row janitor[] = {
	{ "purge what is past its grace period", 60, dns_purge_due },
	{ "a second name server for zones on one", 60, dns_place_second },
	{ "tell parent zones of keys that everybody knows by now", 10, dns_announce_keys },
	{ "tell zones' servers of the catalog", 20, dns_follow_catalog },
	{ NULL, 0, NULL },
};

static const struct config_row settings[] = {
	{ "grace_s", CONFIG_INT, offsetof(struct dns_settings, grace_s), "604800", 0, 31536000, "s",
	  "how long a deleted zone's records and name are kept" },
	{ "panel_hosts", CONFIG_STRING, offsetof(struct dns_settings, panel_hosts), "", 0, 0, NULL,
	  "names of the panel and its nodes, with commas between: neither they nor names below them can be zones" },
	{ "name_servers", CONFIG_STRING, offsetof(struct dns_settings, name_servers), "", 0, 0, NULL,
	  "names that zones have for their servers, with commas between: n1=ns1.panel.example is that of node n1, a "
	  "name "
	  "alone is of all" },
	{ "contact", CONFIG_STRING, offsetof(struct dns_settings, contact), "", 0, 0, NULL,
	  "the mail address in the SOA of zones that have none of their own; empty: hostmaster at the zone's name" },
	{ "resolver", CONFIG_STRING, offsetof(struct dns_settings, resolver), "", 0, 0, NULL,
	  "who is asked what parent zones have of signed zones, and where other providers' name servers are, "
	  "192.0.2.1:53; empty: nobody, and the system's resolver" },
	{ "vault_key", CONFIG_STRING, offsetof(struct dns_settings, vault_key), "", 0, 0, NULL,
	  "the file of the key that tokens of other providers are sealed to in this service's rows: the same for all "
	  "its "
	  "copies; empty: there are no other providers" },
	{ "provider_allowed", CONFIG_STRING, offsetof(struct dns_settings, provider_allowed), "", 0, 0, NULL,
	  "addresses, with or without a port, with commas between, where a DNS account may be although they are inner "
	  "ones; there http:// will do" },
	{ "provider_refused", CONFIG_STRING, offsetof(struct dns_settings, provider_refused), "", 0, 0, NULL,
	  "likewise, where none may be although they aren't: the installation's own" },
	{ "provider_ca", CONFIG_STRING, offsetof(struct dns_settings, provider_ca), "", 0, 0, NULL,
	  "a file of who vouches for other providers' APIs; empty: the system's authorities" },
	{ "provider_workers", CONFIG_INT, offsetof(struct dns_settings, provider_workers), "4", 1, 64, NULL,
	  "zones at other providers that one copy works on at once" },
	{ "provider_look_s", CONFIG_INT, offsetof(struct dns_settings, provider_look_s), "3600", 10, 604800, "s",
	  "how often a zone at another provider is looked at for changes by others" },
	{ "provider_patience_s", CONFIG_INT, offsetof(struct dns_settings, provider_patience_s), "120", 1, 3600, "s",
	  "how long another provider's name servers may take to show a change before that is called a failure" },
	{ "secondaries_allowed", CONFIG_STRING, offsetof(struct dns_settings, secondaries_allowed), "", 0, 0, NULL,
	  "addresses, with or without a port, with commas between, that may be secondaries although they are inner "
	  "ones" },
	{ "secondaries_refused", CONFIG_STRING, offsetof(struct dns_settings, secondaries_refused), "", 0, 0, NULL,
	  "likewise, that may not although they aren't: the installation's own" },
	{ "catalog", CONFIG_STRING, offsetof(struct dns_settings, catalog), "", 0, 0, NULL,
	  "the name of the zone that lists all zones, for name servers outside that serve all of them (RFC 9432); "
	  "operators make it; empty: there is none" },
	{ NULL, CONFIG_STRING, 0, NULL, 0, 0, NULL, NULL },
};

static bool start(struct service *service, void **state, struct error *err)
{
	_cleanup_free_ struct dns_state *all = calloc(1, sizeof(*all));

	if (!all)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!pace_new(&all->pace, err))
		return false;
	if (!provider_workers_start(service, &all->workers, err)) {
		pace_free(all->pace);
		return false;
	}
	*state = TAKE_PTR(all);
	return true;
}

static void stop(void *state)
{
	struct dns_state *all = state;

	provider_workers_stop(all->workers);
	pace_free(all->pace);
	free(all);
}

int main(int argc, char **argv)
{
	static const struct service_definition definition = {
		.contract = &dns_contract,
		.handlers = &handlers,
		.description = "zones: what is desired, and what servers answer",
		.queries = dns_queries,
		.queries_wide = dns_queries_wide,
		.migrations = dns_migrations,
		.generic_plans = true,
		.janitor = janitor,
		.config = settings,
		.settings_size = sizeof(struct dns_settings),
		.start = start,
		.stop = stop,
	};

	return service_main(&definition, argc, argv);
}
