/* list: see list.h. */
#include "list.h"

#include <string.h>

#include "lib/base/cursor.h"
#include "lib/contract/format.h"

enum { DEFAULT_LIMIT = 50 };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the list; ask for fewer");
}

const struct list_order *list_order_find(const struct list_order *orders, size_t n, const char *name, const char *words,
                                         struct error *err)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(orders[i].name, name) == 0)
			return &orders[i];
	error_field(err, "sort", "sort", "Sort by %s, downwards with a hyphen before.", words);
	return NULL;
}

bool list_bad_cursor(struct error *err)
{
	return error_field(err, "cursor", "CURSOR", "This page is no longer there; start from the first.");
}

bool list_after(const struct list_order *order, const char *cursor, struct arena *arena, const char **ret,
                struct error *err)
{
	const char *reason, *value;

	*ret = "";
	if (!*cursor)
		return true;
	value = cursor_read(order->letter, cursor, arena);
	if (!value || (order->key && !format_check(order->key, value, arena, &value, &reason)))
		return list_bad_cursor(err);
	*ret = value;
	return true;
}

unsigned list_limit(uint32_t wanted)
{
	return wanted ? wanted : DEFAULT_LIMIT;
}

void *list_rows(size_t n, struct arena *arena, struct error *err)
{
	void *rows = arena_alloc(arena, (n + 1) * sizeof(void *));

	if (!rows)
		no_room(err);
	return rows;
}

bool list_page(const struct list_order *order, uint64_t total, const char *last, struct arena *arena,
               Stralix__V1__Page **ret, struct error *err)
{
	Stralix__V1__Page *page = arena_alloc(arena, sizeof(*page));
	const char *cursor = NULL;

	if (!page || (last && !(cursor = cursor_write(order->letter, last, arena))))
		return no_room(err);
	stralix__v1__page__init(page);
	page->total = total;
	if (cursor && !(page->next_cursor = arena_strdup(arena, cursor)))
		return no_room(err);
	*ret = page;
	return true;
}
