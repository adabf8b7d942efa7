/* entry: see entry.h. */
#include "entry.h"

#include <string.h>

static const char head[] = "stralix audit record 1\n";

void audit_entry_read(const struct rows *rows, unsigned row, unsigned first, struct audit_entry *ret)
{
	for (unsigned i = 0; i < AUDIT_FIELDS; i++)
		ret->text[i] = rows_text(rows, row, first + i);
}

void audit_entry_canonical(const struct audit_entry *entry, struct buf *out)
{
	buf_add(out, head, sizeof(head) - 1);
	for (unsigned i = 0; i < AUDIT_FIELDS; i++) {
		size_t size = strlen(entry->text[i]);
		const uint8_t length[] = { (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
			                   (uint8_t)size };

		buf_add(out, length, sizeof(length));
		buf_add(out, entry->text[i], size);
	}
}
