/* kind: see kind.h. */

#include "agent/engine/kind.h"

#include <string.h>

bool kind_is(const struct kind *kind, const char *name)
{
	return strcmp(kind->name, name) == 0 || (kind->also && strcmp(kind->also, name) == 0);
}
