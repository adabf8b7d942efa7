/* fake: see fake.h. */
#include "fake.h"

#include <string.h>

#include "stralix/v1/tasks.pb-c.h"

#include "certificate_follow.h"
#include "defaults.h"

const struct uuid fake_id = { { 0x01, 0x90, 0xb5, 0xa6, 0x7c, 0x1e, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1 } };
const struct uuid fake_org = { { 0x01, 0x90, 0xb5, 0xa6, 0x7c, 0x1e, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0xaa } };
const struct uuid fake_other_org = { { 0x01, 0x90, 0xb5, 0xa6, 0x7c, 0x1e, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0xbb } };

/* The one call under test: service and change lead back to it. */
struct service {
	struct call *call;
};
struct change {
	struct call *call;
};

static struct service the_service;
static struct change the_change;

void fake_begin(struct call *call)
{
	static char hosts[] = "panel.example, n1.nodes.example";

	*call = (struct call){ .arena = arena_new(1 << 20), .settings = { .grace_s = 60, .panel_hosts = hosts } };
	call->identity.role = STRALIX__ROLE__CUSTOMER;
	call->identity.org = fake_org;
	the_service.call = call;
	the_change.call = call;
}

void fake_end(struct call *call)
{
	arena_free(call->arena);
	buf_done(&call->steps);
}

void fake_site(struct call *call, enum website_state state, enum website_serving serving)
{
	call->has_site = true;
	call->site = (struct website){
		.id = fake_id,
		.org = fake_org,
		.domain = "shop.example",
		.display_domain = "shop.example",
		.node_id = "n1",
		.node_name = "n1",
		.address = "127.0.0.1",
		.message = "",
		.uid = 2000,
		.state = state,
		.serving = serving,
		.generation = { 1, 3 },
	};
}

static bool step(struct call *call, struct error *err, const char *format, ...) _printf_(3, 4);

static bool step(struct call *call, struct error *err, const char *format, ...)
{
	char text[128];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (call->fail && !strcmp(call->fail, text))
		return error_set(err, call->fail_code, "as the test wants it");
	buf_printf(&call->steps, "%s; ", text);
	return true;
}

struct service *call_service(struct call *call)
{
	(void)call;
	return &the_service;
}

struct arena *call_arena(struct call *call)
{
	return call->arena;
}

const struct identity *call_identity(const struct call *call)
{
	return &call->identity;
}

const char *call_request_id(const struct call *call)
{
	(void)call;
	return "r1";
}

bool call_may_see(const struct call *call, const struct uuid *org)
{
	return call->identity.role == STRALIX__ROLE__ADMIN || uuid_equal(&call->identity.org, org);
}

bool call_choose_org(const struct call *call, const char *org_id, struct uuid *ret, struct error *err)
{
	*ret = call->identity.org;
	if (*org_id && (!uuid_parse(org_id, ret) || !call_may_see(call, ret)))
		return error_set(err, ERR_NOT_FOUND, "There is no such organisation.");
	return true;
}

bool call_scope(const struct call *call, const char *org_id, const char *const **ret, size_t *n, struct error *err)
{
	static const char *const own[] = { FAKE_ORG };

	(void)call;
	(void)org_id;
	(void)err;
	*ret = own;
	*n = 1;
	return true;
}

bool call_reply(struct call *call, const ProtobufCMessage *reply, struct error *err)
{
	size_t size = 0;
	const uint8_t *bytes = contract_pack(reply, call->arena, &size);
	ProtobufCMessage *copy = NULL;

	if (!bytes || !contract_unpack(reply->descriptor, bytes, size, 1 << 16, call->arena, &copy, err))
		return false;
	call->reply = copy;
	return true;
}

bool call_rpc(struct call *call, const char *service, const char *method, const ProtobufCMessage *request,
              const ProtobufCMessageDescriptor *reply_type, ProtobufCMessage **ret, struct error *err)
{
	Stralix__V1__PlaceResourceReply *place;

	if (!step(call, err, "rpc %s.%s", service, method) ||
	    !contract_unpack(reply_type, NULL, 0, 1, call->arena, ret, err))
		return false;
	if (reply_type != &stralix__v1__place_resource_reply__descriptor)
		return true;
	call->wanted_name = arena_strdup(call->arena, ((const Stralix__V1__PlaceResourceRequest *)request)->name);
	if (*((const Stralix__V1__PlaceResourceRequest *)request)->php_version)
		call->wanted_php =
			arena_strdup(call->arena, ((const Stralix__V1__PlaceResourceRequest *)request)->php_version);
	place = (Stralix__V1__PlaceResourceReply *)*ret;
	place->node_id = arena_strdup(call->arena, "n1");
	place->node_name = arena_strdup(call->arena, "web1.example");
	place->address = arena_strdup(call->arena, "127.0.0.1");
	place->http_port = 8080;
	place->uid = 2000;
	return true;
}

const void *service_settings(const struct service *service)
{
	return &service->call->settings;
}

struct db *service_db_wide(struct service *service)
{
	(void)service;
	return NULL;
}

uint32_t service_epoch(const struct service *service)
{
	(void)service;
	return 1;
}

bool change_begin(struct call *call, const struct uuid *org, struct change **ret, struct error *err)
{
	(void)org;
	*ret = NULL;
	if (!step(call, err, "begin"))
		return false;
	call->pending = call->site;
	*ret = &the_change;
	return true;
}

