/* msg: one message, in and out. */
#include <stdlib.h>
#include <string.h>

#include "discard.h"
#include "internal.h"

#define INBOXES "_INBOX." /* answers go nowhere else: a reply subject is the sender's word */

struct bus_msg {
	natsMsg *msg;
};

struct bus_msg *bus_msg_wrap(natsMsg *msg)
{
	struct bus_msg *wrapped = calloc(1, sizeof(*wrapped));

	if (!wrapped)
		discard(msg);
	else
		wrapped->msg = msg;
	return wrapped;
}

void bus_msg_free(struct bus_msg *msg)
{
	if (!msg)
		return;
	discard(msg->msg);
	free(msg);
}

const char *bus_msg_subject(const struct bus_msg *msg)
{
	return natsMsg_GetSubject(msg->msg);
}

const char *bus_msg_reply(const struct bus_msg *msg)
{
	return natsMsg_GetReply(msg->msg);
}

const char *bus_msg_header(const struct bus_msg *msg, const char *name)
{
	const char *value = NULL;

	return natsMsgHeader_Get(msg->msg, name, &value) == NATS_OK ? value : NULL;
}

const void *bus_msg_data(const struct bus_msg *msg)
{
	return natsMsg_GetData(msg->msg);
}

size_t bus_msg_size(const struct bus_msg *msg)
{
	return (size_t)natsMsg_GetDataLength(msg->msg);
}

bool bus_msg_no_responders(const struct bus_msg *msg)
{
	return natsMsg_IsNoResponders(msg->msg);
}

static void msg_destroyp(natsMsg **msg)
{
	discard(*msg);
}

/* A control character would begin another header. */
static bool value_valid(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return false;
	return true;
}

static bool add_headers(natsMsg *msg, const struct bus_header *headers, struct error *err)
{
	for (; headers && headers->name; headers++) {
		natsStatus status;

		if (!headers->value)
			continue;
		if (!value_valid(headers->value))
			return error_set(err, ERR_MALFORMED, "header %s holds a control character", headers->name);
		status = natsMsgHeader_Set(msg, headers->name, headers->value);
		if (status != NATS_OK)
			return nats_failed(err, status, headers->name);
	}
	return true;
}

bool link_send(struct link *link, const char *subject, const char *reply, const struct bus_header *headers,
               const void *data, size_t size, struct error *err)
{
	_cleanup_(msg_destroyp) natsMsg *msg = NULL;
	natsStatus status;

	if (size > INT32_MAX)
		return error_set(err, ERR_TOO_LARGE, "a message of %zu bytes", size);
	status = natsMsg_Create(&msg, subject, reply, data, (int)size);
	if (status != NATS_OK)
		return nats_failed(err, status, subject);
	if (!add_headers(msg, headers, err))
		return false;
	status = natsConnection_PublishMsg(link->nc, msg);
	return status == NATS_OK || nats_failed(err, status, subject);
}

bool bus_publish(struct bus *bus, const char *subject, const struct bus_header *headers, const void *data, size_t size,
                 struct error *err)
{
	struct link *link = NULL;
	bool ok;

	if (!link_acquire(bus, &link, err))
		return error_wrap(err, "publish %s", subject);
	ok = link_send(link, subject, NULL, headers, data, size, err);
	link_release(bus, link);
	return ok || error_wrap(err, "publish");
}

bool bus_respond(struct bus *bus, const struct bus_msg *to, const struct bus_header *headers, const void *data,
                 size_t size, struct error *err)
{
	const char *reply = bus_msg_reply(to);

	if (!reply)
		return true;
	if (strncmp(reply, INBOXES, strlen(INBOXES)) != 0)
		return error_set(err, ERR_FORBIDDEN, "a request on %s wants its answer on '%s', which is no inbox",
		                 bus_msg_subject(to), reply);
	return bus_publish(bus, reply, headers, data, size, err);
}
