/* shown: see shown.h. */

#include "agent/engine/shown.h"

#include <string.h>

#include "lib/contract/format.h"

/* Byte by byte what isn't a whole character. */
static void clean(char *text)
{
	for (size_t left = strlen(text), size; left > 0; text += size, left -= size) {
		uint32_t character;

		size = format_utf8_next(text, left, &character);
		if (size == 0 || (character < 0x20 && character != '\n' && character != '\t') || character == 0x7f) {
			*text = '?';
			size = 1;
		}
	}
}

char *shown_text(const char *text, struct arena *arena)
{
	char *copy = arena_strdup(arena, text);

	if (copy)
		clean(copy);
	return copy;
}

/* *shown false: it is nobody's to read. */
static bool show(const struct adapter *adapter, const char *path, struct diff_text *text, struct buf *out)
{
	if (!text->data)
		return true;
	buf_add(out, "", 0);
	if (!adapter->ops->show(adapter->self, path, text->data, text->size, out))
		return false;
	*text = (struct diff_text){ out->data, out->size };
	return true;
}

bool shown_diff(const struct adapter *adapter, const char *path, struct diff_text from, struct diff_text to,
                size_t *left, struct arena *arena, struct shown *ret, struct error *err)
{
	_cleanup_buf_ struct buf was = { 0 }, is = { 0 }, diff = { 0 };
	size_t max = *left < SHOWN_FILE ? *left : SHOWN_FILE;
	enum diff_result result = DIFF_CUT;

	*ret = (struct shown){ .secret = !show(adapter, path, &from, &was) || !show(adapter, path, &to, &is) };
	if (!ret->secret && !diff_unified(from, to, max, &diff, &result, err))
		return false;
	ret->cut = !ret->secret && result == DIFF_CUT;
	ret->diff = shown_text(diff.data ? diff.data : "", arena);
	*left -= diff.size < *left ? diff.size : *left;
	return ret->diff || error_set(err, ERR_TOO_LARGE, "no room for the differences");
}
