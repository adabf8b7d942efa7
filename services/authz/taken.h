/* taken: the answer that a name is in use, on the field that asked for it. */
#pragma once

#include "lib/base/error.h"

/* ERR_EXISTS with one violation on field; always false. Says nothing about who has it. */
bool taken(struct error *err, const char *field, const char *message);
