/* ListZoneTemplates, CreateZoneTemplate, UpdateZoneTemplate, DeleteZoneTemplate. */
#include <string.h>

#include "lib/service/change.h"

#include "dns.h"
#include "dns_sql.h"
#include "template.h"
#include "view.h"

enum { TEMPLATES = 200, ORG = 1 };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
}

/* Errors: ERR_NOT_FOUND (an organisation not for these eyes). */
bool dns_list_zone_templates(struct call *call, const Stralix__V1__ListZoneTemplatesRequest *req, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct arena *arena = call_arena(call);
	Stralix__V1__ListZoneTemplatesReply reply;
	Stralix__V1__ZoneTemplate *one;
	struct uuid org;

	stralix__v1__list_zone_templates_reply__init(&reply);
	if (!call_choose_org(call, req->organisation_id, &org, err) ||
	    !DB_RUN(service_db_wide(call_service(call)), NULL, DNS_WIDE_TEMPLATE_LIST, &rows, err, DB_UUID(&org)))
		return error_wrap(err, "list templates of zones");
	reply.templates = arena_alloc(arena, (TEMPLATES + rows_count(rows)) * sizeof(void *));
	if (!reply.templates)
		return no_room(err);
	while (reply.n_templates < TEMPLATES && (one = template_builtin(reply.n_templates, arena)))
		reply.templates[reply.n_templates++] = one;
	for (unsigned i = 0; i < rows_count(rows); i++)
		if (!template_read(rows, i, arena, &reply.templates[reply.n_templates++], err))
			return false;
	return call_reply(call, &reply.base, err);
}

/* What a request says of one. */
struct given {
	char *name, *description;
	Stralix__V1__TemplateRecord **records;
	size_t n_records;
	Stralix__V1__TemplateVariable **variables;
	size_t n_variables;
};

static bool fill(const struct given *given, struct arena *arena, Stralix__V1__ZoneTemplate *ret, const uint8_t **bytes,
                 size_t *size, struct error *err)
{
	struct complaints complaints = { .arena = arena };

	stralix__v1__zone_template__init(ret);
	ret->records = given->records;
	ret->n_records = given->n_records;
	ret->variables = given->variables;
	ret->n_variables = given->n_variables;
	template_check(ret, &complaints);
	if (!complaints_none(&complaints, err))
		return false;
	*bytes = contract_pack(&ret->base, arena, size);
	ret->name = given->name;
	ret->description = given->description;
	return *bytes || no_room(err);
}

static bool tell(struct change *change, const char *action, const char *verb, const Stralix__V1__ZoneTemplate *before,
                 const Stralix__V1__ZoneTemplate *after, struct error *err)
{
	const Stralix__V1__ZoneTemplate *of = after ? after : before;
	Stralix__V1__Target target;

	stralix__v1__target__init(&target);
	target.kind = (char *)(uintptr_t) "dns_template";
	target.id = of->id;
	target.name = of->name;
	target.organisation_id = of->organisation_id;
	return change_audit(change, action, &target, "success", &stralix__v1__zone_template__rules,
	                    before ? &before->base : NULL, after ? &after->base : NULL, err) &&
	       change_event(change, "zone-template", verb, target.id, err);
}

static bool taken(struct error *err)
{
	error_set(err, ERR_NONE, "There is a template of this name already.");
	error_field(err, "name", "EXISTS", "There is a template of this name already.");
	err->code = ERR_EXISTS;
	return false;
}

static bool reply(struct change *change, Stralix__V1__ZoneTemplate *tmpl, struct error *err)
{
	Stralix__V1__ZoneTemplateReply message;

	stralix__v1__zone_template_reply__init(&message);
	message.template_ = tmpl;
	return change_reply(change, &message.base, err) && change_commit(change, err);
}

