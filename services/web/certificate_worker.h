/* certificate_worker: the threads that bring certificates on their way (lib/service/crew.h), and one that keeps their
 * leases. */
#pragma once

#include "lib/service/service.h"

bool web_start(struct service *service, void **state, struct error *err);
void web_stop(void *state);

struct acme_account;
struct certificate_workers;
/* Looks now rather than within a second; workers may be NULL. */
void certificate_workers_wake(struct certificate_workers *workers);

/* The account of the copy; NULL: the settings name no authority. */
struct acme_account *certificate_workers_account(struct certificate_workers *workers);
