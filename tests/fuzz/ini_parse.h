/* ini_parse: a reader of PHP's ini language, written from its documentation and independent of the renderer: what it
 * finds in a rendered file is what PHP would. */
#pragma once

#include "nginx_parse.h"

enum { INI_SECTION = '[', INI_NAME = '=', INI_VALUE = 'w' };

/* False: it isn't well formed, or asks for a variable. Free with nginx_words_done either way. */
bool ini_parse(const char *text, struct nginx_words *ret);
