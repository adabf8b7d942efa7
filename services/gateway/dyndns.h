/*
 * dyndns: GET /nic/update, the protocol that routers and ddclient speak (dyndns2). For each name of `hostname` it asks
 * dns.UpdateAddress and answers one word a line, as that protocol has them.
 */
#pragma once

#include "request.h"

void dyndns_start(struct request *request);
