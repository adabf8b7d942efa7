/* spec: see spec.h. Commands about sessions are for browsers and left out. */
#include "cli/api/spec.h"

#include <string.h>

extern const char openapi_json[];

void spec_done(struct spec *spec)
{
	json_decref(spec->root);
	free(spec->operations);
	*spec = (struct spec){ 0 };
}

json_t *spec_resolve(const struct spec *spec, json_t *schema)
{
	const char *ref = json_string_value(json_object_get(schema, "$ref"));
	const char *name = ref ? strrchr(ref, '/') : NULL;

	return name ? json_object_get(json_object_get(json_object_get(spec->root, "components"), "schemas"), name + 1)
	            : schema;
}

static json_t *schema_of(const struct spec *spec, json_t *part)
{
	json_t *json = json_object_get(json_object_get(part, "content"), "application/json");

	return spec_resolve(spec, json_object_get(json, "schema"));
}

/* What is about a session in a browser: an API token has none. */
static bool is_for_browsers(const char *id)
{
	static const char *const ids[] = { "SignIn", "SignOut", "ActFor", "StopActing" };

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		if (strcmp(ids[i], id) == 0)
			return true;
	return false;
}

static json_t *success_of(json_t *operation)
{
	const char *status;
	json_t *answer;

	json_object_foreach(json_object_get(operation, "responses"), status,
	                    answer) if (status[0] == '2') return answer;
	return NULL;
}

static bool add(struct spec *spec, const char *path, const char *method, json_t *from, struct error *err)
{
	struct operation operation = {
		.id = json_string_value(json_object_get(from, "operationId")),
		.method = method,
		.path = path,
		.summary = json_string_value(json_object_get(from, "summary")),
		.permission = json_string_value(json_object_get(from, "x-permission")),
		.parameters = json_object_get(from, "parameters"),
		.body = schema_of(spec, json_object_get(from, "requestBody")),
		.reply = schema_of(spec, success_of(from)),
	};
	struct operation *longer;

	if (!operation.id || !name_split(operation.id, operation.noun, operation.verb) || is_for_browsers(operation.id))
		return true;
	longer = reallocarray(spec->operations, spec->n + 1, sizeof(*longer));
	if (!longer)
		return error_set(err, ERR_INTERNAL, "out of memory");
	spec->operations = longer;
	longer[spec->n++] = operation;
	return true;
}

bool spec_load(struct spec *ret, struct error *err)
{
	const char *path, *method;
	json_t *methods, *operation;

	*ret = (struct spec){ .root = json_loads(openapi_json, 0, NULL) };
	if (!ret->root)
		return error_set(err, ERR_INTERNAL, "the description of the API that was built in can't be read");
	json_object_foreach(json_object_get(ret->root, "paths"), path, methods) json_object_foreach(
		methods, method, operation) if (!add(ret, path, method, operation, err)) return false;
	return true;
}

const struct operation *spec_find(const struct spec *spec, const char *noun, const char *verb)
{
	for (size_t i = 0; i < spec->n; i++)
		if (strcmp(spec->operations[i].noun, noun) == 0 && strcmp(spec->operations[i].verb, verb) == 0)
			return &spec->operations[i];
	return NULL;
}

bool spec_first(const struct spec *spec, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(spec->operations[j].noun, spec->operations[i].noun) == 0)
			return false;
	return true;
}

bool operation_matched(const struct operation *operation)
{
	json_t *parameter;
	size_t i;

	json_array_foreach(operation->parameters, i, parameter)
	{
		const char *name = json_string_value(json_object_get(parameter, "name"));

		if (name && strcmp(name, "If-Match") == 0)
			return true;
	}
	return false;
}
