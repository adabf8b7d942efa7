/* rights: all services in one list, and which subjects each process may use: from callers and http, none by hand. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"

#define DISCOVERY_NODE "{{name()}}"

enum { RIGHTS = 256 };

/* Subjects, each once. */
struct subjects {
	struct pool *pool;
	const char *list[RIGHTS];
	size_t n;
};

static void add(struct subjects *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct subjects *to, const char *format, ...)
{
	char text[256];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	for (size_t i = 0; i < to->n; i++)
		if (!strcmp(to->list[i], text))
			return;
	if (to->n == RIGHTS)
		abort();
	to->list[to->n++] = pool_printf(to->pool, "%s", text);
}

static void write_list(FILE *out, const char *process, const char *what, struct subjects *subjects)
{
	fprintf(out, "static const char *const %s_%s[] = {\n", process, what);
	for (size_t i = 0; i < subjects->n; i++) {
		fputc('\t', out);
		emit_text(out, subjects->list[i]);
		fputs(",\n", out);
	}
	fputs("\tNULL,\n};\n\n", out);
	subjects->n = 0;
}

/* ADR-32: a service answers for all, for its name, and for its name and id. */
static void add_discovery(struct subjects *to, const char *process)
{
	static const char *const verbs[] = { "PING", "INFO", "STATS" };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		add(to, "$SRV.%s", verbs[i]);
		add(to, "$SRV.%s.%s", verbs[i], process);
		add(to, "$SRV.%s.%s.%s", verbs[i], process, strcmp(process, "agent") ? ">" : DISCOVERY_NODE);
	}
}

/* What people's requests need: routes, and what is open to the process itself. */
static void add_rpcs(struct subjects *to, const struct model *model, const char *process, bool routes)
{
	EACH_SERVICE(model, service)
	{
		EACH_METHOD(service, method)
		{
			if ((routes && method->http_path) || method_calls(method, process))
				add(to, "rpc.%s.%s", service->name, method->name);
		}
	}
}

static void write_gateway(FILE *out, const struct model *model, struct subjects *subjects)
{
	add_rpcs(subjects, model, "gateway", true);
	add(subjects, "_INBOX.sre.>"); /* discovery is answered there */
	write_list(out, "gateway", "publish", subjects);
	add(subjects, "event.>");
	add(subjects, "_INBOX.gateway.>");
	add_discovery(subjects, "gateway");
	write_list(out, "gateway", "subscribe", subjects);
}

static bool tells_events(const struct service *service)
{
	EACH_METHOD(service, method)
	{
		if (method->rule->mutating)
			return true;
	}
	return !strcmp(service->name, "tasks");
}

static void add_tasks_publish(struct subjects *to)
{
	add(to, "node.*.*.*");
	add(to, "$JS.API.INFO");
	add(to, "$JS.API.STREAM.INFO.EVENTS");
	add(to, "$JS.API.STREAM.CREATE.EVENTS");
	add(to, "$JS.API.STREAM.UPDATE.EVENTS");
}

static void write_service(FILE *out, const struct model *model, const struct service *service,
                          struct subjects *subjects)
{
	bool tasks = !strcmp(service->name, "tasks");

	add(subjects, "_INBOX.>");
	add_rpcs(subjects, model, service->name, false);
	if (tells_events(service))
		add(subjects, "event.>");
	if (tasks)
		add_tasks_publish(subjects);
	write_list(out, service->name, "publish", subjects);
	add(subjects, "rpc.%s.*", service->name);
	add(subjects, "_INBOX.%s.>", service->name);
	add_discovery(subjects, service->name);
	if (tasks) {
		add(subjects, "report.*");
		add(subjects, "heartbeat.*");
	}
	write_list(out, service->name, "subscribe", subjects);
}

/* The template of the scoped key that signs nodes: the server puts the node's id in. */
static void write_node(FILE *out, struct subjects *subjects)
{
	add(subjects, "report.{{name()}}");
	add(subjects, "heartbeat.{{name()}}");
	add(subjects, "_INBOX.tasks.>");
	add(subjects, "_INBOX.sre.>");
	write_list(out, "node", "publish", subjects);
	add(subjects, "node.{{name()}}.>");
	add(subjects, "_INBOX.node.{{name()}}.>");
	add_discovery(subjects, "agent");
	write_list(out, "node", "subscribe", subjects);
}

static void write_sre(FILE *out, const struct model *model, struct subjects *subjects)
{
	add(subjects, "$SRV.>");
	add_rpcs(subjects, model, "sre", true);
	write_list(out, "sre", "publish", subjects);
	add(subjects, "_INBOX.sre.>");
	add(subjects, "event.>");
	write_list(out, "sre", "subscribe", subjects);
}

static void write_row(FILE *out, const char *process)
{
	fprintf(out, "\t{ \"%s\", %s_publish, %s_subscribe },\n", process, process, process);
}

void emit_contract(FILE *out, const struct model *model)
{
	struct subjects subjects = { .pool = model->pool };

	fputs("/* Generated: do not edit. */\n#include \"stralix/v1/contract.h\"\n\n", out);
	write_gateway(out, model, &subjects);
	EACH_SERVICE(model, service)
	{
		write_service(out, model, service, &subjects);
	}
	write_node(out, &subjects);
	write_sre(out, model, &subjects);
	fputs("const struct contract_rights contract_rights[] = {\n", out);
	write_row(out, "gateway");
	EACH_SERVICE(model, service)
	{
		write_row(out, service->name);
	}
	write_row(out, "node");
	write_row(out, "sre");
	fputs("\t{ NULL, NULL, NULL },\n};\n\nconst struct contract_service *const contract_services[] = {\n", out);
	EACH_SERVICE(model, service)
	{
		fprintf(out, "\t&%s_contract,\n", service->name);
	}
	fputs("\tNULL,\n};\n", out);
}

void emit_contract_header(FILE *out, const struct model *model)
{
	fputs("/* Generated: do not edit. Declares contract_services and contract_rights by lib/contract. */\n", out);
	fputs("#pragma once\n\n#include \"lib/contract/contract.h\"\n\n", out);
	for (size_t i = 0; i < model->n_files; i++)
		fprintf(out, "#include \"%s.contract.h\"\n", model->files[i].stem);
}
