/* subscription: what the process listens to, put on each new connection again. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { FLUSH_MS = 2000, DRAIN_MS = 2000 };

struct bus_subscription {
	struct bus *bus;
	char *subject, *queue;
	bus_message_fn fn;
	void *arg;
	struct bus_subscription *next; /* guarded by bus.mutex, like what follows */
	natsSubscription *live;
	unsigned deliverers; /* subscriptions of the library that may still call; it says when one is done */
};

static void on_message(natsConnection *nc, natsSubscription *live, natsMsg *msg, void *arg)
{
	struct bus_subscription *subscription = arg;
	struct bus_msg *wrapped = bus_msg_wrap(msg);

	(void)nc;
	(void)live;
	if (wrapped)
		subscription->fn(subscription->arg, wrapped);
}

static void on_complete(void *arg)
{
	struct bus_subscription *subscription = arg;
	struct bus *bus = subscription->bus;

	pthread_mutex_lock(&bus->mutex);
	subscription->deliverers--;
	pthread_cond_broadcast(&bus->changed);
	pthread_mutex_unlock(&bus->mutex);
}

/* Held: bus.mutex. */
static bool attach(struct bus_subscription *subscription, natsConnection *nc, struct error *err)
{
	natsSubscription *live = NULL;
	natsStatus status;

	if (subscription->queue)
		status = natsConnection_QueueSubscribe(&live, nc, subscription->subject, subscription->queue,
		                                       on_message, subscription);
	else
		status = natsConnection_Subscribe(&live, nc, subscription->subject, on_message, subscription);
	if (status != NATS_OK)
		return nats_failed(err, status, subscription->subject);
	subscription->deliverers++;
	if (natsSubscription_SetOnCompleteCB(live, on_complete, subscription) != NATS_OK)
		subscription->deliverers--; /* closed already, nothing was delivered */
	subscription->live = live;
	return true;
}

bool subscriptions_attach_new(struct bus *bus, natsConnection *nc, struct error *err)
{
	for (struct bus_subscription *each = bus->subscriptions; each; each = each->next)
		if (!each->live && !attach(each, nc, err))
			return false;
	return true;
}

bool subscriptions_attach(struct bus *bus, natsConnection *nc, struct error *err)
{
	natsStatus status;
	bool ok;

	pthread_mutex_lock(&bus->mutex);
	ok = subscriptions_attach_new(bus, nc, err);
	pthread_mutex_unlock(&bus->mutex);
	if (!ok)
		return error_wrap(err, "subscribe");
	status = natsConnection_FlushTimeout(nc, FLUSH_MS); /* the server has them all before others may send */
	return status == NATS_OK || nats_failed(err, status, "subscribe");
}

void subscriptions_detach(struct bus *bus)
{
	pthread_mutex_lock(&bus->mutex);
	for (struct bus_subscription *each = bus->subscriptions; each; each = each->next)
		natsSubscription_Destroy(TAKE_PTR(each->live));
	pthread_mutex_unlock(&bus->mutex);
}

static void subscription_free(struct bus_subscription *subscription)
{
	free(subscription->subject);
	free(subscription->queue);
	free(subscription);
}
DEFINE_CLEANUP(struct bus_subscription *, subscription_free)

bool bus_subscribe(struct bus *bus, const char *subject, const char *queue, bus_message_fn fn, void *arg,
                   struct bus_subscription **ret, struct error *err)
{
	_cleanup_(subscription_freep) struct bus_subscription *new = calloc(1, sizeof(*new));
	bool ok = true;

	if (!new)
		return error_set(err, ERR_INTERNAL, "out of memory");
	new->bus = bus;
	new->fn = fn;
	new->arg = arg;
	new->subject = strdup(subject);
	new->queue = queue ? strdup(queue) : NULL;
	if (!new->subject || (queue && !new->queue))
		return error_set(err, ERR_INTERNAL, "out of memory");

	pthread_mutex_lock(&bus->mutex);
	if (bus->link && !natsConnection_IsClosed(bus->link->nc))
		ok = attach(new, bus->link->nc, err);
	if (ok) {
		new->next = bus->subscriptions;
		bus->subscriptions = new;
	}
	pthread_mutex_unlock(&bus->mutex);
	if (!ok)
		return error_wrap(err, "subscribe");
	*ret = TAKE_PTR(new);
	return true;
}

static void unlink_subscription(struct bus *bus, const struct bus_subscription *subscription)
{
	struct bus_subscription **at = &bus->subscriptions;

	while (*at && *at != subscription)
		at = &(*at)->next;
	if (*at)
		*at = subscription->next;
}

void bus_unsubscribe(struct bus_subscription *subscription)
{
	struct bus *bus;
	natsSubscription *live;

	if (!subscription)
		return;
	bus = subscription->bus;
	pthread_mutex_lock(&bus->mutex);
	unlink_subscription(bus, subscription);
	live = TAKE_PTR(subscription->live);
	if (live && natsSubscription_DrainTimeout(live, DRAIN_MS) != NATS_OK)
		natsSubscription_Destroy(TAKE_PTR(live));
	while (subscription->deliverers)
		pthread_cond_wait(&bus->changed, &bus->mutex);
	pthread_mutex_unlock(&bus->mutex);
	natsSubscription_Destroy(live);
	subscription_free(subscription);
}
