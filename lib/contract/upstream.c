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

/* "https://192.0.2.1:443" without its scheme, alone and with its port. */
struct place {
	char address[ENDPOINT], endpoint[ENDPOINT];
};

static struct place split(const char *upstream)
{
	const char *host = strstr(upstream, "://") + 3, *end = strchr(host, ']'), *port = strchr(end ? end : host, ':');
	size_t size = port ? (size_t)(port - host) : strlen(host);
	struct place ret;

	snprintf(ret.address, sizeof(ret.address), "%.*s", (int)size, host);
	snprintf(ret.endpoint, sizeof(ret.endpoint), "%s%s", host,
	         port                                 ? ""
	         : strncmp(upstream, "https", 5) == 0 ? ":443"
	                                              : ":80");
	return ret;
}

bool upstream_listed(const char *upstream, const char *list)
{
	const struct place place = split(upstream);

	return listed(list, place.address, place.endpoint);
}

bool upstream_may(const char *upstream, const char *allowed, const char *refused)
{
	return upstream_listed(upstream, allowed) ||
	       (!url_upstream_is_inner(upstream) && !upstream_listed(upstream, refused));
}
