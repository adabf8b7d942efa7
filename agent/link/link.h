/* link: carries bytes between the bus and the engine. It can mint no command and forge no report. */
#pragma once

#include "lib/bus/bus.h"

#include "agent/link/settings.h"

struct link;

/* settings is borrowed; fd is the socketpair to the engine. */
bool link_open(const struct link_settings *settings, int fd, struct link **ret, struct error *err) _must_check_;
void link_free(struct link *link);
DEFINE_CLEANUP(struct link *, link_free)

/* Runs until the engine's end closes (true) or the socketpair fails. */
bool link_run(struct link *link, struct error *err) _must_check_;
