/* model: the .proto files as the generator sees them: what protoc said, with our rules and names beside it. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "google/protobuf/compiler/plugin.pb-c.h"
#include "stralix/options.pb-c.h"

#include "pool.h"

typedef Google__Protobuf__Compiler__CodeGeneratorRequest Request;
typedef Google__Protobuf__EnumDescriptorProto Enum;
typedef Google__Protobuf__FileDescriptorProto File;
typedef Google__Protobuf__FieldDescriptorProto Field;

struct message;

struct field {
	const char *name, *json_name, *comment;
	const Field *proto;
	bool repeated;
	const Stralix__FieldRule *rule; /* NULL: none */
	struct message *message;        /* of a message field, once linked */
	const Enum *enumeration;        /* of an enum field */
};

struct message {
	const char *full_name; /* stralix.v1.Heartbeat.Daemon */
	const char *name;      /* Heartbeat.Daemon */
	const char *c_type, *c_lower, *comment;
	const struct file *file;
	struct field *fields; /* by number, as in protobuf-c's descriptor */
	size_t n_fields;
	bool is_map_entry;
	bool received;                  /* comes from outside: text needs formats */
	bool in_request, in_reply;      /* of an rpc with a route: has a schema */
	enum { NEW, OPEN, DONE } visit; /* while recursion is looked for */
};

struct method {
	const char *name, *c_name, *comment;
	const Stralix__MethodRule *rule;     /* NULL: none */
	const char *http_method, *http_path; /* NULL: no route */
	struct message *request, *reply;
	const struct service *service;
};

struct service {
	const char *proto_name; /* WebService */
	const char *name;       /* web */
	const char *comment;
	const struct file *file;
	struct method *methods;
	size_t n_methods;
};

struct file {
	const File *proto;
	const char *stem; /* stralix/v1/web */
	const char *base; /* web */
};

struct model {
	struct pool *pool;
	struct file *files;
	struct message *messages;
	struct service *services;
	size_t n_files, n_messages, n_services;
};

/* Reads the files to generate. Types outside of them (other than enums) are an error, told on wrong. */
bool model_read(const Request *request, struct pool *pool, struct model *ret, FILE *wrong);

bool field_is_text(const struct field *field); /* string or bytes */
bool field_is_message(const struct field *field);

/* The field that the path parameter names, or NULL. */
const struct field *message_field(const struct message *message, const char *name, size_t size);

/* Walks the {parameters} of a path: gives the next one after *at, or NULL at the end. */
const char *path_parameter(const char **at, size_t *ret_size);
bool method_in_path(const struct method *method, const struct field *field);

/* Whether callers of the rule name a process. */
bool method_calls(const struct method *method, const char *process);

/* The second argument names the variable of the loop. */
#define EACH_MESSAGE(model, it)                                                                                        \
	for (struct message *it = (model)->messages; it < (model)->messages + (model)->n_messages; it++)
#define EACH_SERVICE(model, it)                                                                                        \
	for (const struct service *it = (model)->services; it < (model)->services + (model)->n_services; it++)
#define EACH_METHOD(of, it) for (const struct method *it = (of)->methods; it < (of)->methods + (of)->n_methods; it++)
#define EACH_FIELD(of, it) for (struct field *it = (of)->fields; it < (of)->fields + (of)->n_fields; it++)
