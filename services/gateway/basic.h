/* basic: the password in the credentials of Basic authentication (RFC 7617). Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Of "dXNlcjpwYXNz": what comes behind the first colon, whoever the user is. False: malformed, or size doesn't hold it.
 */
bool basic_password(const char *text, char *ret, size_t size);
