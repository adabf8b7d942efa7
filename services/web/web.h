/* web: the handlers of the service, its settings and its repair work. */
#pragma once

#include "lib/service/call.h"

#include "stralix/v1/web.contract.h"

#define WEB_QUOTA "websites"

struct web_settings {
	int64_t grace_s;
	char *panel_hosts;
	char *proxy_allowed, *proxy_refused;
	char *vault_key;
	char *acme_directory, *acme_ca, *acme_contact, *acme_roots, *acme_binding_id, *acme_binding_file, *resolver;
	int64_t acme_orders, acme_domain_certificates, acme_failures, certificate_workers;
};

bool web_create_website(struct call *call, const Stralix__V1__CreateWebsiteRequest *req, struct error *err);
bool web_list_websites(struct call *call, const Stralix__V1__ListWebsitesRequest *req, struct error *err);
bool web_get_website(struct call *call, const Stralix__V1__GetWebsiteRequest *req, struct error *err);
bool web_get_website_php(struct call *call, const Stralix__V1__GetWebsitePhpRequest *req, struct error *err);
bool web_get_website_defaults(struct call *call, const Stralix__V1__GetWebsiteDefaultsRequest *req, struct error *err);
bool web_update_website_defaults(struct call *call, const Stralix__V1__UpdateWebsiteDefaultsRequest *req,
                                 struct error *err);
bool web_delete_website(struct call *call, const Stralix__V1__DeleteWebsiteRequest *req, struct error *err);
bool web_undelete_website(struct call *call, const Stralix__V1__UndeleteWebsiteRequest *req, struct error *err);
bool web_purge_website(struct call *call, const Stralix__V1__PurgeWebsiteRequest *req, struct error *err);
bool web_update_website(struct call *call, const Stralix__V1__UpdateWebsiteRequest *req, struct error *err);
bool web_plan_website(struct call *call, const Stralix__V1__PlanWebsiteRequest *req, struct error *err);
bool web_get_drift(struct call *call, const Stralix__V1__GetDriftRequest *req, struct error *err);
bool web_restore_files(struct call *call, const Stralix__V1__RestoreFilesRequest *req, struct error *err);
bool web_adopt_files(struct call *call, const Stralix__V1__AdoptFilesRequest *req, struct error *err);
bool web_suspend_website(struct call *call, const Stralix__V1__SuspendWebsiteRequest *req, struct error *err);
bool web_resume_website(struct call *call, const Stralix__V1__ResumeWebsiteRequest *req, struct error *err);
bool web_retry_website(struct call *call, const Stralix__V1__RetryWebsiteRequest *req, struct error *err);
bool web_list_usage(struct call *call, const Stralix__V1__ListUsageRequest *req, struct error *err);
bool web_set_limits(struct call *call, const Stralix__V1__SetLimitsRequest *req, struct error *err);
bool web_get_website_log(struct call *call, const Stralix__V1__GetWebsiteLogRequest *req, struct error *err);
bool web_task_finished(struct call *call, const Stralix__V1__TaskFinishedRequest *req, struct error *err);

bool web_list_certificates(struct call *call, const Stralix__V1__ListCertificatesRequest *req, struct error *err);
bool web_get_certificate(struct call *call, const Stralix__V1__GetCertificateRequest *req, struct error *err);
bool web_get_website_certificate(struct call *call, const Stralix__V1__GetWebsiteCertificateRequest *req,
                                 struct error *err);
bool web_request_certificate(struct call *call, const Stralix__V1__RequestCertificateRequest *req, struct error *err);
bool web_retry_certificate(struct call *call, const Stralix__V1__RetryCertificateRequest *req, struct error *err);
bool web_delete_certificate(struct call *call, const Stralix__V1__DeleteCertificateRequest *req, struct error *err);
bool web_upload_certificate(struct call *call, const Stralix__V1__UploadCertificateRequest *req, struct error *err);
bool web_create_csr(struct call *call, const Stralix__V1__CreateCsrRequest *req, struct error *err);
bool web_preflight_website(struct call *call, const Stralix__V1__PreflightWebsiteRequest *req, struct error *err);
bool web_revoke_certificate(struct call *call, const Stralix__V1__RevokeCertificateRequest *req, struct error *err);
bool web_get_certificate_authority(struct call *call, const Stralix__V1__GetCertificateAuthorityRequest *req,
                                   struct error *err);
bool web_update_certificate_authority(struct call *call, const Stralix__V1__UpdateCertificateAuthorityRequest *req,
                                      struct error *err);
bool web_rollover_certificate_authority(struct call *call, const Stralix__V1__RolloverCertificateAuthorityRequest *req,
                                        struct error *err);

bool web_certificates_lacking(struct service *service, struct error *err);
bool web_purge_due(struct service *service, struct error *err);
