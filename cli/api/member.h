/* member: texts of JSON objects. */
#pragma once

#include <jansson.h>

/* The text of a member; "" when it isn't there, or no text. Belongs to the object. */
const char *member_text(const json_t *object, const char *name);
