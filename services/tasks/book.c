/* book: an array under a lock; installations have hundreds of nodes. */

#include "book.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"

#include "tasks.h"
#include "tasks_sql.h"

enum { LOOK_EVERY_MS = 1000 };

struct entry {
	struct node_facts facts;
	int64_t seen_ms;  /* Unix */
	bool present;     /* reachable and not held */
	struct beat beat; /* json NULL: none */
};

struct book {
	pthread_mutex_t lock;
	struct entry *entries;
	size_t n;
	int64_t looked_ms; /* monotonic */
};

struct book *book_new(void)
{
	struct book *book = calloc(1, sizeof(*book));

	if (book) {
		pthread_mutex_init(&book->lock, NULL);
		book->looked_ms = INT64_MIN / 2;
	}
	return book;
}

void book_free(struct book *book)
{
	if (!book)
		return;
	for (size_t i = 0; i < book->n; i++)
		free(book->entries[i].beat.json);
	free(book->entries);
	pthread_mutex_destroy(&book->lock);
	free(book);
}

/* Held by all below: the lock. */
static struct entry *find(struct book *book, const char *id)
{
	for (size_t i = 0; i < book->n; i++)
		if (strcmp(book->entries[i].facts.id, id) == 0)
			return &book->entries[i];
	return NULL;
}

static struct entry *add(struct book *book, const char *id)
{
	struct entry *entries = realloc(book->entries, (book->n + 1) * sizeof(*entries));

	if (!entries)
		return NULL;
	book->entries = entries;
	entries[book->n] = (struct entry){ 0 };
	snprintf(entries[book->n].facts.id, sizeof(entries[book->n].facts.id), "%s", id);
	return &entries[book->n++];
}

static bool update(struct book *book, const struct rows *rows, unsigned row, struct error *err)
{
	const char *id = rows_text(rows, row, 0);
	struct entry *entry = find(book, id);

	if (!entry)
		entry = add(book, id);
	if (!entry)
		return error_errno(err, ENOMEM, "remember node %s", id);
	entry->facts.trusted = node_is_trusted(rows_text(rows, row, 1));
	entry->facts.has_key = token_public_parse(rows_text(rows, row, 2), entry->facts.key);
	if (rows_int(rows, row, 3) > entry->seen_ms)
		entry->seen_ms = rows_int(rows, row, 3);
	entry->present = rows_bool(rows, row, 4);
	return true;
}

bool book_load(struct book *book, struct db *wide, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_(rows_freep) struct rows *rows = NULL;
	bool ok = true;

	if (!tx_begin(wide, NULL, &tx, err) || !tx_run(tx, TASKS_WIDE_NODE_BOOK, NULL, 0, &rows, err) ||
	    !tx_commit(&tx, err))
		return error_wrap(err, "read the nodes");
	pthread_mutex_lock(&book->lock);
	for (unsigned i = 0; ok && i < rows_count(rows); i++)
		ok = update(book, rows, i, err);
	pthread_mutex_unlock(&book->lock);
	return ok;
}

/* *ret_look: nobody has asked the database within the last second. */
static bool look_up(struct book *book, const char *id, struct node_facts *ret, bool *ret_look)
{
	const struct entry *entry;
	int64_t now = clock_monotonic_ms();

	pthread_mutex_lock(&book->lock);
	entry = find(book, id);
	if (entry)
		*ret = entry->facts;
	*ret_look = !entry && now - book->looked_ms > LOOK_EVERY_MS;
	if (*ret_look)
		book->looked_ms = now;
	pthread_mutex_unlock(&book->lock);
	return entry != NULL;
}

bool book_find(struct book *book, struct db *wide, const char *id, struct node_facts *ret, struct error *err)
{
	bool look;

	if (look_up(book, id, ret, &look))
		return true;
	if (look && !book_load(book, wide, err))
		return false;
	if (look && look_up(book, id, ret, &look))
		return true;
	return error_set(err, ERR_NOT_FOUND, "there is no node '%s'", id);
}

static void put_beat(struct entry *entry, const struct beat *beat)
{
	free(entry->beat.json);
	entry->beat = *beat;
}

bool book_beat(struct book *book, const char *id, char *json, int64_t now_ms, bool clock_ok)
{
	struct beat beat = { .json = json, .at_ms = now_ms, .clock_ok = clock_ok };
	struct entry *entry;
	bool news = false;

	snprintf(beat.id, sizeof(beat.id), "%s", id);
	pthread_mutex_lock(&book->lock);
	entry = find(book, id);
	if (entry) {
		news = !entry->present || now_ms - entry->seen_ms > ALIVE_MS;
		entry->seen_ms = now_ms;
		entry->present = true;
		put_beat(entry, &beat);
	}
	pthread_mutex_unlock(&book->lock);
	if (!entry)
		free(json);
	return news;
}

bool book_heard_since(struct book *book, const char *id, int64_t unix_ms)
{
	const struct entry *entry;
	bool heard;

	pthread_mutex_lock(&book->lock);
	entry = find(book, id);
	heard = entry && entry->seen_ms >= unix_ms;
	pthread_mutex_unlock(&book->lock);
	return heard;
}

void book_away(struct book *book, const char *id)
{
	struct entry *entry;

	pthread_mutex_lock(&book->lock);
	entry = find(book, id);
	if (entry)
		entry->present = false;
	pthread_mutex_unlock(&book->lock);
}

struct beat *book_take_beats(struct book *book, size_t *ret_n)
{
	struct beat *beats = NULL;
	size_t n = 0;

	pthread_mutex_lock(&book->lock);
	for (size_t i = 0; i < book->n; i++)
		n += book->entries[i].beat.json != NULL;
	if (n)
		beats = calloc(n, sizeof(*beats));
	*ret_n = 0;
	for (size_t i = 0; beats && i < book->n; i++)
		if (book->entries[i].beat.json) {
			beats[(*ret_n)++] = book->entries[i].beat;
			book->entries[i].beat.json = NULL;
		}
	pthread_mutex_unlock(&book->lock);
	return beats;
}

void book_give_back(struct book *book, struct beat *beats, size_t n)
{
	pthread_mutex_lock(&book->lock);
	for (size_t i = 0; i < n; i++) {
		struct entry *entry = find(book, beats[i].id);

		if (entry && !entry->beat.json)
			put_beat(entry, &beats[i]);
		else
			free(beats[i].json);
	}
	pthread_mutex_unlock(&book->lock);
	free(beats);
}
