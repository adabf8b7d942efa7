/* complaints: see complaints.h. */
#include "complaints.h"

#include <stdarg.h>
#include <stdio.h>

void complain(struct complaints *complaints, const char *field, const char *rule, const char *format, ...)
{
	enum { WORDS = 256 };
	Stralix__V1__Violation *one;
	char words[WORDS];
	va_list args;

	if (complaints->n == COMPLAINTS || !(one = arena_alloc(complaints->arena, sizeof(*one))))
		return;
	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	stralix__v1__violation__init(one);
	one->field = arena_strdup(complaints->arena, field);
	one->rule = arena_strdup(complaints->arena, rule);
	one->message = arena_strdup(complaints->arena, words);
	if (one->field && one->rule && one->message)
		complaints->list[complaints->n++] = one;
}

bool complaints_none(const struct complaints *complaints, struct error *err)
{
	for (size_t i = 0; i < complaints->n; i++)
		error_field(err, complaints->list[i]->field, complaints->list[i]->rule, "%s",
		            complaints->list[i]->message);
	return complaints->n == 0;
}
