/* check: what the build refuses. */
#pragma once

#include "model.h"

/* Tells on wrong, by name, the first thing that isn't allowed. Marks the messages that come from outside. */
bool check_model(struct model *model, FILE *wrong);
