/* transcode: a route's request from JSON, path and query; its reply as JSON. */
#pragma once

#include "request.h"

/* Whether the body may be read: application/json where there is one at all. False: the answer's status is 415. */
bool transcode_content_type_good(const char *content_type);

/* The validated message, from the request's arena. ERR_INVALID with violations, ERR_MALFORMED. */
bool transcode_request(struct request *request, ProtobufCMessage **ret, struct error *err) _must_check_;

/* Appends the reply's JSON; the token of a session is left out, it goes into a cookie. */
bool transcode_reply(const ProtobufCMessage *reply, struct buf *buf, struct error *err) _must_check_;

/* The etag of the object that a reply shows; "" when it has none. Belongs to the reply. */
const char *transcode_etag(const ProtobufCMessage *reply);
