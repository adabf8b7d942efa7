/* upstream: where a customer may have the installation's servers send something: what a website passes its visitors'
 * requests on to, a secondary, the API of a DNS account. */
#pragma once

#include <stdbool.h>

/*
 * Refused: inner addresses (url_upstream_is_inner) and what the installation itself uses; allowed all the same what an
 * administrator lists. Both lists are as they stand in the settings: "192.0.2.1, 192.0.2.2:4222, [2001:db8::1]:80".
 */
bool upstream_may(const char *upstream, const char *allowed, const char *refused);

/* Whether a list has it. */
bool upstream_listed(const char *upstream, const char *list);
