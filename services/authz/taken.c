/* The answer that a name is in use. */
#include "taken.h"

#include <stdio.h>

bool taken(struct error *err, const char *field, const char *message)
{
	if (!err)
		return false;
	*err = (struct error){ 0 };
	error_field(err, field, "EXISTS", "%s", message);
	err->code = ERR_EXISTS;
	snprintf(err->message, sizeof(err->message), "%s", message); /* without the field's name before it */
	return false;
}
