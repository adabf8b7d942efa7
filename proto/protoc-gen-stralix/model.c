/* model: turns protoc's request into the structs of model.h. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "comment.h"
#include "names.h"
#include "option.h"

typedef Google__Protobuf__DescriptorProto Message;
typedef Google__Protobuf__ServiceDescriptorProto Service;

/* Field numbers of descriptor.proto, for the paths of comments. */
enum { FILE_MESSAGE = 4, FILE_SERVICE = 6, MESSAGE_FIELD = 2, MESSAGE_NESTED = 3, SERVICE_METHOD = 2, PATH_MAX_ = 32 };

struct path {
	int32_t at[PATH_MAX_];
	size_t n;
};

static struct path path_down(struct path path, int32_t kind, size_t index)
{
	if (path.n + 2 > PATH_MAX_)
		abort();
	path.at[path.n++] = kind;
	path.at[path.n++] = (int32_t)index;
	return path;
}

bool field_is_text(const struct field *field)
{
	return field->proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_STRING ||
	       field->proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BYTES;
}

bool field_is_message(const struct field *field)
{
	return field->proto->type == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_MESSAGE;
}

const struct field *message_field(const struct message *message, const char *name, size_t size)
{
	EACH_FIELD(message, field)
	{
		if (strlen(field->name) == size && !memcmp(field->name, name, size))
			return field;
	}
	return NULL;
}

const char *path_parameter(const char **at, size_t *ret_size)
{
	const char *open = strchr(*at, '{'), *end = open ? strchr(open, '}') : NULL;

	if (!end)
		return NULL;
	*at = end + 1;
	*ret_size = (size_t)(end - open) - 1;
	return open + 1;
}

bool method_in_path(const struct method *method, const struct field *field)
{
	const char *at = method->http_path, *name;
	size_t size;

	while (at && (name = path_parameter(&at, &size)))
		if (strlen(field->name) == size && !memcmp(field->name, name, size))
			return true;
	return false;
}

bool method_calls(const struct method *method, const char *process)
{
	for (size_t i = 0; i < method->rule->n_callers; i++)
		if (!strcmp(method->rule->callers[i], process))
			return true;
	return false;
}

static int by_number(const void *a, const void *b)
{
	return ((const struct field *)a)->proto->number - ((const struct field *)b)->proto->number;
}

static void read_fields(struct model *model, const Message *proto, struct message *message, struct path path)
{
	message->fields = pool_alloc(model->pool, (proto->n_field + 1) * sizeof(struct field));
	message->n_fields = proto->n_field;
	for (size_t i = 0; i < proto->n_field; i++) {
		struct field *field = &message->fields[i];
		struct path at = path_down(path, MESSAGE_FIELD, i);

		field->proto = proto->field[i];
		field->name = field->proto->name;
		field->json_name = name_camel(model->pool, field->name);
		field->comment = comment_at(message->file->proto, at.at, at.n, model->pool);
		field->repeated =
			field->proto->label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED;
		field->rule = option_field(field->proto->options, model->pool);
	}
	qsort(message->fields, message->n_fields, sizeof(struct field), by_number);
}

static void read_message(struct model *model, const struct file *file, const Message *proto, const char *prefix,
                         struct path path)
{
	struct message *message = &model->messages[model->n_messages++];
	const char *package = file->proto->package ? file->proto->package : "";

	message->file = file;
	message->name = pool_printf(model->pool, "%s%s", prefix, proto->name);
	message->full_name = pool_printf(model->pool, "%s%s%s", package, *package ? "." : "", message->name);
	message->c_type = name_c_type(model->pool, message->full_name);
	message->c_lower = name_c_lower(model->pool, message->full_name);
	message->comment = comment_at(file->proto, path.at, path.n, model->pool);
	message->is_map_entry = proto->options && proto->options->map_entry;
	read_fields(model, proto, message, path);
	for (size_t i = 0; i < proto->n_nested_type; i++)
		read_message(model, file, proto->nested_type[i], pool_printf(model->pool, "%s.", message->name),
		             path_down(path, MESSAGE_NESTED, i));
}

static size_t count_messages(Message *const *list, size_t n)
{
	size_t count = n;

	for (size_t i = 0; i < n; i++)
		count += count_messages(list[i]->nested_type, list[i]->n_nested_type);
	return count;
}

static struct message *find_message(const struct model *model, const char *type)
{
	EACH_MESSAGE(model, message)
	{
		if (!strcmp(message->full_name, type + 1)) /* ".stralix.v1.Website" */
			return message;
	}
	return NULL;
}

static const Enum *find_enum_in(const Message *proto, const char *prefix, const char *type, struct pool *pool)
{
	const char *name = pool_printf(pool, "%s.%s", prefix, proto->name);
	const Enum *found = NULL;

	for (size_t i = 0; i < proto->n_enum_type && !found; i++)
		if (!strcmp(pool_printf(pool, "%s.%s", name, proto->enum_type[i]->name), type))
			found = proto->enum_type[i];
	for (size_t i = 0; i < proto->n_nested_type && !found; i++)
		found = find_enum_in(proto->nested_type[i], name, type, pool);
	return found;
}

