/* address: what kind of an IP address a text is. */
#pragma once

#include <stdbool.h>

bool address_is_ipv6(const char *text);

/* Whether the whole world can reach it: not private, shared (RFC 6598), loopback, link-local, documentation, multicast,
 * reserved, or no address at all. IPv6: of 2000::/3 what isn't set apart. */
bool address_is_global(const char *text);
