/*
 * contract: what protoc-gen-stralix makes of the .proto files, and the check of a message against its field rules.
 * Links protobuf-c, libidn2 and nothing else: the agent's engine uses it too.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "lib/base/arena.h"
#include "lib/base/error.h"

#include "stralix/options.pb-c.h"

struct call;
struct contract_message;

/* The rule of one field. */
struct contract_field {
	const char *name;      /* snake_case */
	const char *json_name; /* lowerCamelCase */
	Stralix__Format format;
	uint32_t max_len;
	bool required, secret, has_range;
	int64_t min, max;
	const struct contract_message *message; /* of a message field; else NULL */
};

/* A message's rules: one row a field of the descriptor, in the descriptor's order. */
struct contract_message {
	const ProtobufCMessageDescriptor *descriptor;
	const struct contract_field *fields;
};

/* One rpc. */
struct contract_method {
	const char *name;        /* "CreateWebsite" */
	const char *http_method; /* NULL: no route */
	const char *http_path;   /* "/api/v1/websites/{website_id}" */
	unsigned http_status;
	const char *permission; /* NULL unless by permission */
	Stralix__Role min_role;
	bool is_public, mutating, own;
	bool records;               /* for tokens that are limited to records too */
	bool basic;                 /* over HTTP, a token may come as a password */
	const char *const *callers; /* ends with NULL; NULL unless by callers */
	const char *description;
	const struct contract_message *request, *reply;
	size_t handler; /* offset of the function pointer in struct <service>_handlers */
	/* Calls that pointer with the message cast to its own type. */
	bool (*invoke)(const void *handlers, struct call *call, const ProtobufCMessage *request, struct error *err);
};

/* One service: `extern const struct contract_service web_contract;` in "stralix/v1/web.contract.h", with
 * `struct web_handlers { bool (*create_website)(struct call *, const Stralix__V1__CreateWebsiteRequest *, struct error
 * *); … }`. */
struct contract_service {
	const char *name; /* "web" */
	const struct contract_method *methods;
	size_t n_methods;
};

/* In "stralix/v1/contract.h": all services, and the bus rights of every process, from callers and http. */
struct contract_rights {
	const char *process;        /* "web"; "node" for the scoped template with {{name()}} */
	const char *const *publish; /* end with NULL */
	const char *const *subscribe;
};
extern const struct contract_service *const contract_services[]; /* ends with NULL */
extern const struct contract_rights contract_rights[];           /* ends with a row of NULLs */

/*
 * Unpacks hostile bytes: refuses oversize, nesting deeper than 16, NUL bytes and invalid UTF-8 in strings, and
 * malformed wire format, before protobuf-c sees them. Everything comes from the arena: never free_unpacked.
 * ERR_MALFORMED, ERR_TOO_LARGE.
 */
bool contract_unpack(const ProtobufCMessageDescriptor *descriptor, const void *data, size_t size, size_t max,
                     struct arena *arena, ProtobufCMessage **ret, struct error *err) _must_check_;

/* Whether a message holds a field that its descriptor doesn't know, or an enum value it lacks, at any depth. */
bool contract_has_unknown(const ProtobufCMessage *message);

/*
 * Checks a message against its rules and puts the normalised values in place (from the arena): required, format,
 * max_len, range, enum values in range, nested and repeated ones with paths like "items[2].name". Collects up to eight
 * violations; ERR_INVALID.
 */
bool contract_validate(const struct contract_message *rules, ProtobufCMessage *message, struct arena *arena,
                       struct error *err) _must_check_;

/* Packs into memory from the arena; NULL above its maximum. */
uint8_t *contract_pack(const ProtobufCMessage *message, struct arena *arena, size_t *ret_size);

/* Which permissions a role holds: calls fn for each, in order, without repeats. */
void contract_permissions(Stralix__Role role, void (*fn)(void *arg, const char *permission), void *arg);
