/* php: what of PHP a website may set: the one list of directives (php_ini.def), and the check of a website's choice. */
#pragma once

#include <stdint.h>

#include "lib/base/error.h"

#include "stralix/v1/website.pb-c.h"

enum php_kind { PHP_SIZE, PHP_NUMBER, PHP_FLAG, PHP_ZONE };

struct php_directive {
	const char *name;
	enum php_kind kind;
	int64_t least, most; /* of a size, in bytes, or a number */
	bool guarded;        /* scripts can't change it */
	const char *fallback;
	const char *words; /* what to enter, for people */
};

extern const struct php_directive php_directives[]; /* ends with a name of NULL */

const struct php_directive *php_directive(const char *name); /* NULL: it can't be set */
bool php_directive_takes(const struct php_directive *directive, const char *value);

/* Bytes of "8M"; 0 when it isn't a size. */
int64_t php_size(const char *text);

/* What no rule of one field can say of settings.php, which may be NULL; ERR_INVALID names the field. */
bool php_check(const Stralix__V1__Php *php, struct error *err) _must_check_;

/* What a visitor may send: a file goes up within a request, so it is no larger than one. ERR_INVALID names the field of
 * the two that is set. php may be NULL. */
bool php_check_sizes(const Stralix__V1__Php *php, struct error *err) _must_check_;

/* Bytes of a directive as php, which may be NULL, sets it; else its default. */
int64_t php_bytes(const Stralix__V1__Php *php, const char *name);

/* Whether a website with these settings runs PHP; settings may be NULL. */
bool php_wanted(const Stralix__V1__WebsiteSettings *settings);
