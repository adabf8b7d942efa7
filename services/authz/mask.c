/* mask: see mask.h. */
#include "mask.h"

#include <string.h>

#define PREFIX "settings."

bool mask_has(const struct mask *mask, const char *member)
{
	for (size_t i = 0; i < mask->n; i++)
		if (strncmp(mask->paths[i], PREFIX, strlen(PREFIX)) == 0 &&
		    strcmp(mask->paths[i] + strlen(PREFIX), member) == 0)
			return true;
	return false;
}

bool mask_check(const struct mask *mask, struct error *err)
{
	return mask->n || error_field(err, "settings", "required", "Name what is to change, such as settings.name.");
}

bool mask_name(const struct mask *mask, const char *given, const char **name, struct error *err)
{
	if (!mask_has(mask, "name"))
		return true;
	if (!*given)
		return error_field(err, "settings.name", "required", "Enter a name.");
	*name = given;
	return true;
}
