/* bus: a fake. It remembers what was sent and knows nobody to ask. */
#include "bus.h"

#include <pthread.h>
#include <string.h>

#include "lib/bus/discovery.h"

enum { HEADERS_MAX = 16 };

struct bus_msg {
	char *subject, *reply;
	char *names[HEADERS_MAX], *values[HEADERS_MAX];
	size_t n_headers, size;
	char *data;
};

struct bus {
	pthread_mutex_t mutex;
	struct bus_msg *sent;
	unsigned count;
};

static void must(const void *memory)
{
	if (!memory)
		abort();
}

static char *copy(const char *text)
{
	char *made = strdup(text);

	must(made);
	return made;
}

struct bus_msg *fake_bus_msg(const char *subject, const char *reply, const struct bus_header *headers, const void *data,
                             size_t size)
{
	struct bus_msg *msg = calloc(1, sizeof(*msg));

	must(msg);
	msg->subject = copy(subject);
	msg->reply = reply ? copy(reply) : NULL;
	for (; headers && headers->name; headers++) {
		if (!headers->value)
			continue;
		msg->names[msg->n_headers] = copy(headers->name);
		msg->values[msg->n_headers++] = copy(headers->value);
	}
	msg->data = malloc(size + 1);
	must(msg->data);
	if (size)
		memcpy(msg->data, data, size);
	msg->size = size;
	return msg;
}

struct bus *fake_bus_new(void)
{
	struct bus *bus = calloc(1, sizeof(*bus));

	must(bus);
	pthread_mutex_init(&bus->mutex, NULL);
	return bus;
}

const struct bus_msg *fake_bus_sent(struct bus *bus)
{
	return bus->sent;
}

unsigned fake_bus_count(struct bus *bus)
{
	unsigned count;

	pthread_mutex_lock(&bus->mutex);
	count = bus->count;
	pthread_mutex_unlock(&bus->mutex);
	return count;
}

void fake_bus_forget(struct bus *bus)
{
	bus_msg_free(TAKE_PTR(bus->sent));
	bus->count = 0;
}

bool bus_open(const struct bus_options *options, struct bus **ret, struct error *err)
{
	(void)options;
	(void)err;
	*ret = fake_bus_new();
	return true;
}

void bus_free(struct bus *bus)
{
	if (!bus)
		return;
	fake_bus_forget(bus);
	pthread_mutex_destroy(&bus->mutex);
	free(bus);
}

bool bus_connected(const struct bus *bus)
{
	return bus;
}

bool bus_wait_connected(const struct bus *bus, int timeout_ms)
{
	(void)timeout_ms;
	return bus;
}

const char *bus_msg_subject(const struct bus_msg *msg)
{
	return msg->subject;
}

const char *bus_msg_reply(const struct bus_msg *msg)
{
	return msg->reply;
}

const char *bus_msg_header(const struct bus_msg *msg, const char *name)
{
	for (size_t i = 0; i < msg->n_headers; i++)
		if (strcmp(msg->names[i], name) == 0)
			return msg->values[i];
	return NULL;
}

const void *bus_msg_data(const struct bus_msg *msg)
{
	return msg->data;
}

size_t bus_msg_size(const struct bus_msg *msg)
{
	return msg->size;
}

void bus_msg_free(struct bus_msg *msg)
{
	if (!msg)
		return;
	for (size_t i = 0; i < msg->n_headers; i++) {
		free(msg->names[i]);
		free(msg->values[i]);
	}
	free(msg->subject);
	free(msg->reply);
	free(msg->data);
	free(msg);
}

bool bus_publish(struct bus *bus, const char *subject, const struct bus_header *headers, const void *data, size_t size,
                 struct error *err)
{
	(void)err;
	pthread_mutex_lock(&bus->mutex);
	bus_msg_free(bus->sent);
	bus->sent = fake_bus_msg(subject, NULL, headers, data, size);
	bus->count++;
	pthread_mutex_unlock(&bus->mutex);
	return true;
}

bool bus_respond(struct bus *bus, const struct bus_msg *to, const struct bus_header *headers, const void *data,
                 size_t size, struct error *err)
{
	return bus_publish(bus, to->reply, headers, data, size, err);
}

bool bus_request(struct bus *bus, const char *subject, const struct bus_header *headers, const void *data, size_t size,
                 int timeout_ms, struct bus_msg **ret, struct error *err)
{
	(void)bus;
	(void)headers;
	(void)data;
	(void)size;
	(void)timeout_ms;
	(void)ret;
	return error_set(err, ERR_UNAVAILABLE, "nobody answers %s", subject);
}

bool bus_request_async(struct bus *bus, const char *subject, const struct bus_header *headers, const void *data,
                       size_t size, int timeout_ms, bus_reply_fn done, void *arg, struct error *err)
{
	(void)done;
	(void)arg;
	return bus_request(bus, subject, headers, data, size, timeout_ms, NULL, err);
}

bool bus_subscribe(struct bus *bus, const char *subject, const char *queue, bus_message_fn fn, void *arg,
                   struct bus_subscription **ret, struct error *err)
{
	(void)bus;
	(void)subject;
	(void)queue;
	(void)fn;
	(void)arg;
	(void)err;
	*ret = NULL;
	return true;
}

void bus_unsubscribe(struct bus_subscription *subscription)
{
	(void)subscription;
}

bool bus_ensure_stream(struct bus *bus, const char *name, const char *subject, int64_t max_age_s, struct error *err)
{
	(void)bus;
	(void)name;
	(void)subject;
	(void)max_age_s;
	(void)err;
	return true;
}

bool bus_token_valid(const char *text)
{
	return text && *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] && strlen(text) <= 63;
}

bool discovery_start(struct bus *bus, const char *name, const char *id, const char *version, const char *description,
                     const struct discovery_endpoint *endpoints, size_t n, bool only_own, struct discovery **ret,
                     struct error *err)
{
	(void)bus;
	(void)name;
	(void)id;
	(void)version;
	(void)description;
	(void)endpoints;
	(void)n;
	(void)only_own;
	(void)err;
	*ret = NULL;
	return true;
}

void discovery_free(struct discovery *discovery)
{
	(void)discovery;
}

void discovery_count(struct discovery *discovery, size_t endpoint, int64_t took_us, const struct error *err)
{
	(void)discovery;
	(void)endpoint;
	(void)took_us;
	(void)err;
}
