/* fixture: a service under test, with the contract of web and handlers that do what the tests need. */
#include <string.h>
#include <time.h>

#include "lib/service/change.h"

#include "stralix/v1/tasks.pb-c.h"
#include "stralix/v1/web.contract.h"

#include "fixture_sql.h"

enum { SLOW_NS = 400000000 };

static bool insert(struct change *change, const struct uuid *id, const struct uuid *org, const char *domain,
                   struct error *err)
{
	return TX_RUN(change_tx(change), FIXTURE_WEBSITE_INSERT, NULL, err, DB_UUID(id), DB_UUID(org), DB_TEXT(domain));
}

/* "noaudit.example" forgets the audit record. */
static bool create(struct call *call, const Stralix__V1__CreateWebsiteRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct uuid id = uuid_v7(), org;
	char id_text[UUID_TEXT], org_text[UUID_TEXT], kind[] = "website", task_id[UUID_TEXT];
	Stralix__V1__Target target;
	Stralix__V1__Generation generation;
	Stralix__V1__Website website;
	Stralix__V1__WebsiteReply reply;

	stralix__v1__target__init(&target);
	stralix__v1__generation__init(&generation);
	stralix__v1__website__init(&website);
	stralix__v1__website_reply__init(&reply);
	if (!call_choose_org(call, req->organisation_id, &org, err))
		return false;
	target.kind = kind;
	target.id = website.id = uuid_format(&id, id_text);
	target.name = website.domain = req->domain;
	target.organisation_id = uuid_format(&org, org_text);
	generation.epoch = service_epoch(call_service(call));
	generation.n = 1;
	reply.website = &website;
	reply.task_id = task_id;
	return change_begin(call, &org, &change, err) && change_quota(change, "websites", 1, err) &&
	       insert(change, &id, &org, req->domain, err) &&
	       change_task(change, "apply", &target, &generation, &website.base, "website:create", task_id, err) &&
	       (strcmp(req->domain, "noaudit.example") == 0 ||
	        change_audit(change, "website.create", &target, "accepted", &stralix__v1__website__rules, NULL,
	                     &website.base, err)) &&
	       change_event(change, "website", "created", website.id, err) && change_reply(change, &reply.base, err) &&
	       change_commit(change, err);
}

/* Takes 0.4 s when asked for the state "slow"; counts what the caller may see. */
static bool list(struct call *call, const Stralix__V1__ListWebsitesRequest *req, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;
	const char *const *orgs = NULL;
	size_t n = 0;
	Stralix__V1__ListWebsitesReply reply;
	Stralix__V1__Page page;

	stralix__v1__list_websites_reply__init(&reply);
	stralix__v1__page__init(&page);
	if (strcmp(req->state, "slow") == 0)
		nanosleep(&(struct timespec){ .tv_nsec = SLOW_NS }, NULL);
	if (!call_scope(call, req->organisation_id, &orgs, &n, err) ||
	    !tx_begin(service_db_wide(call_service(call)), NULL, &tx, err) ||
	    !TX_RUN(tx, FIXTURE_WIDE_WEBSITE_COUNT, &rows, err, orgs ? DB_TEXTS(orgs, n) : DB_NULL) ||
	    !tx_commit(&tx, err))
		return false;
	page.total = (uint64_t)rows_int(rows, 0, 0);
	reply.page = &page;
	return call_reply(call, &reply.base, err);
}

static bool get(struct call *call, const Stralix__V1__GetWebsiteRequest *req, struct error *err)
{
	(void)call;
	return error_set(err, ERR_NOT_FOUND, "There is no website %s.", req->website_id);
}

static bool delete (struct call *call, const Stralix__V1__DeleteWebsiteRequest *req, struct error *err)
{
	(void)call;
	(void)req;
	return error_set(err, ERR_INTERNAL, "the passphrase of the vault is 1234");
}

/* Asks tasks for a place and gives its words back. */
static bool undelete(struct call *call, const Stralix__V1__UndeleteWebsiteRequest *req, struct error *err)
{
	Stralix__V1__PlaceResourceRequest request;
	ProtobufCMessage *reply = NULL;
	char capability[] = "website";

	stralix__v1__place_resource_request__init(&request);
	request.capability = capability;
	request.resource_id = request.organisation_id = req->website_id;
	return call_rpc(call, "tasks", "PlaceResource", &request.base, &stralix__v1__place_resource_reply__descriptor,
	                &reply, err) &&
	       error_set(err, ERR_CONFLICT, "placed on %s",
	                 ((const Stralix__V1__PlaceResourceReply *)(const void *)reply)->node_id);
}

/* Gives no reply: a fault that the runtime must notice. */
static bool purge(struct call *call, const Stralix__V1__PurgeWebsiteRequest *req, struct error *err)
{
	(void)call;
	(void)req;
	(void)err;
	return true;
}

