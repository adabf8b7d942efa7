/* nginx_parse: see the header. */
#include "nginx_parse.h"

#include <stdlib.h>
#include <string.h>

static bool add(struct nginx_words *words, char kind, char *text)
{
	struct nginx_word *more = text ? reallocarray(words->word, words->n + 1, sizeof(*more)) : NULL;

	if (!more) {
		free(text);
		return false;
	}
	words->word = more;
	more[words->n++] = (struct nginx_word){ .kind = kind, .text = text };
	return true;
}

/* A backslash takes the meaning of quotes and backslashes away, makes \t \r \n, and stays before anything else. */
static const char *unescape(const char *from, char **to)
{
	static const char named[] = "trn", means[] = "\t\r\n";
	const char *which = from[1] ? strchr(named, from[1]) : NULL;

	if (!from[1])
		return NULL;
	if (which)
		*(*to)++ = means[which - named];
	else if (strchr("\"'\\", from[1]))
		*(*to)++ = from[1];
	else {
		*(*to)++ = '\\';
		*(*to)++ = from[1];
	}
	return from + 2;
}

/* After a closing quote something has to end or to begin. */
static const char *quoted(const char *text, char *to)
{
	char quote = *text++;

	while (*text && *text != quote) {
		if (*text != '\\')
			*to++ = *text++;
		else if (!(text = unescape(text, &to)))
			return NULL;
	}
	*to = '\0';
	return *text && text[1] && strchr(" \t\r\n;{)", text[1]) ? text + 1 : NULL;
}

static const char *bare(const char *text, char *to)
{
	while (*text && !strchr(" \t\r\n;{", *text)) {
		if (text[0] == '$' && text[1] == '{') {
			*to++ = *text++;
			*to++ = *text++;
		} else if (*text != '\\')
			*to++ = *text++;
		else if (!(text = unescape(text, &to)))
			return NULL;
	}
	*to = '\0';
	return text;
}

static const char *word(const char *text, struct nginx_words *words)
{
	char *copy = malloc(strlen(text) + 1);
	const char *rest;

	if (!copy)
		return NULL;
	rest = *text == '"' || *text == '\'' ? quoted(text, copy) : bare(text, copy);
	if (!rest) {
		free(copy);
		return NULL;
	}
	return add(words, NGINX_WORD_TEXT, copy) ? rest : NULL;
}

bool nginx_parse(const char *text, struct nginx_words *ret)
{
	unsigned depth = 0;

	*ret = (struct nginx_words){ 0 };
	while (text && *text) {
		if (strchr(" \t\r\n", *text)) {
			text++;
			continue;
		}
		if (*text == '#') {
			text += strcspn(text, "\n");
			continue;
		}
		if (!strchr("{};", *text)) {
			text = word(text, ret);
			continue;
		}
		if (*text == '}' && depth == 0)
			return false;
		depth += *text == '{' ? 1U : *text == '}' ? -1U : 0U;
		if (!add(ret, *text++, strdup("")))
			return false;
	}
	return text && depth == 0;
}

void nginx_words_done(struct nginx_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->word[i].text);
	free(words->word);
}
