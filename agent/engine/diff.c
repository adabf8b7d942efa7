/* diff: Myers' greedy search for the shortest edit script, in what is left when both texts' common ends are put aside.
 */

#include "agent/engine/diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINES_MAX = 50000,
	EDITS_MAX = 1000, /* more than these: all is shown as replaced */
	AROUND = 3,
};

struct line {
	const char *text;
	size_t size; /* with its newline, if it has one */
	uint32_t hash;
};

struct side {
	struct line *lines;
	size_t n;
	bool *changed; /* gone from here, or new here */
};

static void side_done(struct side *side)
{
	free(side->lines);
	free(side->changed);
}

static uint32_t hash_of(const char *text, size_t size)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619U;
	return hash;
}

static size_t count_lines(struct diff_text text)
{
	size_t n = 0;

	if (!text.data)
		return 0;
	for (size_t i = 0; i < text.size; i++)
		n += text.data[i] == '\n';
	return n + (text.size > 0 && text.data[text.size - 1] != '\n');
}

static bool split(struct diff_text text, struct side *side)
{
	size_t n = count_lines(text);
	const char *at = text.data, *end = text.data + text.size;

	side->lines = calloc(n + 1, sizeof(*side->lines));
	side->changed = calloc(n + 1, sizeof(*side->changed));
	if (!side->lines || !side->changed)
		return false;
	for (side->n = 0; side->n < n; side->n++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t size = newline ? (size_t)(newline - at) + 1 : (size_t)(end - at);

		side->lines[side->n] = (struct line){ at, size, hash_of(at, size) };
		at += size;
	}
	return true;
}

