/* transcode: a route's request from JSON, path and query; its reply as JSON. */
#pragma once

#include "request.h"

/* Whether the body may be read: application/json where there is one at all. False: the answer's status is 415. */
bool transcode_content_type_good(const char *content_type);

/* The validated message, from the request's arena. ERR_INVALID with violations, ERR_MALFORMED. */
bool transcode_request(struct request *request, ProtobufCMessage **ret, struct error *err) _must_check_;

/* Whether a method's replies become JSON as they come: no token to leave out, no ETag to find. */
bool transcode_is_straight(const struct contract_method *method);

/*
 * Appends the JSON of a reply as it came from the bus. False, and nothing appended: it is an error, its route has no
 * plan, or its bytes are malformed or uncommon; rpc_unpack tells.
 */
bool transcode_packed(const struct route *route, const struct bus_msg *reply, struct buf *buf) _must_check_;

/* Appends the reply's JSON; the token of a session is left out, it goes into a cookie. */
bool transcode_reply(const ProtobufCMessage *reply, struct buf *buf, struct error *err) _must_check_;

/* The etag of the object that a reply shows; "" when it has none. Belongs to the reply. */
const char *transcode_etag(const ProtobufCMessage *reply);
