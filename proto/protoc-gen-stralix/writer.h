/* writer: JSON, indented, with the commas in the right places. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

enum { WRITER_DEPTH = 32 };

struct writer {
	FILE *out;
	unsigned depth;
	bool some[WRITER_DEPTH]; /* whether this level has a member already */
	bool after_key;
};

void writer_open(struct writer *writer, char bracket); /* '{' or '[' */
void writer_close(struct writer *writer, char bracket);
void writer_key(struct writer *writer, const char *key);
void writer_text(struct writer *writer, const char *text);
void writer_number(struct writer *writer, long long number);
void writer_bool(struct writer *writer, bool value);

/* "key": value in one. */
void writer_member(struct writer *writer, const char *key, const char *text);
void writer_member_number(struct writer *writer, const char *key, long long number);
void writer_object(struct writer *writer, const char *key); /* "key": { */
void writer_array(struct writer *writer, const char *key);  /* "key": [ */
