/* pem: a reader that goes from block to block, and writes each anew. */
#include "lib/contract/pem.h"

#include <string.h>

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"

enum { LABEL = 64, LINE = 64 };

struct writer {
	char *out;
	size_t size;
};

static void put(struct writer *to, const char *text, size_t size)
{
	memcpy(to->out + to->size, text, size);
	to->size += size;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* "CERTIFICATE-----": its length without the dashes; 0 when it is none. */
static size_t read_label(const char *text)
{
	size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ");

	return size > 0 && size <= LABEL && text[0] != ' ' && text[size - 1] != ' ' &&
	                       strncmp(text + size, DASHES, strlen(DASHES)) == 0
	               ? size
	               : 0;
}

/* The digits up to the next dash, in lines; NULL when they are no base64. */
static const char *copy_body(const char *text, struct writer *to)
{
	size_t digits = 0, padding = 0;

	for (; *text && *text != '-'; text++) {
		if (is_space(*text))
			continue;
		if (*text == '=')
			padding++;
		else if (padding > 0 || !is_digit(*text))
			return NULL;
		put(to, text, 1);
		if (++digits % LINE == 0)
			put(to, "\n", 1);
	}
	if (digits % LINE != 0)
		put(to, "\n", 1);
	return digits > 0 && digits % 4 == 0 && padding <= 2 ? text : NULL;
}

/* The block that begins at text; what stands behind it, or NULL. */
static const char *copy_block(const char *text, struct writer *to)
{
	const char *label = text + strlen(BEGIN);
	size_t size = read_label(label);
	const char *end = label + size + strlen(DASHES);

	if (!size)
		return NULL;
	put(to, text, (size_t)(end - text));
	put(to, "\n", 1);
	text = copy_body(end, to);
	if (!text || strncmp(text, END, strlen(END)) != 0 || read_label(text + strlen(END)) != size ||
	    memcmp(text + strlen(END), label, size) != 0)
		return NULL;
	end = text + strlen(END) + size + strlen(DASHES);
	put(to, text, (size_t)(end - text));
	put(to, "\n", 1);
	return end;
}

const char *pem_normalise(const char *text, struct arena *arena)
{
	/* A digit more in a line of one is the worst that can be added, with a line feed behind each block's lines. */
	struct writer to = { .out = arena_alloc(arena, 2 * strlen(text) + 1) };
	const char *block = strstr(text, BEGIN);

	if (!to.out || !block)
		return NULL;
	for (; block; block = strstr(block, BEGIN)) {
		block = copy_block(block, &to);
		if (!block)
			return NULL;
	}
	to.out[to.size] = '\0';
	return to.out;
}

size_t pem_count(const char *pem, const char *label)
{
	size_t n = 0, size = strlen(label);

	for (const char *block = strstr(pem, BEGIN); block; block = strstr(block + strlen(BEGIN), BEGIN)) {
		const char *own = block + strlen(BEGIN);

		if (read_label(own) != size || memcmp(own, label, size) != 0)
			return 0;
		n++;
	}
	return n;
}
