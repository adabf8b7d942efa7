/* check: refuses what would leave an rpc without a rule or a text without a format. */
#include "check.h"

#include <stdarg.h>
#include <string.h>

static bool refuse(FILE *wrong, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool refuse(FILE *wrong, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vfprintf(wrong, format, list);
	va_end(list);
	return false;
}

/* protobuf-c unpacks without a limit of depth: only what can't nest in itself has one. */
static bool check_recursion(struct message *message, FILE *wrong)
{
	if (message->visit == OPEN)
		return refuse(wrong, "%s: a message can't hold itself", message->name);
	if (message->visit == DONE)
		return true;
	message->visit = OPEN;
	EACH_FIELD(message, field)
	{
		if (field->message && !check_recursion(field->message, wrong))
			return false;
	}
	message->visit = DONE;
	return true;
}

static bool check_presence(const struct message *message, FILE *wrong)
{
	EACH_FIELD(message, field)
	{
		if (field->proto->proto3_optional)
			return refuse(wrong, "%s.%s: protobuf-c has no proto3 optional: use a oneof with one member",
			              message->name, field->name);
	}
	return true;
}

static void mark_received(struct message *message)
{
	if (message->received)
		return;
	message->received = true;
	EACH_FIELD(message, field)
	{
		if (field->message)
			mark_received(field->message);
	}
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);

	return size >= tail && !strcmp(text + size - tail, end);
}

/* Requests come from outside; and the frames of a file without a service, other than replies and what files share. */
static void mark_all(struct model *model)
{
	EACH_SERVICE(model, service)
	{
		EACH_METHOD(service, method)
		{
			mark_received(method->request);
		}
	}
	EACH_MESSAGE(model, message)
	{
		const struct file *file = message->file;

		if (!file->proto->n_service && strcmp(file->base, "common") != 0 && !ends_with(message->name, "Reply"))
			mark_received(message);
	}
}

static bool is_binary(Stralix__Format format)
{
	return format == STRALIX__FORMAT__MESSAGE || format == STRALIX__FORMAT__DIGEST;
}

static bool check_format(const struct message *message, const struct field *field, FILE *wrong)
{
	Stralix__Format format = field->rule ? field->rule->format : STRALIX__FORMAT__FORMAT_UNSET;
	bool bytes = field->proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BYTES;

	if (message->received && field_is_text(field) && format == STRALIX__FORMAT__FORMAT_UNSET)
		return refuse(wrong, "%s.%s: a text field of a request needs a format", message->name, field->name);
	if (format != STRALIX__FORMAT__FORMAT_UNSET && (!field_is_text(field) || is_binary(format) != bytes))
		return refuse(wrong, "%s.%s: this format is not for this type", message->name, field->name);
	return true;
}

static bool check_formats(const struct message *message, FILE *wrong)
{
	EACH_FIELD(message, field)
	{
		if (!check_format(message, field, wrong))
			return false;
	}
	return true;
}

static bool is_lower_pair(const char *text, char between)
{
	size_t head = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

	if (!head || text[head] != between)
		return false;
	text += head + 1;
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz_")];
}

static bool is_process(const struct model *model, const char *name)
{
	EACH_SERVICE(model, service)
	{
		if (!strcmp(service->name, name))
			return true;
	}
	return !strcmp(name, "gateway");
}

static bool check_rule(const struct model *model, const struct method *method, FILE *wrong)
{
	const char *service = method->service->proto_name, *name = method->name;
	const Stralix__MethodRule *rule = method->rule;

	if (!rule)
		return refuse(wrong, "%s.%s: an rpc needs a rule", service, name);
	if ((*rule->permission != '\0') + (rule->public_ != 0) + (rule->n_callers > 0) != 1)
		return refuse(wrong, "%s.%s: an rpc needs exactly one of permission, public and callers", service,
		              name);
	if (*rule->permission && !is_lower_pair(rule->permission, ':'))
		return refuse(wrong, "%s.%s: permission '%s' is not object:verb", service, name, rule->permission);
	if (*rule->permission && rule->min_role == STRALIX__ROLE__ROLE_UNSET)
		return refuse(wrong, "%s.%s: a permission needs a min_role", service, name);
	for (size_t i = 0; i < rule->n_callers; i++)
		if (!is_process(model, rule->callers[i]))
			return refuse(wrong, "%s.%s: no service is called '%s'", service, name, rule->callers[i]);
	if ((rule->records || rule->basic) && !*rule->permission)
		return refuse(wrong, "%s.%s: records and basic are for an rpc with a permission", service, name);
	if (rule->n_callers && method->http_path)
		return refuse(wrong, "%s.%s: an rpc for services has no route", service, name);
	return true;
}

static bool is_verb(const char *text)
{
	static const char *const verbs[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i], text))
			return true;
	return false;
}

/* What comes in a path or a query is one text a field. */
static bool check_query(const struct method *method, FILE *wrong)
{
	bool body = strcmp(method->http_method, "GET") != 0 && strcmp(method->http_method, "DELETE") != 0;

	EACH_FIELD(method->request, field)
	{
		if (!body && field_is_message(field))
			return refuse(wrong, "%s.%s: field '%s' can't come in a query", method->service->proto_name,
			              method->name, field->name);
		if (method_in_path(method, field) && (field_is_message(field) || field->repeated))
			return refuse(wrong, "%s.%s: field '%s' can't come in a path", method->service->proto_name,
			              method->name, field->name);
	}
	return true;
}

static bool check_route(const struct method *method, FILE *wrong)
{
	const char *service = method->service->proto_name, *at = method->http_path, *name;
	size_t size;

	if (!method->http_path)
		return true;
	if (!is_verb(method->http_method) || *method->http_path != '/')
		return refuse(wrong, "%s.%s: http '%s' is not a method and a path", service, method->name,
		              method->rule->http);
	while ((name = path_parameter(&at, &size)))
		if (!message_field(method->request, name, size))
			return refuse(wrong, "%s.%s: the path's '%.*s' is not a field of %s", service, method->name,
			              (int)size, name, method->request->name);
	return check_query(method, wrong);
}

/* /websites/{id} and /websites/{name} are one route. */
static bool same_path(const char *a, const char *b)
{
	while (*a && *a == *b) {
		if (*a == '{') {
			a += strcspn(a, "}");
			b += strcspn(b, "}");
			continue;
		}
		a++;
		b++;
	}
	return *a == *b;
}

static bool check_duplicate(const struct model *model, const struct method *method, FILE *wrong)
{
	EACH_SERVICE(model, service)
	{
		EACH_METHOD(service, other)
		{
			if (other == method)
				return true; /* those behind are compared when it is their turn */
			if (method->http_path && other->http_path && !strcmp(method->http_method, other->http_method) &&
			    same_path(method->http_path, other->http_path))
				return refuse(wrong, "%s.%s: has the route of %s.%s", method->service->proto_name,
				              method->name, service->proto_name, other->name);
		}
	}
	return true;
}

static bool check_methods(const struct model *model, FILE *wrong)
{
	EACH_SERVICE(model, service)
	{
		EACH_METHOD(service, method)
		{
			if (!check_rule(model, method, wrong) || !check_route(method, wrong) ||
			    !check_duplicate(model, method, wrong))
				return false;
		}
	}
	return true;
}

bool check_model(struct model *model, FILE *wrong)
{
	EACH_MESSAGE(model, message)
	{
		if (!check_presence(message, wrong) || !check_recursion(message, wrong))
			return false;
	}
	mark_all(model);
	EACH_MESSAGE(model, message)
	{
		if (!check_formats(message, wrong))
			return false;
	}
	return check_methods(model, wrong);
}