static const Enum *find_enum(const Request *request, const char *type, struct pool *pool)
{
	const Enum *found = NULL;

	for (size_t f = 0; f < request->n_proto_file && !found; f++) {
		const File *file = request->proto_file[f];
		const char *package = file->package ? file->package : "";
		const char *prefix = pool_printf(pool, "%s%s", *package ? "." : "", package);

		for (size_t i = 0; i < file->n_enum_type && !found; i++)
			if (!strcmp(pool_printf(pool, "%s.%s", prefix, file->enum_type[i]->name), type))
				found = file->enum_type[i];
		for (size_t i = 0; i < file->n_message_type && !found; i++)
			found = find_enum_in(file->message_type[i], prefix, type, pool);
	}
	return found;
}

static bool link_fields(struct model *model, const Request *request, FILE *wrong)
{
	EACH_MESSAGE(model, message)
	{
		EACH_FIELD(message, field)
		{
			const char *type = field->proto->type_name;

			if (!type || !*type)
				continue;
			if (field_is_message(field))
				field->message = find_message(model, type);
			else
				field->enumeration = find_enum(request, type, model->pool);
			if (!field->message && !field->enumeration)
				return fprintf(wrong, "%s.%s: %s is not part of the contract", message->name,
				               field->name, type),
				       false;
		}
	}
	return true;
}

/* "POST /api/v1/websites" */
static void read_http(struct method *method, struct pool *pool)
{
	const char *http = method->rule ? method->rule->http : "", *space = strchr(http, ' ');

	if (!*http)
		return;
	method->http_method = pool_printf(pool, "%.*s", (int)(space ? space - http : 0), http);
	method->http_path = space ? space + 1 : http;
}

static bool read_methods(struct model *model, const Service *proto, struct service *service, struct path path,
                         FILE *wrong)
{
	service->methods = pool_alloc(model->pool, (proto->n_method + 1) * sizeof(struct method));
	service->n_methods = proto->n_method;
	for (size_t i = 0; i < proto->n_method; i++) {
		struct method *method = &service->methods[i];
		struct path at = path_down(path, SERVICE_METHOD, i);

		method->service = service;
		method->name = proto->method[i]->name;
		method->c_name = name_snake(model->pool, method->name);
		method->comment = comment_at(service->file->proto, at.at, at.n, model->pool);
		method->rule = option_method(proto->method[i]->options, model->pool);
		read_http(method, model->pool);
		method->request = find_message(model, proto->method[i]->input_type);
		method->reply = find_message(model, proto->method[i]->output_type);
		if (!method->request || !method->reply)
			return fprintf(wrong, "%s.%s: a type is not part of the contract", proto->name, method->name),
			       false;
	}
	return true;
}

static bool read_services(struct model *model, const struct file *file, FILE *wrong)
{
	for (size_t i = 0; i < file->proto->n_service; i++) {
		const Service *proto = file->proto->service[i];
		struct service *service = &model->services[model->n_services++];
		struct path path = path_down((struct path){ 0 }, FILE_SERVICE, i);

		service->proto_name = proto->name;
		service->name = name_service(model->pool, proto->name);
		service->file = file;
		service->comment = comment_at(file->proto, path.at, path.n, model->pool);
		if (!read_methods(model, proto, service, path, wrong))
			return false;
	}
	return true;
}

static void read_files(struct model *model, const Request *request)
{
	model->files = pool_alloc(model->pool, (request->n_file_to_generate + 1) * sizeof(struct file));
	for (size_t i = 0; i < request->n_proto_file; i++) {
		const File *proto = request->proto_file[i];
		bool wanted = false;

		for (size_t w = 0; w < request->n_file_to_generate; w++)
			wanted = wanted || !strcmp(request->file_to_generate[w], proto->name);
		if (!wanted)
			continue;

		struct file *file = &model->files[model->n_files++];

		file->proto = proto;
		file->stem =
			pool_printf(model->pool, "%.*s", (int)(strlen(proto->name) - strlen(".proto")), proto->name);
		file->base = strrchr(file->stem, '/') ? strrchr(file->stem, '/') + 1 : file->stem;
	}
}

bool model_read(const Request *request, struct pool *pool, struct model *ret, FILE *wrong)
{
	size_t messages = 1, services = 1;

	*ret = (struct model){ .pool = pool };
	read_files(ret, request);
	for (size_t i = 0; i < ret->n_files; i++) {
		messages += count_messages(ret->files[i].proto->message_type, ret->files[i].proto->n_message_type);
		services += ret->files[i].proto->n_service;
	}
	ret->messages = pool_alloc(pool, messages * sizeof(struct message));
	ret->services = pool_alloc(pool, services * sizeof(struct service));
	for (size_t i = 0; i < ret->n_files; i++)
		for (size_t m = 0; m < ret->files[i].proto->n_message_type; m++)
			read_message(ret, &ret->files[i], ret->files[i].proto->message_type[m], "",
			             path_down((struct path){ 0 }, FILE_MESSAGE, m));
	for (size_t i = 0; i < ret->n_files; i++)
		if (!read_services(ret, &ret->files[i], wrong))
			return false;
	return link_fields(ret, request, wrong);
}
