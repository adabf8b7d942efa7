/* provider_worker: the threads that talk with other providers (lib/service/crew.h). */
#pragma once

#include "lib/service/service.h"
#include "lib/token/seal.h"

struct provider_workers;

/* *ret NULL: the settings name no vault, and there are no other providers. */
bool provider_workers_start(struct service *service, struct provider_workers **ret, struct error *err);
void provider_workers_stop(struct provider_workers *workers);

/* What tokens are sealed to; NULL: the settings name none, and there are no other providers. */
const struct seal_key *provider_vault(const struct provider_workers *workers);
/* Looks now rather than soon. */
void provider_wake(struct provider_workers *workers);
