/* installation: what later commands must know of init's options; the file etc/installation.yaml. */
#pragma once

#include <stdint.h>

#include "place.h"

struct installation {
	char *nats_url;
	int64_t uid_base;
};

bool installation_write(const struct place *place, const char *nats_url, struct error *err) _must_check_;
bool installation_read(const char *root, struct installation *ret, struct error *err) _must_check_;
void installation_done(struct installation *installation);
