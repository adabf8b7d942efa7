/* openapi: the description of the HTTP interface (OpenAPI 3.1). */
#include <string.h>

#include "emit.h"
#include "names.h"
#include "schema.h"

static const char *const roles[] = {
	[STRALIX__ROLE__CUSTOMER] = "customer",
	[STRALIX__ROLE__STAFF] = "staff",
	[STRALIX__ROLE__ADMIN] = "admin",
};

/* Which errors an operation answers with, beside those of all. */
static const struct {
	const char *status, *description;
} problems[] = {
	{ "400", "A field breaks its rule, or the request can't be read" },
	{ "401", "Nobody is signed in" },
	{ "403", "Signed in, but without the right; or the plan's limit is reached" },
	{ "404", "Absent, or not for these eyes" },
	{ "409", "The name is taken, or the object isn't in a state for this" },
	{ "412", "Somebody changed it meanwhile (If-Match)" },
	{ "429", "Too many attempts; see Retry-After" },
	{ "503", "A part of the panel is away; see Retry-After" },
};

static bool has_body(const struct method *method)
{
	return strcmp(method->http_method, "GET") != 0 && strcmp(method->http_method, "DELETE") != 0;
}

/* "/websites/{website_id}" with the names as they are in JSON. */
static const char *json_path(const struct method *method, struct pool *pool)
{
	const char *text = "", *at = method->http_path, *from = at, *name;
	size_t size;

	while ((name = path_parameter(&at, &size))) {
		text = pool_printf(pool, "%s%.*s%s", text, (int)(name - from), from,
		                   message_field(method->request, name, size)->json_name);
		from = name + size;
	}
	return pool_printf(pool, "%s%s", text, from);
}

static void parameter(struct writer *writer, const struct field *field, bool in_path)
{
	writer_open(writer, '{');
	writer_member(writer, "name", field->json_name);
	writer_member(writer, "in", in_path ? "path" : "query");
	if (in_path || (field->rule && field->rule->required)) {
		writer_key(writer, "required");
		writer_bool(writer, true);
	}
	writer_key(writer, "schema");
	schema_field(writer, field);
	writer_close(writer, '}');
}

static void key_parameter(struct writer *writer)
{
	writer_open(writer, '{');
	writer_member(writer, "name", "Idempotency-Key");
	writer_member(writer, "in", "header");
	writer_member(writer, "description",
	              "Sent again with the same body within 24 hours it gets the first reply again");
	writer_object(writer, "schema");
	writer_member(writer, "type", "string");
	writer_member_number(writer, "maxLength", 64);
	writer_close(writer, '}');
	writer_close(writer, '}');
}

/* Fields that the gateway fills itself: from a header, from which members the body has. */
static bool is_named(const struct field *field, const char *name)
{
	return strcmp(field->json_name, name) == 0;
}

static bool not_in_body(const struct method *method, const struct field *field)
{
	return method_in_path(method, field) || is_named(field, "ifMatch") || is_named(field, "updateMask");
}

static void match_parameter(struct writer *writer)
{
	writer_open(writer, '{');
	writer_member(writer, "name", "If-Match");
	writer_member(writer, "in", "header");
	writer_member(writer, "description",
	              "The ETag of what was read, in its quotes: 412 when somebody changed it meanwhile");
	writer_key(writer, "required");
	writer_bool(writer, true);
	writer_object(writer, "schema");
	writer_member(writer, "type", "string");
	writer_close(writer, '}');
	writer_close(writer, '}');
}

static void parameters(struct writer *writer, const struct method *method)
{
	writer_array(writer, "parameters");
	EACH_FIELD(method->request, field)
	{
		bool in_path = method_in_path(method, field);

		if (in_path || !has_body(method))
			parameter(writer, field, in_path);
		else if (is_named(field, "ifMatch"))
			match_parameter(writer);
	}
	if (method->rule->mutating)
		key_parameter(writer);
	writer_close(writer, ']');
}

static bool all_in_body(const struct method *method)
{
	EACH_FIELD(method->request, field)
	{
		if (not_in_body(method, field))
			return false;
	}
	return true;
}

/* Fields of the path and of headers are not in the body: a schema of its own where there are any. */
static void body_schema(struct writer *writer, const struct method *method)
{
	if (all_in_body(method)) {
		schema_ref(writer, method->request);
		return;
	}
	writer_open(writer, '{');
	writer_member(writer, "type", "object");
	writer_object(writer, "properties");
	EACH_FIELD(method->request, field)
	{
		if (not_in_body(method, field))
			continue;
		writer_key(writer, field->json_name);
		schema_field(writer, field);
	}
	writer_close(writer, '}');
	writer_close(writer, '}');
}

static void request_body(struct writer *writer, const struct method *method)
{
	if (!has_body(method))
		return;
	writer_object(writer, "requestBody");
	writer_object(writer, "content");
	writer_object(writer, "application/json");
	writer_key(writer, "schema");
	body_schema(writer, method);
	writer_close(writer, '}');
	writer_close(writer, '}');
	writer_close(writer, '}');
}

static void responses(struct writer *writer, const struct method *method)
{
	unsigned status = method->rule->status ? method->rule->status : 200;
	char text[16];

	writer_object(writer, "responses");
	snprintf(text, sizeof(text), "%u", status);
	writer_object(writer, text);
	writer_member(writer, "description", status == 202 ? "Accepted: a task brings it about" : "Done");
	if (status != 204) {
		writer_object(writer, "content");
		writer_object(writer, "application/json");
		writer_key(writer, "schema");
		schema_ref(writer, method->reply);
		writer_close(writer, '}');
		writer_close(writer, '}');
	}
	writer_close(writer, '}');
	for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
		snprintf(text, sizeof(text), "%s", problems[i].status);
		writer_object(writer, text);
		writer_member(writer, "$ref", "#/components/responses/Problem");
		writer_close(writer, '}');
	}
	writer_object(writer, "default");
	writer_member(writer, "$ref", "#/components/responses/Problem");
	writer_close(writer, '}');
	writer_close(writer, '}');
}

