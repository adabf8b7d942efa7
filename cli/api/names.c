/* names: see names.h. */
#include "cli/api/names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/cleanup.h"

/* What people look for beside other commands. */
static const struct {
	const char *noun, *say, *verb; /* verb: NULL: as it is */
} spoken[] = {
	{ "record", "audit", NULL },     /* audit verify */
	{ "sre-token", "sre", "token" }, /* sre context */
	{ "website-log", "website", "log" },
	{ "website-php", "website", "php" },
};

void name_kebab(const char *camel, char ret[static NAME_WORD])
{
	size_t n = 0;

	for (const char *c = camel; *c && n + 2 < NAME_WORD; c++) {
		if (isupper((unsigned char)*c) && c > camel)
			ret[n++] = '-';
		ret[n++] = (char)tolower((unsigned char)*c);
	}
	ret[n] = '\0';
}

static void make_singular(char *noun, size_t size)
{
	if (size > 3 && strcmp(noun + size - 3, "ies") == 0)
		memcpy(noun + size - 3, "y", sizeof("y"));
	else if (size > 1 && noun[size - 1] == 's')
		noun[size - 1] = '\0';
}

bool name_split(const char *operation, char noun[static NAME_WORD], char verb[static NAME_WORD])
{
	char kebab[NAME_WORD];
	size_t size;

	name_kebab(operation, kebab);
	size = strcspn(kebab, "-");
	if (!kebab[size])
		return false;
	snprintf(verb, NAME_WORD, "%.*s", (int)size, kebab);
	snprintf(noun, NAME_WORD, "%s", kebab + size + 1);
	size = strlen(noun);
	if (strcmp(verb, "list") == 0 || strcmp(verb, "export") == 0)
		make_singular(noun, size);
	for (size_t i = 0; i < ARRAY_SIZE(spoken); i++)
		if (strcmp(noun, spoken[i].noun) == 0) {
			snprintf(noun, NAME_WORD, "%s", spoken[i].say);
			if (spoken[i].verb)
				snprintf(verb, NAME_WORD, "%s", spoken[i].verb);
			break;
		}
	return true;
}

bool name_is(const char *option, size_t size, const char *member)
{
	char kebab[NAME_WORD];

	name_kebab(member, kebab);
	return (strlen(kebab) == size && memcmp(kebab, option, size) == 0) ||
	       (strlen(member) == size && memcmp(member, option, size) == 0);
}
