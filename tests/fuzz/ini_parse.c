/* ini_parse: see the header. */
#include "ini_parse.h"

#include <stdlib.h>
#include <string.h>

static bool add(struct nginx_words *words, char kind, const char *text, size_t size)
{
	struct nginx_word *more = reallocarray(words->word, words->n + 1, sizeof(*more));

	if (!more)
		return false;
	words->word = more;
	more[words->n] = (struct nginx_word){ .kind = kind, .text = strndup(text, size) };
	return more[words->n++].text != NULL;
}

static size_t trimmed(const char *text, size_t size)
{
	while (size > 0 && strchr(" \t\r", text[size - 1]))
		size--;
	return size;
}

/* Between quotes a line may end; a backslash takes a quote's meaning away; ${ begins a variable. */
static const char *quoted(const char *text, struct nginx_words *words)
{
	const char *end = text + 1;

	while (*end && *end != '"') {
		if (*end == '\\' || (end[0] == '$' && end[1] == '{'))
			return NULL; /* nothing that we write needs either */
		end++;
	}
	return *end && add(words, INI_VALUE, text + 1, (size_t)(end - text - 1)) ? end + 1 : NULL;
}

/* Up to the end of the line or a comment; without quotes, operators or variables in it. */
static const char *bare(const char *text, struct nginx_words *words)
{
	size_t size = strcspn(text, "\n;");
	size_t odd = strcspn(text, "\"$=|&^~!(){}");

	return odd >= size && add(words, INI_VALUE, text, trimmed(text, size)) ? text + size : NULL;
}

static const char *setting(const char *text, struct nginx_words *words)
{
	size_t size = strcspn(text, "=\n;\"");

	if (text[size] != '=' || !add(words, INI_NAME, text, trimmed(text, size)))
		return NULL;
	text += size + 1;
	text += strspn(text, " \t");
	text = *text == '"' ? quoted(text, words) : bare(text, words);
	/* Behind a value there is nothing but the end of its line. */
	if (!text)
		return NULL;
	text += strspn(text, " \t\r");
	return !*text || *text == '\n' || *text == ';' ? text : NULL;
}

static const char *section(const char *text, struct nginx_words *words)
{
	size_t size = strcspn(text + 1, "]\n");

	return text[1 + size] == ']' && add(words, INI_SECTION, text + 1, size) ? text + size + 2 : NULL;
}

bool ini_parse(const char *text, struct nginx_words *ret)
{
	*ret = (struct nginx_words){ 0 };
	while (text && *text) {
		if (strchr(" \t\r\n", *text))
			text++;
		else if (*text == ';')
			text += strcspn(text, "\n");
		else
			text = *text == '[' ? section(text, ret) : setting(text, ret);
	}
	return text != NULL;
}
