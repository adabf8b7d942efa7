/* names: the spellings of protobuf-c 1.4 and of JSON. */
#include "names.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static char upper(char c)
{
	return (char)toupper((unsigned char)c);
}

static char lower(char c)
{
	return (char)tolower((unsigned char)c);
}

char *name_snake(struct pool *pool, const char *name)
{
	char *text = pool_alloc(pool, 2 * strlen(name) + 1), *out = text;
	bool was_upper = true;

	for (; *name; name++) {
		bool is_upper = isupper((unsigned char)*name);

		if (is_upper && !was_upper)
			*out++ = '_';
		*out++ = lower(*name);
		was_upper = is_upper;
	}
	return text;
}

char *name_c_type(struct pool *pool, const char *full_name)
{
	char *text = pool_alloc(pool, 2 * strlen(full_name) + 1), *out = text;
	bool raise = true;

	for (; *full_name; full_name++) {
		if (*full_name == '.') {
			*out++ = '_';
			*out++ = '_';
		} else if (*full_name != '_') {
			*out++ = (char)(raise ? upper(*full_name) : *full_name);
		}
		raise = *full_name == '.' || *full_name == '_';
	}
	return text;
}

char *name_c_lower(struct pool *pool, const char *full_name)
{
	char *text = pool_alloc(pool, 3 * strlen(full_name) + 1), *out = text;
	bool was_upper = true;

	for (; *full_name; full_name++) {
		bool is_upper = isupper((unsigned char)*full_name);

		if (*full_name == '.') {
			*out++ = '_';
			*out++ = '_';
			was_upper = true;
			continue;
		}
		if (is_upper && !was_upper)
			*out++ = '_';
		*out++ = lower(*full_name);
		was_upper = is_upper;
	}
	return text;
}

char *name_service(struct pool *pool, const char *name)
{
	char *text = pool_printf(pool, "%s", name);
	size_t size = strlen(text), suffix = strlen("Service");

	if (size > suffix && !strcmp(text + size - suffix, "Service"))
		text[size - suffix] = '\0';
	for (char *c = text; *c; c++)
		*c = lower(*c);
	return text;
}

char *name_camel(struct pool *pool, const char *name)
{
	char *text = pool_alloc(pool, strlen(name) + 1), *out = text;
	bool raise = false;

	for (; *name; name++) {
		if (*name != '_')
			*out++ = (char)(raise ? upper(*name) : *name);
		raise = *name == '_';
	}
	return text;
}
