/* JSON, path and query to a message that keeps the contract's rules, and back. */

#include "transcode.h"

#include <string.h>
#include <strings.h>

#include "lib/json/json.h"

#include "stralix/v1/authz.pb-c.h"

#include "rpc.h"

bool transcode_content_type_good(const char *content_type)
{
	static const char json[] = "application/json";
	const char *rest = content_type + sizeof(json) - 1;

	if (strncasecmp(content_type, json, sizeof(json) - 1) != 0)
		return false;
	rest += strspn(rest, " \t");
	if (*rest == '\0')
		return true;
	if (*rest != ';')
		return false;
	rest += 1 + strspn(rest + 1, " \t");
	return strcasecmp(rest, "charset=utf-8") == 0 || strcasecmp(rest, "charset=\"utf-8\"") == 0;
}

static bool takes_body(const struct contract_method *method)
{
	return strcmp(method->http_method, "GET") != 0 && strcmp(method->http_method, "DELETE") != 0;
}

static bool read_body(struct request *request, const struct contract_method *method, ProtobufCMessage **ret,
                      struct error *err)
{
	size_t size;
	const char *body = http_body(request->exchange, &size);

	if (takes_body(method))
		return json_read(method->request->descriptor, body, size, request->arena, ret, err);
	if (size > 0)
		return error_set(err, ERR_MALFORMED, "This request takes no body.");
	*ret = json_new(method->request->descriptor, request->arena);
	return *ret ? true : error_set(err, ERR_INTERNAL, "out of memory");
}

static bool set_path(struct request *request, ProtobufCMessage *message, struct error *err)
{
	const struct route_match *match = &request->match;

	for (size_t i = 0; i < match->n; i++)
		if (!json_set(message, match->names[i], match->values[i], request->arena, err))
			return false;
	return true;
}

static bool set_query(struct request *request, bool allowed, ProtobufCMessage *message, struct error *err)
{
	struct path_parameter parameters[PATH_QUERY_MAX];
	size_t n;

	if (!path_query(request->path.query, request->arena, parameters, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!allowed)
			return error_field(err, parameters[i].name, "unknown", "This request takes no query.");
		if (!json_set(message, parameters[i].name, parameters[i].value, request->arena, err))
			return false;
	}
	return true;
}

/* What a request that wants it says in If-Match. */
static bool set_match(struct request *request, ProtobufCMessage *message, struct error *err)
{
	return !request->if_match[0] ||
	       !protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "if_match") ||
	       json_set(message, "if_match", request->if_match, request->arena, err);
}

bool transcode_request(struct request *request, ProtobufCMessage **ret, struct error *err)
{
	const struct contract_method *method = request->match.route->method;

	return read_body(request, method, ret, err) && set_path(request, *ret, err) && set_match(request, *ret, err) &&
	       set_query(request, !takes_body(method), *ret, err) &&
	       contract_validate(method->request, *ret, request->arena, err);
}

bool transcode_reply(const ProtobufCMessage *reply, struct buf *buf, struct error *err)
{
	bool written;

	if (reply->descriptor == &stralix__v1__sign_in_reply__descriptor) {
		const Stralix__V1__SignInReply *sign_in = (const Stralix__V1__SignInReply *)(const void *)reply;

		buf_puts(buf, "{\"session\":");
		written = sign_in->session && json_write(buf, &sign_in->session->base);
		buf_putc(buf, '}');
	} else {
		written = json_write(buf, reply);
	}
	return written ? true
	               : error_set(err, ERR_BAD_REPLY, "A service answered nonsense. The log has the request id.");
}

/* Where a member of a reply has the ETag; NULL: nowhere. */
static const ProtobufCFieldDescriptor *find_etag(const ProtobufCFieldDescriptor *member)
{
	const ProtobufCFieldDescriptor *etag;

	if (member->type != PROTOBUF_C_TYPE_MESSAGE || member->label == PROTOBUF_C_LABEL_REPEATED)
		return NULL;
	etag = protobuf_c_message_descriptor_get_field_by_name(member->descriptor, "etag");
	return etag && etag->type == PROTOBUF_C_TYPE_STRING ? etag : NULL;
}

bool transcode_is_straight(const struct contract_method *method)
{
	const ProtobufCMessageDescriptor *reply = method->reply ? method->reply->descriptor : NULL;

	if (!reply || reply == &stralix__v1__sign_in_reply__descriptor || method->http_status == 204)
		return false;
	for (unsigned i = 0; i < reply->n_fields; i++)
		if (find_etag(&reply->fields[i]))
			return false;
	return true;
}

bool transcode_packed(const struct route *route, const struct bus_msg *reply, struct buf *buf)
{
	size_t size = bus_msg_size(reply);

	return route->plan && size <= RPC_REPLY_MAX && !bus_msg_header(reply, BUS_ERROR_CODE) &&
	       json_write_packed(buf, route->plan, bus_msg_data(reply), size);
}

const char *transcode_etag(const ProtobufCMessage *reply)
{
	for (unsigned i = 0; i < reply->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &reply->descriptor->fields[i], *etag = find_etag(field);
		const ProtobufCMessage *member;

		if (!etag)
			continue;
		member = *(ProtobufCMessage *const *)(const void *)((const char *)reply + field->offset);
		if (member)
			return *(char *const *)(const void *)((const char *)member + etag->offset);
	}
	return "";
}
