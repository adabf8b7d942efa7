/* panel_internal: what the agents of a test need of its panel. */
#pragma once

#include "panel.h"

struct token_key;

__attribute__((noreturn)) void panel_abort(const char *what);
struct bus *panel_bus(struct panel *panel);
const struct token_key *panel_tasks_key(struct panel *panel); /* commands are checked with its public half */
