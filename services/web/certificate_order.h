/* certificate_order: an order at the authority, for the steps that work on it. */
#pragma once

#include "certificate_run.h"

/* As the last answer asked to wait, within reason. */
int64_t order_poll_ms(const struct certificate_run *run);

/* The order as it is now, and who signs; url: what the signer points into. */
bool order_look(struct certificate_run *run, char url[static ACME_URL], struct acme_signer *signer,
                struct acme_order *order, struct error *err) _must_check_;
