/* fake: stands in for lib/service and the store of web; what they are asked is written down in order. */
#pragma once

#include "lib/base/buf.h"
#include "lib/service/change.h"

#include "stralix/v1/node.pb-c.h"
#include "stralix/v1/web.pb-c.h"

#include "store.h"
#include "web.h"

struct call {
	struct arena *arena;
	struct identity identity;
	struct web_settings settings;
	struct buf steps;          /* "rpc authz.ClaimDomain; begin; …" */
	const char *fail;          /* the step that fails */
	enum error_code fail_code; /* with this code */
	bool has_site, committed;  /* whether there is a row; whether a change was committed */
	struct website site;       /* the row; written back by update and insert */
	struct website pending;    /* what the open change has written */
	bool has_desired;          /* of the newest task */
	Stralix__V1__WebsiteState__Serving desired;
	const char *wanted_name, *wanted_php; /* that tasks.PlaceResource was told */
	const ProtobufCMessage *reply;
	bool no_certificates, keep_http; /* what its organisation's websites begin with */
	struct website_filter filter;    /* of the newest list */
	struct website_list list;        /* what it gives */
};

/* A customer of organisation fake_org, no row. */
extern const struct uuid fake_org, fake_other_org, fake_id;
void fake_begin(struct call *call);
void fake_end(struct call *call);

/* Puts a row there. */
void fake_site(struct call *call, enum website_state state, enum website_serving serving);

#define FAKE_ID "0190b5a6-7c1e-7000-8000-000000000001"
#define FAKE_ORG "0190b5a6-7c1e-7000-8000-0000000000aa"
