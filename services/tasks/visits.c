/* visits: see visits.h. */

#include "visits.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 256 }; /* when more are due at once some are looked at twice */

struct visits {
	pthread_mutex_t lock;
	char nodes[NODES][64];
	unsigned n;
};

struct visits *visits_new(void)
{
	struct visits *visits = calloc(1, sizeof(*visits));

	if (visits)
		pthread_mutex_init(&visits->lock, NULL);
	return visits;
}

void visits_free(struct visits *visits)
{
	if (!visits)
		return;
	pthread_mutex_destroy(&visits->lock);
	free(visits);
}

/* Held: lock. Its place, or n. */
static unsigned find(const struct visits *visits, const char *node_id)
{
	unsigned i = 0;

	while (i < visits->n && strcmp(visits->nodes[i], node_id) != 0)
		i++;
	return i;
}

bool visits_add(struct visits *visits, const char *node_id)
{
	bool fresh;

	pthread_mutex_lock(&visits->lock);
	fresh = find(visits, node_id) == visits->n;
	if (fresh && visits->n < NODES)
		snprintf(visits->nodes[visits->n++], sizeof(visits->nodes[0]), "%s", node_id);
	pthread_mutex_unlock(&visits->lock);
	return fresh;
}

void visits_begin(struct visits *visits, const char *node_id)
{
	unsigned i;

	pthread_mutex_lock(&visits->lock);
	i = find(visits, node_id);
	if (i < visits->n && i != --visits->n)
		memcpy(visits->nodes[i], visits->nodes[visits->n], sizeof(visits->nodes[i]));
	pthread_mutex_unlock(&visits->lock);
}
