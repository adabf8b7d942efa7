/* tables: the field rules of each message and the methods of each service, as C. */
#include <string.h>

#include "emit.h"

void emit_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\' || *text == '?')
			fputc('\\', out);
		if (*text == '\n')
			fputs("\\n", out);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void emit_text_or_null(FILE *out, const char *text)
{
	if (text && *text)
		emit_text(out, text);
	else
		fputs("NULL", out);
}

static void emit_field(FILE *out, const struct field *field)
{
	const Stralix__FieldRule *rule = field->rule;

	fprintf(out, "\t{ .name = \"%s\", .json_name = \"%s\"", field->name, field->json_name);
	if (rule) {
		fprintf(out, ", .format = (Stralix__Format)%d, .max_len = %u", (int)rule->format, rule->max_len);
		fprintf(out, ", .required = %d, .secret = %d", rule->required != 0, rule->secret != 0);
		if (rule->has_range)
			fprintf(out, ", .has_range = 1, .min = INT64_C(%lld), .max = INT64_C(%lld)",
			        (long long)rule->min, (long long)rule->max);
	}
	if (field->message)
		fprintf(out, ", .message = &%s__rules", field->message->c_lower);
	fputs(" },\n", out);
}

static void emit_rules(FILE *out, const struct message *message)
{
	fprintf(out, "static const struct contract_field %s__fields[] = {\n", message->c_lower);
	EACH_FIELD(message, field)
	{
		emit_field(out, field);
	}
	fprintf(out, "\t{ .name = NULL },\n};\n\nconst struct contract_message %s__rules = {\n", message->c_lower);
	fprintf(out, "\t.descriptor = &%s__descriptor,\n\t.fields = %s__fields,\n};\n\n", message->c_lower,
	        message->c_lower);
}

/* A function that gives the message its own type back. */
static void emit_invoke(FILE *out, const struct method *method)
{
	const char *service = method->service->name;

	fprintf(out,
	        "static bool %s_invoke_%s(const void *handlers, struct call *call, const ProtobufCMessage *request,\n"
	        "                         struct error *err)\n{\n\tconst struct %s_handlers *table = handlers;\n\n"
	        "\treturn table->%s(call, (const %s *)request, err);\n}\n\n",
	        service, method->c_name, service, method->c_name, method->request->c_type);
}

static void emit_callers(FILE *out, const struct method *method)
{
	if (!method->rule->n_callers)
		return;
	fprintf(out, "static const char *const %s_callers_%s[] = { ", method->service->name, method->c_name);
	for (size_t i = 0; i < method->rule->n_callers; i++)
		fprintf(out, "\"%s\", ", method->rule->callers[i]);
	fprintf(out, "NULL };\n\n");
}

static void emit_method(FILE *out, const struct method *method)
{
	const Stralix__MethodRule *rule = method->rule;
	const char *service = method->service->name;

	fprintf(out, "\t{\n\t\t.name = \"%s\",\n", method->name);
	if (method->http_path)
		fprintf(out, "\t\t.http_method = \"%s\",\n\t\t.http_path = \"%s\",\n\t\t.http_status = %u,\n",
		        method->http_method, method->http_path, rule->status ? rule->status : 200);
	fputs("\t\t.permission = ", out);
	emit_text_or_null(out, rule->permission);
	fprintf(out,
	        ",\n\t\t.min_role = (Stralix__Role)%d,\n\t\t.is_public = %d,\n\t\t.mutating = %d,\n\t\t.own = %d,\n",
	        (int)rule->min_role, rule->public_ != 0, rule->mutating != 0, rule->own != 0);
	fprintf(out, "\t\t.records = %d,\n\t\t.basic = %d,\n", rule->records != 0, rule->basic != 0);
	if (rule->n_callers)
		fprintf(out, "\t\t.callers = %s_callers_%s,\n", service, method->c_name);
	fputs("\t\t.description = ", out);
	emit_text(out, method->comment);
	fprintf(out, ",\n\t\t.request = &%s__rules,\n\t\t.reply = &%s__rules,\n", method->request->c_lower,
	        method->reply->c_lower);
	fprintf(out, "\t\t.handler = offsetof(struct %s_handlers, %s),\n\t\t.invoke = %s_invoke_%s,\n\t},\n", service,
	        method->c_name, service, method->c_name);
}

static void emit_service(FILE *out, const struct service *service)
{
	EACH_METHOD(service, method)
	{
		emit_invoke(out, method);
		emit_callers(out, method);
	}
	fprintf(out, "static const struct contract_method %s_methods[] = {\n", service->name);
	EACH_METHOD(service, method)
	{
		emit_method(out, method);
	}
	fprintf(out, "};\n\nconst struct contract_service %s_contract = {\n", service->name);
	fprintf(out, "\t.name = \"%s\",\n\t.methods = %s_methods,\n\t.n_methods = %zu,\n};\n", service->name,
	        service->name, service->n_methods);
}

void emit_tables(FILE *out, const struct model *model, const struct file *file)
{
	fprintf(out, "/* Generated from %s: do not edit. */\n#include \"%s.contract.h\"\n\n#include <stddef.h>\n\n",
	        file->proto->name, file->stem);
	for (size_t i = 0; i < model->n_files; i++)
		fprintf(out, "#include \"%s.contract.h\"\n", model->files[i].stem);
	fputc('\n', out);
	EACH_MESSAGE(model, message)
	{
		if (message->file == file)
			emit_rules(out, message);
	}
	EACH_SERVICE(model, service)
	{
		if (service->file == file)
			emit_service(out, service);
	}
}

void emit_tables_header(FILE *out, const struct model *model, const struct file *file)
{
	fprintf(out, "/* Generated from %s: do not edit. */\n#pragma once\n\n#include \"lib/contract/contract.h\"\n\n",
	        file->proto->name);
	fprintf(out, "#include \"%s.pb-c.h\"\n\n", file->stem);
	EACH_MESSAGE(model, message)
	{
		if (message->file == file)
			fprintf(out, "extern const struct contract_message %s__rules;\n", message->c_lower);
	}
	EACH_SERVICE(model, service)
	{
		if (service->file != file)
			continue;
		fprintf(out, "\nstruct %s_handlers {\n", service->name);
		EACH_METHOD(service, method)
		{
			fprintf(out, "\tbool (*%s)(struct call *call, const %s *request, struct error *err);\n",
			        method->c_name, method->request->c_type);
		}
		fprintf(out, "};\n\nextern const struct contract_service %s_contract;\n", service->name);
	}
}
