/* limit: see limit.h. */
#include "limit.h"

#include <stdio.h>
#include <string.h>

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define NAME_BYTES "abcdefghijklmnopqrstuvwxyz" DIGITS "-_."

static bool is_type(const char *text)
{
	size_t size = strlen(text);

	return size > 0 && size < LIMIT_TYPE && strchr(UPPER, text[0]) && strspn(text, UPPER DIGITS) == size;
}

bool limit_next_type(const char **at, char ret[static LIMIT_TYPE])
{
	size_t size = strcspn(*at, "+");

	if (size == 0 || size >= LIMIT_TYPE)
		return false;
	memcpy(ret, *at, size);
	ret[size] = '\0';
	*at += size + ((*at)[size] == '+');
	return true;
}

static bool has_type(const struct limit *limit, const char *type)
{
	const char *at = limit->types;
	char each[LIMIT_TYPE];

	while (limit_next_type(&at, each))
		if (strcmp(each, type) == 0)
			return true;
	return false;
}

bool limit_add_type(struct limit *limit, const char *type)
{
	size_t used = strlen(limit->types);

	if (!is_type(type) || has_type(limit, type) || used + 1 + strlen(type) >= sizeof(limit->types))
		return false;
	snprintf(limit->types + used, sizeof(limit->types) - used, "%s%s", used ? "+" : "", type);
	return true;
}

bool limit_name_good(const char *name)
{
	size_t size = strlen(name), skip = strncmp(name, "*.", 2) == 0 ? 2 : 0;

	return size > skip + 1 && size < LIMIT_NAME && name[skip] != '.' && name[size - 1] == '.' &&
	       !strstr(name, "..") && strspn(name + skip, NAME_BYTES) == size - skip;
}

void limit_write(const struct limit *limit, char ret[static LIMIT_TEXT])
{
	bool wild = limit->name[0] == '*';
	char zone[UUID_TEXT];

	snprintf(ret, LIMIT_TEXT, "%s/%s/%s%s", uuid_format(&limit->zone, zone), limit->types, wild ? "@" : "",
	         limit->name + wild);
}

static bool read_types(const char *text, size_t size, struct limit *ret)
{
	char copy[LIMIT_TYPES], type[LIMIT_TYPE];
	const char *at = copy;

	if (size >= sizeof(copy))
		return false;
	memcpy(copy, text, size);
	copy[size] = '\0';
	while (limit_next_type(&at, type))
		if (!limit_add_type(ret, type))
			return false;
	return *ret->types && strcmp(ret->types, copy) == 0;
}

static bool read_name(const char *text, struct limit *ret)
{
	size_t size = strlen(text);

	if (size >= sizeof(ret->name) || text[0] == '*')
		return false;
	memcpy(ret->name, text, size + 1);
	if (ret->name[0] == '@')
		ret->name[0] = '*';
	return limit_name_good(ret->name);
}

bool limit_read(const char *text, struct limit *ret)
{
	char zone[UUID_TEXT], spelled[UUID_TEXT];
	size_t size = strcspn(text, "/"), types;

	*ret = (struct limit){ .types = "" };
	if (size != UUID_TEXT - 1 || !text[size])
		return false;
	memcpy(zone, text, size);
	zone[size] = '\0';
	text += size + 1;
	types = strcspn(text, "/");
	if (!uuid_parse(zone, &ret->zone) || strcmp(uuid_format(&ret->zone, spelled), zone) != 0 || !text[types] ||
	    !read_types(text, types, ret))
		return false;
	return read_name(text + types + 1, ret);
}

bool limits_hold(const struct limit *limits, size_t n, const struct uuid *zone, const char *name, const char *type)
{
	for (size_t i = 0; i < n; i++)
		if (uuid_equal(&limits[i].zone, zone) && strcmp(limits[i].name, name) == 0 &&
		    has_type(&limits[i], type))
			return true;
	return false;
}
