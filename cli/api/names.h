/* names: the words of commands and options, made of the contract's: ListWebsites is "website list", nodeId is
 * --node-id. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { NAME_WORD = 48 };

/* "UndeleteWebsite" gives "website" and "undelete"; of a list the noun is one. False: it has no noun. */
bool name_split(const char *operation, char noun[static NAME_WORD], char verb[static NAME_WORD]);

/* "errorPages" gives "error-pages". */
void name_kebab(const char *camel, char ret[static NAME_WORD]);

/* Whether an option's name is a member's: "error-pages" or "errorPages" for errorPages. size: of the option's. */
bool name_is(const char *option, size_t size, const char *member);
