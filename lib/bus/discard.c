/* discard: see discard.h. */
#include "discard.h"

#include <pthread.h>
#include <string.h>

enum { MESSAGES = 32, BYTES = 256 * 1024 };

static struct {
	pthread_mutex_t mutex;
	natsMsg *messages[MESSAGES];
	size_t n, bytes;
} waiting = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static void destroy(natsMsg *const *messages, size_t n)
{
	for (size_t i = 0; i < n; i++)
		natsMsg_Destroy(messages[i]);
}

/* Held: the mutex. Gives what waits to the caller, whose array holds MESSAGES. */
static size_t take(natsMsg **ret)
{
	size_t n = waiting.n;

	memcpy(ret, waiting.messages, n * sizeof(natsMsg *));
	waiting.n = waiting.bytes = 0;
	return n;
}

void discard(natsMsg *msg)
{
	natsMsg *taken[MESSAGES];
	size_t n = 0;

	if (!msg)
		return;
	pthread_mutex_lock(&waiting.mutex);
	waiting.messages[waiting.n++] = msg;
	waiting.bytes += (size_t)natsMsg_GetDataLength(msg);
	if (waiting.n == MESSAGES || waiting.bytes > BYTES)
		n = take(taken);
	pthread_mutex_unlock(&waiting.mutex);
	destroy(taken, n);
}

void discard_all(void)
{
	natsMsg *taken[MESSAGES];
	size_t n;

	pthread_mutex_lock(&waiting.mutex);
	n = take(taken);
	pthread_mutex_unlock(&waiting.mutex);
	destroy(taken, n);
}