/* Effects: one row, audit dns_template.create. Errors: ERR_INVALID, ERR_EXISTS (name), ERR_NOT_FOUND (organisation). */
bool dns_create_zone_template(struct call *call, const Stralix__V1__CreateZoneTemplateRequest *req, struct error *err)
{
	const struct given given = { req->name,      req->description, req->records,
		                     req->n_records, req->variables,   req->n_variables };
	_cleanup_(change_freep) struct change *change = NULL;
	struct arena *arena = call_arena(call);
	Stralix__V1__ZoneTemplate tmpl;
	struct uuid id = uuid_v7(), org;
	const uint8_t *bytes;
	char etag[] = "1";
	size_t size;

	if (!call_choose_org(call, req->organisation_id, &org, err) ||
	    !fill(&given, arena, &tmpl, &bytes, &size, err) || !change_begin(call, &org, &change, err))
		return false;
	tmpl.id = view_id(&id, arena);
	tmpl.organisation_id = view_id(&org, arena);
	tmpl.etag = etag;
	if (!tmpl.id || !tmpl.organisation_id)
		return no_room(err);
	if (!TX_RUN(change_tx(change), DNS_TEMPLATE_INSERT, NULL, err, DB_UUID(&id), DB_UUID(&org), DB_TEXT(tmpl.name),
	            DB_TEXT(tmpl.description), DB_BYTES(bytes, size)))
		return err->code == ERR_EXISTS ? taken(err) : false;
	return tell(change, "dns_template.create", "created", NULL, &tmpl, err) && reply(change, &tmpl, err);
}

/* The template, for these eyes, locked. */
static bool begin(struct call *call, const char *template_id, struct change **ret, Stralix__V1__ZoneTemplate **tmpl,
                  struct uuid *id, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL, *locked = NULL;
	struct uuid org;

	if (!uuid_parse(template_id, id))
		return error_set(err, ERR_NOT_FOUND, "There is no such template.");
	if (!DB_RUN(service_db_wide(call_service(call)), NULL, DNS_WIDE_TEMPLATE_FIND, &rows, err, DB_UUID(id)))
		return false;
	org = rows_count(rows) ? rows_uuid(rows, 0, ORG) : (struct uuid){ { 0 } };
	if (!rows_count(rows) || !call_may_see(call, &org))
		return error_set(err, ERR_NOT_FOUND, "There is no such template.");
	if (!change_begin(call, &org, &change, err) ||
	    !TX_RUN(change_tx(change), DNS_TEMPLATE_LOCK, &locked, err, DB_UUID(id)))
		return false;
	if (!rows_count(locked))
		return error_set(err, ERR_NOT_FOUND, "There is no such template.");
	*ret = TAKE_PTR(change);
	return template_read(locked, 0, call_arena(call), tmpl, err);
}

/* Effects: the row as a whole, audit dns_template.update. Errors: ERR_NOT_FOUND, ERR_PRECONDITION, ERR_INVALID,
 * ERR_EXISTS. */
bool dns_update_zone_template(struct call *call, const Stralix__V1__UpdateZoneTemplateRequest *req, struct error *err)
{
	const struct given given = { req->name,      req->description, req->records,
		                     req->n_records, req->variables,   req->n_variables };
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__ZoneTemplate *before, after;
	const uint8_t *bytes;
	struct uuid id;
	size_t size;

	if (!begin(call, req->template_id, &change, &before, &id, err))
		return false;
	if (strcmp(before->etag, req->if_match) != 0)
		return error_set(err, ERR_PRECONDITION,
		                 "The template was changed meanwhile. Look at it again, then repeat your change.");
	if (!fill(&given, call_arena(call), &after, &bytes, &size, err))
		return false;
	after.id = before->id;
	after.organisation_id = before->organisation_id;
	after.created_at = before->created_at;
	after.etag = arena_printf(call_arena(call), "%llu", strtoull(before->etag, NULL, 10) + 1);
	if (!after.etag)
		return no_room(err);
	if (!TX_RUN(change_tx(change), DNS_TEMPLATE_UPDATE, NULL, err, DB_UUID(&id), DB_TEXT(after.name),
	            DB_TEXT(after.description), DB_BYTES(bytes, size)))
		return err->code == ERR_EXISTS ? taken(err) : false;
	return tell(change, "dns_template.update", "updated", before, &after, err) && reply(change, &after, err);
}

/* Effects: the row goes, audit dns_template.delete. Errors: ERR_NOT_FOUND. */
bool dns_delete_zone_template(struct call *call, const Stralix__V1__DeleteZoneTemplateRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__ZoneTemplate *tmpl;
	Stralix__V1__Empty empty;
	struct uuid id;

	stralix__v1__empty__init(&empty);
	return begin(call, req->template_id, &change, &tmpl, &id, err) &&
	       TX_RUN(change_tx(change), DNS_TEMPLATE_DELETE, NULL, err, DB_UUID(&id)) &&
	       tell(change, "dns_template.delete", "deleted", tmpl, NULL, err) &&
	       change_reply(change, &empty.base, err) && change_commit(change, err);
}
