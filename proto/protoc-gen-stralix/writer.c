/* writer: see writer.h. */
#include "writer.h"

#include <stdlib.h>

static void quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		if ((unsigned char)*text < ' ')
			fprintf(out, "\\u%04x", (unsigned)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void line(struct writer *writer)
{
	fputc('\n', writer->out);
	for (unsigned i = 0; i < writer->depth; i++)
		fputs("  ", writer->out);
}

/* What stands before a value or a key. */
static void begin(struct writer *writer)
{
	if (writer->after_key) {
		writer->after_key = false;
		return;
	}
	if (writer->some[writer->depth])
		fputc(',', writer->out);
	writer->some[writer->depth] = true;
	if (writer->depth)
		line(writer);
}

void writer_open(struct writer *writer, char bracket)
{
	begin(writer);
	fputc(bracket, writer->out);
	if (++writer->depth == WRITER_DEPTH)
		abort();
	writer->some[writer->depth] = false;
}

void writer_close(struct writer *writer, char bracket)
{
	bool some = writer->some[writer->depth];

	writer->depth--;
	if (some)
		line(writer);
	fputc(bracket, writer->out);
}

void writer_key(struct writer *writer, const char *key)
{
	begin(writer);
	quoted(writer->out, key);
	fputs(": ", writer->out);
	writer->after_key = true;
}

void writer_text(struct writer *writer, const char *text)
{
	begin(writer);
	quoted(writer->out, text);
}

void writer_number(struct writer *writer, long long number)
{
	begin(writer);
	fprintf(writer->out, "%lld", number);
}

void writer_bool(struct writer *writer, bool value)
{
	begin(writer);
	fputs(value ? "true" : "false", writer->out);
}

void writer_member(struct writer *writer, const char *key, const char *text)
{
	writer_key(writer, key);
	writer_text(writer, text);
}

void writer_member_number(struct writer *writer, const char *key, long long number)
{
	writer_key(writer, key);
	writer_number(writer, number);
}

void writer_object(struct writer *writer, const char *key)
{
	writer_key(writer, key);
	writer_open(writer, '{');
}

void writer_array(struct writer *writer, const char *key)
{
	writer_key(writer, key);
	writer_open(writer, '[');
}
