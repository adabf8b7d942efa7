/* GetWebsiteLog. Lines of a website's log, from its node. */
#include <string.h>

#include "stralix/v1/node.pb-c.h"
#include "stralix/v1/tasks.pb-c.h"

#include "store.h"
#include "web.h"

enum { LINES = 200 };

static bool take_answer(struct call *call, void *arg, const struct bus_msg *answer, const struct error *why,
                        struct error *err)
{
	const Stralix__V1__AskNodeReply *asked;
	const Stralix__V1__LogAnswer *log;
	Stralix__V1__GetWebsiteLogReply reply;
	ProtobufCMessage *message;

	(void)arg;
	if (!call_rpc_answer(call, answer, why, &stralix__v1__ask_node_reply__descriptor, &message, err)) {
		if (err->code != ERR_INVALID)
			return false;
		*err = (struct error){ 0 }; /* all else has been checked here */
		return error_field(err, "cursor", "CURSOR", "This cursor is of another log.");
	}
	asked = (const Stralix__V1__AskNodeReply *)(void *)message;
	if (!contract_unpack(&stralix__v1__log_answer__descriptor, asked->answer.data, asked->answer.len,
	                     asked->answer.len, call_arena(call), &message, err))
		return error_wrap(err, "the answer of the website's node");
	log = (const Stralix__V1__LogAnswer *)(void *)message;
	stralix__v1__get_website_log_reply__init(&reply);
	reply.lines = log->lines;
	reply.n_lines = log->n_lines;
	reply.cursor = log->cursor;
	reply.more = log->more;
	reply.skipped = log->skipped;
	return call_reply(call, &reply.base, err);
}

static bool choose_log(const char *name, Stralix__V1__LogQuestion__Log *ret, struct error *err)
{
	bool errors = strcmp(name, "error") == 0;

	*ret = errors ? STRALIX__V1__LOG_QUESTION__LOG__ERROR : STRALIX__V1__LOG_QUESTION__LOG__ACCESS;
	return errors || !*name || strcmp(name, "access") == 0 ||
	       error_field(err, "log", "one_of", "A website has the logs access and error.");
}

static bool ask(struct call *call, const Stralix__V1__GetWebsiteLogRequest *req, const struct website *site,
                struct error *err)
{
	Stralix__V1__AskNodeRequest request;
	Stralix__V1__ReadQuestion question;
	Stralix__V1__LogQuestion log;

	stralix__v1__log_question__init(&log);
	if (!choose_log(req->log, &log.log, err))
		return false;
	log.cursor = req->cursor;
	log.max_lines = req->lines ? req->lines : LINES;
	log.contains = req->contains;
	stralix__v1__read_question__init(&question);
	question.log = &log;
	stralix__v1__ask_node_request__init(&request);
	request.node_id = (char *)(uintptr_t)site->node_id;
	request.kind = (char *)(uintptr_t) "website";
	request.verb = (char *)(uintptr_t) "read";
	request.resource_id = req->website_id;
	request.wait_ms = req->wait_ms;
	request.question.data = contract_pack(&question.base, call_arena(call), &request.question.len);
	return request.question.data ? call_rpc_later(call, "tasks", "AskNode", &request.base, take_answer, NULL, err)
	                             : error_set(err, ERR_INTERNAL, "out of memory");
}

/* Errors: ERR_NOT_FOUND (the same for absent and not for these eyes), ERR_INVALID, and those of tasks.AskNode. */
bool web_get_website_log(struct call *call, const Stralix__V1__GetWebsiteLogRequest *req, struct error *err)
{
	struct website site;
	struct uuid id;

	if (!uuid_parse(req->website_id, &id))
		return error_set(err, ERR_NOT_FOUND, "There is no such website.");
	if (!website_find(service_db_wide(call_service(call)), &id, call_arena(call), &site, err))
		return false;
	if (!call_may_see(call, &site.org))
		return error_set(err, ERR_NOT_FOUND, "There is no such website.");
	return ask(call, req, &site, err);
}
