/* website: the row of a website in memory, and its states. */
#pragma once

#include <stdint.h>

#include "lib/base/uuid.h"

#include "stralix/v1/website.pb-c.h"

enum website_state {
	WEBSITE_PENDING,
	WEBSITE_ACTIVE,
	WEBSITE_SUSPENDED,
	WEBSITE_FAILED,
	WEBSITE_DELETING,
	WEBSITE_DELETED,
	WEBSITE_PURGING,
	WEBSITE_PURGED,
	WEBSITE_STATES,
};

/* What the node is to do with it. */
enum website_serving {
	SERVING_NONE, /* nothing was ever at work */
	SERVING_LIVE,
	SERVING_SUSPENDED,
	SERVING_DELETED,
	SERVING_REMOVED,
	SERVINGS,
};

struct generation {
	uint32_t epoch;
	uint64_t n;
};

/* Texts belong to the call's arena. Times are Unix ms; 0: never. */
struct website {
	struct uuid id, org;
	const char *domain, *display_domain, *node_id, *node_name, *address, *message;
	uint32_t http_port, https_port, uid;
	enum website_serving serving, applied_serving;
	enum website_state state;
	struct generation generation, applied;
	char task_id[UUID_TEXT];
	Stralix__V1__WebsiteSettings *settings, *applied_settings; /* NULL: not read, as in lists */
	int64_t created_ms, updated_ms, purge_ms;
	struct uuid certificate_id, applied_certificate_id; /* nil: none */
	const char *thumbprint, *applied_thumbprint;        /* that the node answers authorities with; NULL: not read */
	const char *chain;                                  /* of certificate_id; NULL or "": none, or not read */
	struct {
		const uint8_t *data;
		size_t size;
	} sealed_key;
	bool suspended;             /* as staff wants it; stays while it is deleted */
	const char *suspend_reason; /* "": none; NULL: not read */
};

/* The version of its desired state: "1.5". Returns buffer. */
enum { WEBSITE_ETAG = 40 };
const char *website_etag(const struct website *site, char buffer[static WEBSITE_ETAG]);

const char *website_state_name(enum website_state state);
bool website_state_parse(const char *name, enum website_state *ret);
const char *website_serving_name(enum website_serving serving);
bool website_serving_parse(const char *name, enum website_serving *ret);