bool change_begin_system(struct service *service, const struct uuid *org, const char *request_id, struct change **ret,
                         struct error *err)
{
	(void)request_id;
	return change_begin(service->call, org, ret, err);
}

bool change_on_behalf(struct change *change, const char *user_id, struct error *err)
{
	(void)change;
	(void)user_id;
	(void)err;
	return true;
}

void change_free(struct change *change)
{
	(void)change;
}

struct tx *change_tx(struct change *change)
{
	(void)change;
	return NULL;
}

bool change_quota(struct change *change, const char *name, int delta, struct error *err)
{
	return step(change->call, err, "quota %s %+d", name, delta);
}

bool change_task(struct change *change, const char *verb, const Stralix__V1__Target *target,
                 const Stralix__V1__Generation *generation, const ProtobufCMessage *desired, const char *permission,
                 char ret_task_id[static UUID_TEXT], struct error *err)
{
	const struct uuid id = uuid_v7();

	uuid_format(&id, ret_task_id);
	change->call->has_desired = desired != NULL;
	if (desired)
		change->call->desired = ((const Stralix__V1__WebsiteState *)desired)->serving;
	return step(change->call, err, "task %s.%s %u/%u '%s'", target->kind, verb, generation->epoch,
	            (unsigned)generation->n, permission);
}

bool change_audit(struct change *change, const char *action, const Stralix__V1__Target *target, const char *outcome,
                  const struct contract_message *view_rules, const ProtobufCMessage *before,
                  const ProtobufCMessage *after, struct error *err)
{
	(void)target;
	(void)view_rules;
	return step(change->call, err, "audit %s %s%s%s", action, outcome, before ? " before" : "",
	            after ? " after" : "");
}

bool change_event(struct change *change, const char *entity, const char *verb, const char *id, struct error *err)
{
	(void)id;
	return step(change->call, err, "event %s.%s", entity, verb);
}

bool change_tell(struct change *change, const char *service, const char *method, const ProtobufCMessage *request,
                 struct error *err)
{
	(void)request;
	return step(change->call, err, "tell %s.%s", service, method);
}

bool change_reply(struct change *change, const ProtobufCMessage *reply, struct error *err)
{
	return call_reply(change->call, reply, err);
}

bool change_commit(struct change *change, struct error *err)
{
	if (!step(change->call, err, "commit"))
		return false;
	change->call->site = change->call->pending;
	change->call->has_site = true;
	change->call->committed = true;
	return true;
}

bool website_insert(struct tx *tx, const struct website *site, struct error *err)
{
	(void)tx;
	the_change.call->pending = *site;
	return step(the_change.call, err, "insert");
}

bool website_update(struct tx *tx, const struct website *site, struct error *err)
{
	(void)tx;
	the_change.call->pending = *site;
	return step(the_change.call, err, "update");
}

static bool give(const struct uuid *id, struct website *ret, struct error *err)
{
	const struct call *call = the_service.call;

	if (!call->has_site || !uuid_equal(id, &call->site.id) || call->site.state == WEBSITE_PURGED)
		return error_set(err, ERR_NOT_FOUND, "There is no such website.");
	*ret = call->site;
	return true;
}

bool website_lock(struct tx *tx, const struct uuid *id, struct arena *arena, struct website *ret, struct error *err)
{
	(void)tx;
	(void)arena;
	return give(id, ret, err);
}

bool website_find(struct db *wide, const struct uuid *id, struct arena *arena, struct website *ret, struct error *err)
{
	(void)wide;
	(void)arena;
	return give(id, ret, err);
}

bool defaults_find(struct db *wide, const struct uuid *org, struct arena *arena, Stralix__V1__WebsiteDefaults **ret,
                   struct error *err)
{
	Stralix__V1__WebsiteDefaults *defaults = arena_alloc(arena, sizeof(*defaults));

	(void)wide;
	(void)org;
	if (!defaults)
		return error_set(err, ERR_TOO_LARGE, "no room");
	stralix__v1__website_defaults__init(defaults);
	defaults->certificate = the_service.call->no_certificates ? STRALIX__V1__HTTPS__CERTIFICATE__NONE
	                                                          : STRALIX__V1__HTTPS__CERTIFICATE__AUTOMATIC;
	defaults->keep_http = the_service.call->keep_http;
	*ret = defaults;
	return true;
}

bool website_list(struct db *wide, const struct website_filter *filter, struct arena *arena, struct website_list *ret,
                  struct error *err)
{
	(void)wide;
	(void)arena;
	(void)err;
	the_service.call->filter = *filter;
	*ret = the_service.call->list;
	return true;
}

bool website_due(struct db *wide, struct website_due ret[static WEBSITES_DUE], unsigned *ret_n, struct error *err)
{
	const struct call *call = the_service.call;

	(void)wide;
	(void)err;
	ret[0] = (struct website_due){ call->site.id, call->site.org };
	*ret_n = call->has_site ? 1 : 0;
	return true;
}

/* Certificates have tests of their own, with a database. */
bool certificate_follow(struct change *change, const struct website *before, const struct website *site,
                        const char *refused, struct arena *arena, struct error *err)
{
	(void)change;
	(void)before;
	(void)site;
	(void)refused;
	(void)arena;
	(void)err;
	return true;
}

bool website_thumbprint(struct tx *tx, struct arena *arena, const char **ret, struct error *err)
{
	(void)tx;
	(void)arena;
	(void)err;
	*ret = "";
	return true;
}
