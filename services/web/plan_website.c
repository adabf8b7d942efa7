/* PlanWebsite. What changing these settings would make of the website's files. */
#include <stdio.h>

#include "stralix/v1/node.contract.h"

#include "ask.h"
#include "desire.h"
#include "view.h"
#include "web.h"
#include "wish.h"

enum { FIELD = 64 };

/* As when they are claimed, but that nothing is held: whether another organisation has a name is found out then. */
static bool check_names(struct call *call, const struct website *site, const Stralix__V1__WebsiteSettings *wanted,
                        struct error *err)
{
	char field[FIELD];

	for (size_t i = 0; i < wanted->n_aliases; i++) {
		snprintf(field, sizeof(field), "settings.aliases[%zu]", i);
		if (!wish_has_name(site, wanted->aliases[i]) &&
		    !wish_check_name(call, site, wanted->aliases[i], field, err))
			return false;
	}
	return true;
}

/* Errors: those of UpdateWebsite but for names that others have; ERR_NO_NODE. */
bool web_plan_website(struct call *call, const Stralix__V1__PlanWebsiteRequest *req, struct error *err)
{
	Stralix__V1__WebsiteSettings *wanted;
	const Stralix__V1__PlanAnswer *answer;
	Stralix__V1__PlanWebsiteReply reply;
	Stralix__V1__PlanQuestion question;
	Stralix__V1__WebsiteState state;
	ProtobufCMessage *message;
	struct website site;

	if (!wish_find(call, req->website_id, &site, err) || !wish_may_change(&site, err) ||
	    !wish_merge(call, &site, req->settings, req->update_mask, req->n_update_mask, &wanted, err) ||
	    !check_names(call, &site, wanted, err))
		return false;
	site.settings = wanted;
	stralix__v1__plan_question__init(&question);
	question.site = &state;
	if (!website_state_message(&site, call_arena(call), &state, err) ||
	    !ask_node(call, &site, "plan", &question.base, &stralix__v1__plan_answer__rules, &message, err))
		return error_wrap(err, "plan website '%s'", site.domain);
	answer = (const Stralix__V1__PlanAnswer *)(void *)message;
	stralix__v1__plan_website_reply__init(&reply);
	reply.files = answer->files;
	reply.n_files = answer->n_files;
	reply.passed = answer->passed;
	reply.words = answer->words;
	return call_reply(call, &reply.base, err);
}
