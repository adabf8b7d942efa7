/* names: see names.h. */
#include "names.h"

#include <string.h>
#include <strings.h>

static bool is_within(const char *name, const char *host, size_t host_size)
{
	size_t size = strlen(name);

	if (!host_size || size < host_size || strncasecmp(name + size - host_size, host, host_size) != 0)
		return false;
	return size == host_size || name[size - host_size - 1] == '.';
}

/* The next of a list with commas between; NULL at its end. */
static const char *next(const char **list, size_t *size)
{
	const char *word = *list + strspn(*list, ", ");

	*size = strcspn(word, ", ");
	*list = word + *size;
	return *size ? word : NULL;
}

bool name_is_reserved(const char *name, const char *hosts)
{
	const char *host;
	size_t size;

	if (is_within(name, "localhost", strlen("localhost")) ||
	    is_within(name, "localhost.localdomain", strlen("localhost.localdomain")))
		return true;
	while ((host = next(&hosts, &size)))
		if (is_within(name, host, size))
			return true;
	return false;
}

/* Whether an entry is this node's; NULL: of no node. */
static bool is_of(const char *entry, size_t size, const char *node_id)
{
	const char *sign = memchr(entry, '=', size);

	if (!sign || !node_id)
		return !sign && !node_id;
	return (size_t)(sign - entry) == strlen(node_id) && memcmp(entry, node_id, strlen(node_id)) == 0;
}

static const char *name_in(const char *entry, size_t size, struct arena *arena)
{
	const char *sign = memchr(entry, '=', size);
	size_t skip = sign ? (size_t)(sign - entry) + 1 : 0;

	return arena_printf(arena, "%.*s.", (int)(size - skip), entry + skip);
}

static bool is_here(const char *entry, size_t size, const struct zone *zone)
{
	if (is_of(entry, size, NULL))
		return true;
	for (size_t i = 0; i < zone->n_nodes; i++)
		if (is_of(entry, size, zone->nodes[i].node_id))
			return true;
	return false;
}

static size_t collect(const char *list, const struct zone *zone, struct arena *arena,
                      const char *ret[static NAME_SERVERS])
{
	const char *entry;
	size_t size, n = 0;

	while (n < NAME_SERVERS && (entry = next(&list, &size)))
		if ((!zone || is_here(entry, size, zone)) && (ret[n] = name_in(entry, size, arena)))
			n++;
	return n;
}

size_t name_servers(const char *list, const struct zone *zone, struct arena *arena,
                    const char *ret[static NAME_SERVERS])
{
	size_t n = collect(list, zone, arena, ret);

	return n ? n : collect(list, NULL, arena, ret);
}

const char *name_server_of(const char *list, const char *node_id, struct arena *arena)
{
	const char *entry;
	size_t size;

	while ((entry = next(&list, &size)))
		if (is_of(entry, size, node_id))
			return name_in(entry, size, arena);
	return "";
}