static bool task_finished(struct call *call, const Stralix__V1__TaskFinishedRequest *req, struct error *err)
{
	(void)req;
	if (strcmp(call_identity(call)->service, "tasks") != 0)
		return error_set(err, ERR_FORBIDDEN, "not tasks");
	return true;
}

static bool not_here(struct error *err)
{
	return error_set(err, ERR_UNAVAILABLE, "not here");
}

static bool update(struct call *call, const Stralix__V1__UpdateWebsiteRequest *req, struct error *err)
{
	(void)call;
	(void)req;
	return not_here(err);
}

static bool suspend(struct call *call, const Stralix__V1__SuspendWebsiteRequest *req, struct error *err)
{
	(void)call;
	(void)req;
	return not_here(err);
}

static bool resume(struct call *call, const Stralix__V1__ResumeWebsiteRequest *req, struct error *err)
{
	(void)call;
	(void)req;
	return not_here(err);
}

static bool retry(struct call *call, const Stralix__V1__RetryWebsiteRequest *req, struct error *err)
{
	(void)call;
	(void)req;
	return not_here(err);
}

/* Methods that no test of the runtime calls. */
#define NOT_HERE(name, request)                                                                                        \
	static bool name(struct call *call, const Stralix__V1__##request *req, struct error *err)                      \
	{                                                                                                              \
		(void)call;                                                                                            \
		(void)req;                                                                                             \
		return not_here(err);                                                                                  \
	}

NOT_HERE(get_log, GetWebsiteLogRequest)
NOT_HERE(php, GetWebsitePhpRequest)
NOT_HERE(get_defaults, GetWebsiteDefaultsRequest)
NOT_HERE(update_defaults, UpdateWebsiteDefaultsRequest)
NOT_HERE(usage, ListUsageRequest)
NOT_HERE(limits, SetLimitsRequest)
NOT_HERE(plan, PlanWebsiteRequest)
NOT_HERE(drift, GetDriftRequest)
NOT_HERE(restore, RestoreFilesRequest)
NOT_HERE(adopt, AdoptFilesRequest)
NOT_HERE(list_certificates, ListCertificatesRequest)
NOT_HERE(get_certificate, GetCertificateRequest)
NOT_HERE(retry_certificate, RetryCertificateRequest)
NOT_HERE(delete_certificate, DeleteCertificateRequest)
NOT_HERE(get_website_certificate, GetWebsiteCertificateRequest)
NOT_HERE(request_certificate, RequestCertificateRequest)
NOT_HERE(upload_certificate, UploadCertificateRequest)
NOT_HERE(create_csr, CreateCsrRequest)
NOT_HERE(preflight_website, PreflightWebsiteRequest)
NOT_HERE(revoke_certificate, RevokeCertificateRequest)
NOT_HERE(get_certificate_authority, GetCertificateAuthorityRequest)
NOT_HERE(update_certificate_authority, UpdateCertificateAuthorityRequest)
NOT_HERE(rollover_certificate_authority, RolloverCertificateAuthorityRequest)

static const struct web_handlers handlers = {
	.create_website = create,
	.list_websites = list,
	.get_website = get,
	.get_website_log = get_log,
	.get_website_php = php,
	.get_website_defaults = get_defaults,
	.update_website_defaults = update_defaults,
	.list_usage = usage,
	.set_limits = limits,
	.plan_website = plan,
	.get_drift = drift,
	.restore_files = restore,
	.adopt_files = adopt,
	.list_certificates = list_certificates,
	.get_certificate = get_certificate,
	.retry_certificate = retry_certificate,
	.delete_certificate = delete_certificate,
	.get_website_certificate = get_website_certificate,
	.request_certificate = request_certificate,
	.upload_certificate = upload_certificate,
	.create_csr = create_csr,
	.preflight_website = preflight_website,
	.revoke_certificate = revoke_certificate,
	.get_certificate_authority = get_certificate_authority,
	.update_certificate_authority = update_certificate_authority,
	.rollover_certificate_authority = rollover_certificate_authority,
	.delete_website = delete,
	.undelete_website = undelete,
	.purge_website = purge,
	.update_website = update,
	.suspend_website = suspend,
	.resume_website = resume,
	.retry_website = retry,
	.task_finished = task_finished,
};

int main(int argc, char **argv)
{
	static const struct web_handlers unfinished = { .create_website = create };
	const struct service_definition definition = {
		.contract = &web_contract,
		.handlers = argc > 1 && strcmp(argv[argc - 1], "unfinished") == 0 ? &unfinished : &handlers,
		.description = "a service under test",
		.queries = fixture_queries,
		.queries_wide = fixture_queries_wide,
		.migrations = fixture_migrations,
	};

	return service_main(&definition, argc, argv);
}
