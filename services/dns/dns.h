/* dns: the handlers of the service, its settings and its repair work. */
#pragma once

#include "lib/service/call.h"

#include "stralix/v1/dns.contract.h"

#define DNS_QUOTA "zones"
#define DNS_CAPABILITY "dns" /* of nodes that take zones */

struct dns_settings {
	int64_t grace_s;
	char *panel_hosts, *name_servers, *contact, *resolver;
	char *secondaries_allowed, *secondaries_refused, *catalog;
	char *vault_key, *provider_allowed, *provider_refused, *provider_ca;
	int64_t provider_workers, provider_look_s, provider_patience_s;
};

/* What all calls share. */
struct dns_state {
	struct pace *pace;
	struct provider_workers *workers; /* NULL: there are no other providers */
};

bool dns_create_zone(struct call *call, const Stralix__V1__CreateZoneRequest *req, struct error *err);
bool dns_list_zones(struct call *call, const Stralix__V1__ListZonesRequest *req, struct error *err);
bool dns_get_zone(struct call *call, const Stralix__V1__GetZoneRequest *req, struct error *err);
bool dns_update_zone(struct call *call, const Stralix__V1__UpdateZoneRequest *req, struct error *err);
bool dns_retry_zone(struct call *call, const Stralix__V1__RetryZoneRequest *req, struct error *err);
bool dns_delete_zone(struct call *call, const Stralix__V1__DeleteZoneRequest *req, struct error *err);
bool dns_undelete_zone(struct call *call, const Stralix__V1__UndeleteZoneRequest *req, struct error *err);
bool dns_purge_zone(struct call *call, const Stralix__V1__PurgeZoneRequest *req, struct error *err);
bool dns_check_zone(struct call *call, const Stralix__V1__CheckZoneRequest *req, struct error *err);
bool dns_list_record_types(struct call *call, const Stralix__V1__ListRecordTypesRequest *req, struct error *err);
bool dns_list_dns_records(struct call *call, const Stralix__V1__ListDnsRecordsRequest *req, struct error *err);
bool dns_change_records(struct call *call, const Stralix__V1__ChangeRecordsRequest *req, struct error *err);
bool dns_plan_records(struct call *call, const Stralix__V1__PlanRecordsRequest *req, struct error *err);
bool dns_list_zone_changes(struct call *call, const Stralix__V1__ListZoneChangesRequest *req, struct error *err);
bool dns_get_zone_change(struct call *call, const Stralix__V1__GetZoneChangeRequest *req, struct error *err);
bool dns_undo_zone_change(struct call *call, const Stralix__V1__UndoZoneChangeRequest *req, struct error *err);
bool dns_export_zone(struct call *call, const Stralix__V1__ExportZoneRequest *req, struct error *err);
bool dns_import_zone(struct call *call, const Stralix__V1__ImportZoneRequest *req, struct error *err);
bool dns_plan_import(struct call *call, const Stralix__V1__PlanImportRequest *req, struct error *err);
bool dns_get_dnssec(struct call *call, const Stralix__V1__GetDnssecRequest *req, struct error *err);
bool dns_enable_dnssec(struct call *call, const Stralix__V1__EnableDnssecRequest *req, struct error *err);
bool dns_disable_dnssec(struct call *call, const Stralix__V1__DisableDnssecRequest *req, struct error *err);
bool dns_rollover_dnssec(struct call *call, const Stralix__V1__RolloverDnssecRequest *req, struct error *err);
bool dns_list_secondaries(struct call *call, const Stralix__V1__ListSecondariesRequest *req, struct error *err);
bool dns_add_secondary(struct call *call, const Stralix__V1__AddSecondaryRequest *req, struct error *err);
bool dns_remove_secondary(struct call *call, const Stralix__V1__RemoveSecondaryRequest *req, struct error *err);
bool dns_list_zone_templates(struct call *call, const Stralix__V1__ListZoneTemplatesRequest *req, struct error *err);
bool dns_create_zone_template(struct call *call, const Stralix__V1__CreateZoneTemplateRequest *req, struct error *err);
bool dns_update_zone_template(struct call *call, const Stralix__V1__UpdateZoneTemplateRequest *req, struct error *err);
bool dns_delete_zone_template(struct call *call, const Stralix__V1__DeleteZoneTemplateRequest *req, struct error *err);
bool dns_list_dns_accounts(struct call *call, const Stralix__V1__ListDnsAccountsRequest *req, struct error *err);
bool dns_get_dns_account(struct call *call, const Stralix__V1__GetDnsAccountRequest *req, struct error *err);
bool dns_create_dns_account(struct call *call, const Stralix__V1__CreateDnsAccountRequest *req, struct error *err);
bool dns_update_dns_account(struct call *call, const Stralix__V1__UpdateDnsAccountRequest *req, struct error *err);
bool dns_verify_dns_account(struct call *call, const Stralix__V1__VerifyDnsAccountRequest *req, struct error *err);
bool dns_delete_dns_account(struct call *call, const Stralix__V1__DeleteDnsAccountRequest *req, struct error *err);
bool dns_list_zone_usage(struct call *call, const Stralix__V1__ListUsageRequest *req, struct error *err);
bool dns_update_address(struct call *call, const Stralix__V1__UpdateAddressRequest *req, struct error *err);
bool dns_present_challenge(struct call *call, const Stralix__V1__ChallengeRequest *req, struct error *err);
bool dns_cleanup_challenge(struct call *call, const Stralix__V1__ChallengeRequest *req, struct error *err);
bool dns_put_managed_records(struct call *call, const Stralix__V1__PutManagedRecordsRequest *req, struct error *err);
bool dns_get_managed_records(struct call *call, const Stralix__V1__GetManagedRecordsRequest *req, struct error *err);
bool dns_remove_managed_records(struct call *call, const Stralix__V1__RemoveManagedRecordsRequest *req,
                                struct error *err);
bool dns_find_zones(struct call *call, const Stralix__V1__FindZonesRequest *req, struct error *err);
bool dns_set_limits(struct call *call, const Stralix__V1__SetLimitsRequest *req, struct error *err);
bool dns_task_finished(struct call *call, const Stralix__V1__TaskFinishedRequest *req, struct error *err);

bool dns_purge_due(struct service *service, struct error *err);
bool dns_place_second(struct service *service, struct error *err);
bool dns_announce_keys(struct service *service, struct error *err);
bool dns_follow_catalog(struct service *service, struct error *err);
