/* php: see php.h. */
#include "lib/contract/php.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

enum { NUMBER_DIGITS = 10, ZONE_MAX = 40, FIELD = 64 };

const struct php_directive php_directives[] = {
#define PHP_INI(name, kind, least, most, guarded, fallback, words)                                                     \
	{ name, PHP_##kind, least, most, guarded, fallback, words },
#include "lib/contract/php_ini.def"
#undef PHP_INI
	{ .name = NULL },
};

const struct php_directive *php_directive(const char *name)
{
	for (const struct php_directive *row = php_directives; row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

/* A number without sign and leading zeros, followed by one of units or nothing; -1 when it isn't. */
static int64_t number(const char *text, const char *units)
{
	size_t digits = strspn(text, DIGITS);
	const char *unit = text[digits] ? strchr(units, text[digits]) : units + strlen(units);

	if (digits == 0 || digits > NUMBER_DIGITS || (digits > 1 && text[0] == '0') || !unit ||
	    (text[digits] && text[digits + 1]))
		return -1;
	int shift = text[digits] ? 10 * (int)(unit - units + 1) : 0;
	int64_t value = strtoll(text, NULL, 10);

	return value > INT64_MAX >> shift ? -1 : value << shift;
}

int64_t php_size(const char *text)
{
	int64_t size = number(text, "KMG");

	return size < 0 ? 0 : size;
}

/* Europe/Berlin, UTC, Etc/GMT+1: names that begin with a letter. */
static bool is_zone(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t size;

	if (strlen(text) > ZONE_MAX)
		return false;
	do {
		if (!*text || !strchr(letters, *text))
			return false;
		size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DIGITS "_+-");
		text += size + (text[size] == '/');
	} while (text[-1] == '/');
	return !*text;
}

bool php_directive_takes(const struct php_directive *directive, const char *value)
{
	int64_t given;

	switch (directive->kind) {
	case PHP_SIZE:
	case PHP_NUMBER:
		given = number(value, directive->kind == PHP_SIZE ? "KMG" : "");
		return given >= directive->least && given <= directive->most;
	case PHP_FLAG:
		return strcmp(value, "on") == 0 || strcmp(value, "off") == 0;
	case PHP_ZONE:
		return is_zone(value);
	}
	return false;
}

static bool refuse(struct error *err, size_t i, const char *member, const char *rule, const char *words)
{
	char field[FIELD];

	snprintf(field, sizeof(field), "settings.php.ini[%zu].%s", i, member);
	return error_field(err, field, rule, "%s", words);
}

bool php_check(const Stralix__V1__Php *php, struct error *err)
{
	for (size_t i = 0; php && i < php->n_ini; i++) {
		const struct php_directive *directive = php_directive(php->ini[i]->name);

		if (!directive)
			return refuse(err, i, "name", "allowed", "This directive can't be set here.");
		if (!php_directive_takes(directive, php->ini[i]->value))
			return refuse(err, i, "value", directive->name, directive->words);
		for (size_t j = 0; j < i; j++)
			if (strcmp(php->ini[j]->name, directive->name) == 0)
				return refuse(err, i, "name", "repeated", "This directive is set already.");
	}
	return true;
}

/* Its place in what is set; n_ini: it isn't. */
static size_t place_of(const Stralix__V1__Php *php, const char *name)
{
	size_t i = 0;

	while (i < php->n_ini && strcmp(php->ini[i]->name, name) != 0)
		i++;
	return i;
}

int64_t php_bytes(const Stralix__V1__Php *php, const char *name)
{
	size_t i = php ? place_of(php, name) : 0;

	return php_size(php && i < php->n_ini ? php->ini[i]->value : php_directive(name)->fallback);
}

bool php_check_sizes(const Stralix__V1__Php *php, struct error *err)
{
	static const char file[] = "upload_max_filesize", request[] = "post_max_size";
	size_t i;

	if (!php || php_bytes(php, file) <= php_bytes(php, request))
		return true;
	i = place_of(php, file);
	if (i < php->n_ini)
		return refuse(err, i, "value", request,
		              "A file goes up within a request: enter no more than post_max_size, or raise that too.");
	return refuse(err, place_of(php, request), "value", file,
	              "A file goes up within a request: enter no less than upload_max_filesize, or lower that too.");
}

bool php_wanted(const Stralix__V1__WebsiteSettings *settings)
{
	return settings && settings->php && *settings->php->version;
}