static bool same(const struct line *a, const struct line *b)
{
	return a->hash == b->hash && a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

/* A search: `reach[d]` says how far each diagonal -d…d came with d edits. */
struct search {
	const struct line *from, *to;
	int n, m;
	int *reach[EDITS_MAX + 1];
};

static void search_done(struct search *search)
{
	for (unsigned d = 0; d <= EDITS_MAX; d++)
		free(search->reach[d]);
}

/* Where diagonal k begins with d edits: from whichever neighbour came further. *down: by a line of `to`. */
static int begin_at(const struct search *search, int d, int k, bool *down)
{
	const int *before = d > 0 ? search->reach[d - 1] + (d - 1) : NULL;

	*down = false;
	if (d == 0)
		return 0;
	*down = k == -d || (k != d && before[k - 1] < before[k + 1]);
	return *down ? before[k + 1] : before[k - 1] + 1;
}

/* One round of d edits. *end: the diagonal's end was reached. */
static bool extend(struct search *search, int d, bool *end)
{
	int *reach = malloc(((size_t)2 * (size_t)d + 1) * sizeof(int));

	search->reach[d] = reach;
	if (!reach)
		return false;
	for (int k = -d; k <= d; k += 2) {
		bool down;
		int x = begin_at(search, d, k, &down), y = x - k;

		while (x < search->n && y >= 0 && y < search->m && same(&search->from[x], &search->to[y])) {
			x++;
			y++;
		}
		reach[d + k] = x;
		*end = *end || (x == search->n && y == search->m);
	}
	return true;
}

/* The way back, marking what changed. */
static void trace(const struct search *search, int d, bool *gone, bool *came)
{
	int k = search->n - search->m;

	for (; d > 0; d--) {
		bool down;
		int x = begin_at(search, d, k, &down);

		if (down) {
			came[x - k - 1] = true;
			k++;
		} else {
			gone[x - 1] = true;
			k--;
		}
	}
}

/* Marks what changed between the two middles; *ret false: no memory. */
static bool compare(const struct line *from, size_t n, const struct line *to, size_t m, bool *gone, bool *came)
{
	struct search search = { .from = from, .to = to, .n = (int)n, .m = (int)m };
	bool end = false, ok = true;
	int d = 0;

	if (n > 0 && m > 0)
		for (; ok && !end && d <= EDITS_MAX; d++)
			ok = extend(&search, d, &end);
	if (end) {
		trace(&search, d - 1, gone, came);
	} else {
		memset(gone, 1, n * sizeof(*gone));
		memset(came, 1, m * sizeof(*came));
	}
	search_done(&search);
	return ok;
}

static bool compare_sides(struct side *from, struct side *to)
{
	size_t head = 0, tail = 0, least = from->n < to->n ? from->n : to->n;

	while (head < least && same(&from->lines[head], &to->lines[head]))
		head++;
	while (tail < least - head && same(&from->lines[from->n - 1 - tail], &to->lines[to->n - 1 - tail]))
		tail++;
	return compare(from->lines + head, from->n - head - tail, to->lines + head, to->n - head - tail,
	               from->changed + head, to->changed + head);
}

/* A stretch of both texts. */
struct hunk {
	size_t from, from_end, to, to_end;
};

/* The next hunk from these places on: changes with at most twice the lines around between them. */
static bool next_hunk(const struct side *from, const struct side *to, size_t i, size_t j, struct hunk *ret)
{
	size_t quiet = 0, start = i;

	while (i < from->n && j < to->n && !from->changed[i] && !to->changed[j]) {
		i++;
		j++;
	}
	if (i == from->n && j == to->n)
		return false;
	size_t before = i - start < AROUND ? i - start : AROUND;
	*ret = (struct hunk){ i - before, i, j - before, j };
	while ((i < from->n || j < to->n) && quiet <= (size_t)2 * AROUND) {
		bool gone = i < from->n && from->changed[i], came = j < to->n && to->changed[j];

		i += gone || !came;
		j += came || !gone;
		if (gone && came) { /* both are counted at once, which is as well */
			quiet = 0;
		} else {
			quiet = gone || came ? 0 : quiet + 1;
		}
		if (quiet == 0)
			*ret = (struct hunk){ ret->from, i, ret->to, j };
	}
	size_t left = from->n - ret->from_end, after = left < AROUND ? left : AROUND;
	ret->from_end += after;
	ret->to_end += after;
	return true;
}

static void put_line(struct buf *out, char sign, const struct line *line)
{
	buf_putc(out, sign);
	buf_add(out, line->text, line->size);
	if (line->text[line->size - 1] != '\n')
		buf_puts(out, "\n\\ No newline at end of file\n");
}

static void put_hunk(struct buf *out, const struct side *from, const struct side *to, const struct hunk *hunk)
{
	size_t n = hunk->from_end - hunk->from, m = hunk->to_end - hunk->to, i = hunk->from, j = hunk->to;

	buf_printf(out, "@@ -%zu,%zu +%zu,%zu @@\n", hunk->from + (n > 0), n, hunk->to + (m > 0), m);
	while (i < hunk->from_end || j < hunk->to_end) {
		while (i < hunk->from_end && from->changed[i])
			put_line(out, '-', &from->lines[i++]);
		while (j < hunk->to_end && to->changed[j])
			put_line(out, '+', &to->lines[j++]);
		while (i < hunk->from_end && j < hunk->to_end && !from->changed[i] && !to->changed[j]) {
			put_line(out, ' ', &from->lines[i++]);
			j++;
		}
	}
}

/* Whole hunks as long as there is room; of a hunk that is too long, its first lines. */
static bool put_all(struct buf *out, const struct side *from, const struct side *to, size_t max)
{
	size_t begin = out->size;
	struct hunk hunk = { 0 };
	bool fits = true;

	while (fits && next_hunk(from, to, hunk.from_end, hunk.to_end, &hunk)) {
		put_hunk(out, from, to, &hunk);
		fits = out->size - begin <= max;
	}
	if (fits || buf_failed(out))
		return true;
	size_t end = begin + max;
	while (end > begin && out->data[end - 1] != '\n')
		end--;
	out->size = end;
	out->data[end] = '\0';
	return false;
}

static bool comparable(struct diff_text text)
{
	return text.size <= DIFF_TEXT && (!text.data || !memchr(text.data, '\0', text.size)) &&
	       count_lines(text) <= LINES_MAX;
}

bool diff_unified(struct diff_text from, struct diff_text to, size_t max, struct buf *out, enum diff_result *ret,
                  struct error *err)
{
	struct side a = { 0 }, b = { 0 };

	*ret = DIFF_SAME;
	if (!from.data == !to.data && from.size == to.size &&
	    (!from.data || !to.data || memcmp(from.data, to.data, from.size) == 0))
		return true;
	*ret = DIFF_CUT;
	if (!comparable(from) || !comparable(to))
		return true;
	bool ok = split(from, &a) && split(to, &b) && compare_sides(&a, &b);
	if (ok && put_all(out, &a, &b, max))
		*ret = DIFF_WHOLE;
	side_done(&a);
	side_done(&b);
	return (ok && !buf_failed(out)) || error_set(err, ERR_INTERNAL, "out of memory");
}
