/* nginx_parse: a reader of nginx's configuration language, written from its documentation and independent of the
 * renderer: what it finds in a rendered file is what nginx would. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { NGINX_WORD_OPEN = '{', NGINX_WORD_CLOSE = '}', NGINX_WORD_END = ';', NGINX_WORD_TEXT = 'w' };

/* One token: what it is and, of a word, its text without quotes and escapes. */
struct nginx_word {
	char kind;
	char *text;
};

struct nginx_words {
	struct nginx_word *word;
	size_t n;
};

/* False: it isn't well formed. Free with nginx_words_done either way. */
bool nginx_parse(const char *text, struct nginx_words *ret);
void nginx_words_done(struct nginx_words *words);
