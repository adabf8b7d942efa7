/* names: domains that no customer may have. */
#pragma once

#include <stdbool.h>

/*
 * Whether a name belongs to the installation: one of the comma-separated hosts or below it, or below localhost.
 * domain is normalised, hosts are as they stand in the settings.
 */
bool name_is_reserved(const char *domain, const char *hosts);

/* Whether domain is host or below it; compares without regard to case. */
bool name_is_within(const char *domain, const char *host, unsigned long host_size);
