/* export: see export.h. */
#include "export.h"

#include <string.h>

#include "lib/base/error.h"
#include "lib/json/json.h"

static bool json_record(struct buf *out, const Stralix__V1__Record *record)
{
	if (!json_write(out, &record->base))
		return false;
	buf_putc(out, '\n');
	return true;
}

/*
 * A cell in quotes (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it: the first
 * character counts, white space or not, and so do the wide forms that some of them turn into the narrow ones.
 */
static void cell(struct buf *out, const char *text)
{
	static const char *const signs[] = { "=",
		                             "+",
		                             "-",
		                             "@",
		                             "\t",
		                             "\r",
		                             "\n",
		                             "|",
		                             "\xef\xbc\x9d" /* = */,
		                             "\xef\xbc\x8b" /* + */,
		                             "\xef\xbc\x8d" /* - */,
		                             "\xef\xbc\xa0" /* @ */ };
	const char *first = text + strspn(text, " ");

	buf_putc(out, '"');
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (strncmp(first, signs[i], strlen(signs[i])) == 0) {
			buf_putc(out, '\'');
			break;
		}
	for (; *text; text++) {
		if (*text == '"')
			buf_putc(out, '"');
		buf_putc(out, *text);
	}
	buf_putc(out, '"');
}

static void csv_head(struct buf *out)
{
	buf_puts(out,
	         "id,at,organisation,service,action,outcome,actor_id,actor_name,on_behalf_of,on_behalf_name,source_ip,"
	         "request_id,target_kind,target_id,target_name,target_node,before,after\r\n");
}

static bool csv_record(struct buf *out, const Stralix__V1__Record *record)
{
	const Stralix__V1__Target *target = record->target;
	const char *const cells[] = {
		record->id,
		record->at,
		target ? target->organisation_id : "",
		record->service,
		record->action,
		record->outcome,
		record->actor_id,
		record->actor_name,
		record->on_behalf_of,
		record->on_behalf_name,
		record->source_ip,
		record->request_id,
		target ? target->kind : "",
		target ? target->id : "",
		target ? target->name : "",
		target ? target->node_id : "",
		record->before,
		record->after,
	};

	for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
		if (i)
			buf_putc(out, ',');
		cell(out, cells[i]);
	}
	buf_puts(out, "\r\n");
	return true;
}

const struct export_format *export_format_find(const char *name)
{
	static const struct export_format formats[] = { { "jsonl", NULL, json_record },
		                                        { "csv", csv_head, csv_record } };

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
