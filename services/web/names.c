/* names: see names.h. */
#include "names.h"

#include <string.h>
#include <strings.h>

bool name_is_within(const char *domain, const char *host, unsigned long host_size)
{
	size_t size = strlen(domain);

	if (!host_size || size < host_size || strncasecmp(domain + size - host_size, host, host_size) != 0)
		return false;
	return size == host_size || domain[size - host_size - 1] == '.';
}

static bool is_within_text(const char *domain, const char *host)
{
	return name_is_within(domain, host, strlen(host));
}

bool name_is_reserved(const char *domain, const char *hosts)
{
	if (is_within_text(domain, "localhost") || is_within_text(domain, "localhost.localdomain"))
		return true;
	while (*hosts) {
		size_t size = strcspn(hosts, ", ");

		if (name_is_within(domain, hosts, size))
			return true;
		hosts += size;
		hosts += strspn(hosts, ", ");
	}
	return false;
}
