/* rpc_service: a service of the real runtime whose one method, web's GetWebsite, answers from memory: what is left is
 * the rpc itself. */
#include "lib/service/call.h"

#include "stralix/v1/web.contract.h"

static char *text(const char *words)
{
	return (char *)(uintptr_t)words;
}

static bool get(struct call *call, const Stralix__V1__GetWebsiteRequest *req, struct error *err)
{
	Stralix__V1__GetWebsiteReply reply;
	Stralix__V1__Generation generation;
	Stralix__V1__Website site;

	stralix__v1__get_website_reply__init(&reply);
	stralix__v1__generation__init(&generation);
	stralix__v1__website__init(&site);
	generation.epoch = 1;
	generation.n = 1;
	site.id = site.task_id = site.organisation_id = req->website_id;
	site.domain = site.display_domain = text("bench.example");
	site.node_id = text("n1");
	site.node_name = text("node-1");
	site.address = text("127.0.0.1");
	site.state = text("active");
	site.created_at = site.updated_at = text("2026-01-01T00:00:00.000Z");
	site.url = text("http://bench.example/");
	site.generation = site.applied = &generation;
	reply.website = &site;
	return call_reply(call, &reply.base, err);
}

#define NOT_HERE(name, request)                                                                                        \
	static bool name(struct call *call, const Stralix__V1__##request *req, struct error *err)                      \
	{                                                                                                              \
		(void)call;                                                                                            \
		(void)req;                                                                                             \
		return error_set(err, ERR_UNAVAILABLE, "not here");                                                    \
	}

NOT_HERE(create, CreateWebsiteRequest)
NOT_HERE(list, ListWebsitesRequest)
NOT_HERE(delete_, DeleteWebsiteRequest)
NOT_HERE(undelete, UndeleteWebsiteRequest)
NOT_HERE(purge, PurgeWebsiteRequest)
NOT_HERE(update, UpdateWebsiteRequest)
NOT_HERE(suspend, SuspendWebsiteRequest)
NOT_HERE(resume, ResumeWebsiteRequest)
NOT_HERE(retry, RetryWebsiteRequest)
NOT_HERE(finished, TaskFinishedRequest)

int main(int argc, char **argv)
{
	static const struct web_handlers handlers = {
		.create_website = create,
		.list_websites = list,
		.get_website = get,
		.delete_website = delete_,
		.undelete_website = undelete,
		.purge_website = purge,
		.update_website = update,
		.suspend_website = suspend,
		.resume_website = resume,
		.retry_website = retry,
		.task_finished = finished,
	};
	static const struct service_definition definition = {
		.contract = &web_contract,
		.handlers = &handlers,
		.description = "answers from memory",
	};

	return service_main(&definition, argc, argv);
}
