/* upstream: see upstream.h. */
#include "lib/contract/upstream.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/contract/url.h"

enum { ENDPOINT = 80 };

/* Whether a list has the address alone, or with this port. */
static bool listed(const char *list, const char *address, const char *endpoint)
{
	while (*list) {
		size_t size;

		list += strspn(list, ", ");
		size = strcspn(list, ", ");
		if (size && ((strlen(address) == size && memcmp(list, address, size) == 0) ||
		             (strlen(endpoint) == size && memcmp(list, endpoint, size) == 0)))
			return true;
		list += size;
	}
	return false;
}

bool upstream_may(const char *upstream, const char *allowed, const char *refused)
{
	const char *host = strstr(upstream, "://") + 3, *end = strchr(host, ']'), *port = strchr(end ? end : host, ':');
	char address[ENDPOINT], endpoint[ENDPOINT];
	size_t size = port ? (size_t)(port - host) : strlen(host);

	snprintf(address, sizeof(address), "%.*s", (int)size, host);
	snprintf(endpoint, sizeof(endpoint), "%s%s", host,
	         port                                 ? ""
	         : strncmp(upstream, "https", 5) == 0 ? ":443"
	                                              : ":80");
	if (listed(allowed, address, endpoint))
		return true;
	return !url_upstream_is_inner(upstream) && !listed(refused, address, endpoint);
}