static void security(struct writer *writer, const struct method *method)
{
	writer_array(writer, "security");
	if (!method->rule->public_) {
		writer_open(writer, '{');
		writer_array(writer, "cookie");
		writer_close(writer, ']');
		writer_close(writer, '}');
		writer_open(writer, '{');
		writer_array(writer, "bearer");
		writer_close(writer, ']');
		writer_close(writer, '}');
	}
	if (method->rule->basic) {
		writer_open(writer, '{');
		writer_array(writer, "basic");
		writer_close(writer, ']');
		writer_close(writer, '}');
	}
	writer_close(writer, ']');
	if (*method->rule->permission) {
		writer_member(writer, "x-permission", method->rule->permission);
		writer_member(writer, "x-min-role", roles[method->rule->min_role]);
		if (method->rule->records) {
			writer_key(writer, "x-records");
			writer_bool(writer, true);
		}
	}
}

static void operation(struct writer *writer, const struct method *method, struct pool *pool)
{
	char *verb = pool_printf(pool, "%s", method->http_method);

	for (char *c = verb; *c; c++)
		*c = (char)(*c | 0x20);
	writer_object(writer, verb);
	writer_member(writer, "operationId", method->name);
	writer_member(writer, "summary", method->comment);
	writer_array(writer, "tags");
	writer_text(writer, method->service->name);
	writer_close(writer, ']');
	security(writer, method);
	parameters(writer, method);
	request_body(writer, method);
	responses(writer, method);
	writer_close(writer, '}');
}

/* All routes of a model in their order: the callback gets each. */
static const struct method *next_route(const struct model *model, size_t *at)
{
	size_t i = 0;

	EACH_SERVICE(model, service)
	{
		EACH_METHOD(service, method)
		{
			if (!method->http_path || i++ < *at)
				continue;
			++*at;
			return method;
		}
	}
	return NULL;
}

/* Whether a route before this one has the same path, which was written with that one. */
static bool seen_before(const struct model *model, const struct method *method)
{
	const struct method *other;
	size_t at = 0;

	while ((other = next_route(model, &at)) && other != method)
		if (!strcmp(other->http_path, method->http_path))
			return true;
	return false;
}

static void paths(struct writer *writer, const struct model *model)
{
	const struct method *method, *other;
	size_t at = 0, inner;

	writer_object(writer, "paths");
	while ((method = next_route(model, &at))) {
		if (seen_before(model, method))
			continue;
		writer_object(writer, json_path(method, model->pool));
		for (inner = 0; (other = next_route(model, &inner));)
			if (!strcmp(other->http_path, method->http_path))
				operation(writer, other, model->pool);
		writer_close(writer, '}');
	}
	writer_close(writer, '}');
}

static void tags(struct writer *writer, const struct model *model)
{
	writer_array(writer, "tags");
	EACH_SERVICE(model, service)
	{
		writer_open(writer, '{');
		writer_member(writer, "name", service->name);
		if (*service->comment)
			writer_member(writer, "description", service->comment);
		writer_close(writer, '}');
	}
	writer_close(writer, ']');
}

static void components(struct writer *writer, const struct model *model)
{
	writer_object(writer, "components");
	schema_all(writer, model);
	writer_object(writer, "responses");
	writer_object(writer, "Problem");
	writer_member(writer, "description", "The call failed");
	writer_object(writer, "content");
	writer_object(writer, "application/problem+json");
	writer_object(writer, "schema");
	writer_member(writer, "$ref", "#/components/schemas/Problem");
	for (int i = 0; i < 5; i++)
		writer_close(writer, '}');
	writer_object(writer, "securitySchemes");
	writer_object(writer, "cookie");
	writer_member(writer, "type", "apiKey");
	writer_member(writer, "in", "cookie");
	writer_member(writer, "name", "__Host-session");
	writer_member(writer, "description", "Changes need the header X-Requested-With: stralix as well");
	writer_close(writer, '}');
	writer_object(writer, "bearer");
	writer_member(writer, "type", "http");
	writer_member(writer, "scheme", "bearer");
	writer_member(writer, "description", "An API token");
	writer_close(writer, '}');
	writer_object(writer, "basic");
	writer_member(writer, "type", "http");
	writer_member(writer, "scheme", "basic");
	writer_member(writer, "description", "An API token as the password, any user name");
	writer_close(writer, '}');
	writer_close(writer, '}');
	writer_close(writer, '}');
}

void emit_openapi(FILE *out, struct model *model)
{
	struct writer writer = { .out = out };
	const struct method *method;
	size_t at = 0;

	while ((method = next_route(model, &at))) {
		schema_mark(method->request, true);
		schema_mark(method->reply, false);
	}
	writer_open(&writer, '{');
	writer_member(&writer, "openapi", "3.1.0");
	writer_object(&writer, "info");
	writer_member(&writer, "title", "StralixHost");
	writer_member(&writer, "version", "1");
	writer_member(&writer, "description", "Generated from the .proto files of the contract.");
	writer_close(&writer, '}');
	tags(&writer, model);
	paths(&writer, model);
	components(&writer, model);
	writer_close(&writer, '}');
	fputc('\n', out);
}
