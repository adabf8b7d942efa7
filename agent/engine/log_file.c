/* log_file: backward from the end in growing windows, forward from a cursor in one. */

#include "agent/engine/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/engine/log_line.h"

enum { WINDOW = 64 * 1024 };

/* One file; fd -1: it isn't there. */
struct part {
	int fd;
	uint64_t id; /* the number of a deleted file is given to the next one, its time of birth isn't */
	off_t size;
};

/* What is read into; found->lines grows at either end. */
struct reading {
	const struct log_wanted *wanted;
	struct arena *arena;
	struct log_found *found;
	size_t bytes; /* of the lines */
	char *buffer;
};

static void part_done(struct part *part)
{
	closep(&part->fd);
}

static uint64_t id_of(const struct statx *file)
{
	uint64_t born_ns = (uint64_t)file->stx_btime.tv_sec * 1000000000U + file->stx_btime.tv_nsec;

	return file->stx_ino ^ born_ns * 0x9e3779b97f4a7c15U;
}

static bool part_open(const char *log, const char *suffix, struct part *ret, struct error *err)
{
	char path[PATH_MAX];
	struct statx file;

	*ret = (struct part){ .fd = -1 };
	snprintf(path, sizeof(path), "%s%s", log, suffix);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || error_errno(err, errno, "open a log");
	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &file) == 0 && S_ISREG(file.stx_mode))
		*ret = (struct part){ fd, id_of(&file), (off_t)file.stx_size };
	else
		close(fd);
	return true;
}

/* Reads the bytes from..to into the buffer; *ret_size is less when the file has shrunk meanwhile. */
static bool load(struct reading *reading, const struct part *part, off_t from, off_t to, size_t *ret_size,
                 struct error *err)
{
	size_t wanted = (size_t)(to - from);

	*ret_size = 0;
	while (*ret_size < wanted) {
		ssize_t got = pread(part->fd, reading->buffer + *ret_size, wanted - *ret_size, from + (off_t)*ret_size);

		if (got < 0 && errno != EINTR)
			return error_errno(err, errno, "read a log");
		if (got == 0)
			break;
		*ret_size += got > 0 ? (size_t)got : 0;
	}
	return true;
}

/* Whether another line may be added; false sets *full. */
static bool add(struct reading *reading, const char *line, size_t size, bool *full, char **ret)
{
	*ret = NULL;
	if (!log_line_has(line, size, reading->wanted->contains))
		return true;
	*full = reading->found->n == reading->wanted->max_lines || reading->bytes > LOG_BYTES;
	if (*full)
		return true;
	*ret = log_line_show(line, size, reading->arena);
	if (*ret)
		reading->bytes += strlen(*ret) + 8;
	return *ret;
}

/* The lines of a buffer that ends with a newline, newest first, in front of those that were found. */
static bool collect_back(struct reading *reading, size_t first, size_t size, bool *full, struct error *err)
{
	struct log_found *found = reading->found;

	for (size_t end = size; end > first && !*full;) {
		const char *before = end - 1 > first ? memrchr(reading->buffer + first, '\n', end - 1 - first) : NULL;
		size_t from = before ? (size_t)(before - reading->buffer) + 1 : first;
		char *line;

		if (!add(reading, reading->buffer + from, end - 1 - from, full, &line))
			return error_set(err, ERR_INTERNAL, "out of memory");
		if (line)
			found->lines[reading->wanted->max_lines - ++found->n] = line;
		end = from;
	}
	return true;
}

/* The newest lines of a part before an offset, which is the end of a line. */
static bool read_back(struct reading *reading, const struct part *part, off_t end, bool *full, struct error *err)
{
	const struct log_found start = *reading->found;
	size_t start_bytes = reading->bytes;

	for (off_t window = WINDOW;; window *= 4) {
		off_t from = end > window ? end - window : 0;
		size_t size, first = 0;

		*reading->found = start;
		reading->bytes = start_bytes;
		*full = false;
		if (!load(reading, part, from, end, &size, err))
			return false;
		if (from > 0) { /* what it begins with is the end of a line */
			const char *newline = memchr(reading->buffer, '\n', size);

			first = newline ? (size_t)(newline - reading->buffer) + 1 : size;
		}
		if (!collect_back(reading, first, size, full, err))
			return false;
		if (*full || from == 0)
			return true;
		if (window * 4 > LOG_SCAN) {
			*full = true;
			return true;
		}
	}
}

/* Where the last whole line ends. */
static bool last_end(struct reading *reading, const struct part *part, off_t *ret, struct error *err)
{
	off_t from = part->size > WINDOW ? part->size - WINDOW : 0;
	size_t size;

	if (!load(reading, part, from, part->size, &size, err))
		return false;
	const char *newline = size > 0 ? memrchr(reading->buffer, '\n', size) : NULL;
	*ret = newline ? from + (newline - reading->buffer) + 1 : from > 0 ? part->size : 0;
	return true;
}

static void set_cursor(struct log_found *found, uint64_t id, off_t offset)
{
	snprintf(found->cursor, sizeof(found->cursor), "%" PRIx64 "-%" PRIxMAX, id, (uintmax_t)offset);
}

static bool read_newest(struct reading *reading, const struct part *now, const struct part *older, struct error *err)
{
	struct log_found *found = reading->found;
	bool full = false;
	off_t end = 0;

	if (now->fd >= 0 && (!last_end(reading, now, &end, err) || !read_back(reading, now, end, &full, err)))
		return false;
	set_cursor(found, now->id, end);
	if (!full && older->fd >= 0 &&
	    (!last_end(reading, older, &end, err) || !read_back(reading, older, end, &full, err)))
		return false;
	found->skipped = full;
	memmove(found->lines, found->lines + reading->wanted->max_lines - found->n, found->n * sizeof(char *));
	return true;
}

/* The lines of a buffer, oldest first; *ret_used: the bytes of those that were looked at. */
static bool collect_on(struct reading *reading, size_t size, size_t *ret_used, bool *full, struct error *err)
{
	struct log_found *found = reading->found;

	*ret_used = 0;
	while (*ret_used < size && !*full) {
		const char *from = reading->buffer + *ret_used, *newline = memchr(from, '\n', size - *ret_used);
		size_t length = newline ? (size_t)(newline - from) : size - *ret_used;
		char *line;

		if (!newline && length < WINDOW)
			return true; /* it is still being written */
		if (!add(reading, from, length, full, &line))
			return error_set(err, ERR_INTERNAL, "out of memory");
		if (*full)
			return true;
		if (line)
			found->lines[found->n++] = line;
		*ret_used += length + (newline ? 1 : 0);
	}
	return true;
}

/* A cursor comes from outside: it may name the middle of a line, which isn't shown. */
static bool line_begins(const struct part *part, off_t offset)
{
	char before;

	return offset == 0 || (pread(part->fd, &before, 1, offset - 1) == 1 && before == '\n');
}

static bool read_on(struct reading *reading, const struct part *part, off_t offset, struct error *err)
{
	struct log_found *found = reading->found;
	off_t end = part->size - offset > LOG_SCAN ? offset + LOG_SCAN : part->size;
	size_t size, used;
	bool full = false;

	if (!line_begins(part, offset))
		return error_field(err, "cursor", "CURSOR", "This cursor is of another log.");
	if (!load(reading, part, offset, end, &size, err) || !collect_on(reading, size, &used, &full, err))
		return false;
	found->more = full || end < part->size;
	set_cursor(found, part->id, offset + (off_t)used);
	return true;
}

static bool parse_cursor(const char *text, uint64_t *id, off_t *offset, struct error *err)
{
	uintmax_t a = 0, b = 0;
	int end = 0;

	if (strlen(text) >= LOG_CURSOR || sscanf(text, "%16" SCNxMAX "-%15" SCNxMAX "%n", &a, &b, &end) != 2 ||
	    text[end] != '\0')
		return error_field(err, "cursor", "CURSOR", "This cursor is of another log.");
	*id = a;
	*offset = (off_t)b;
	return true;
}

/* The rest of what was rotated away first, then what is written now. */
static bool read_after(struct reading *reading, const struct part *now, const struct part *older, struct error *err)
{
	struct log_found *found = reading->found;
	uint64_t id = 0;
	off_t offset = 0;

	if (!parse_cursor(reading->wanted->cursor, &id, &offset, err))
		return false;
	if (id == 0) { /* there was none then: all that has come to be */
		id = older->fd >= 0 ? older->id : now->id;
		offset = 0;
	}
	if (now->fd < 0 && older->fd < 0) {
		set_cursor(found, 0, 0);
		return true;
	}
	if (older->fd >= 0 && id == older->id && offset <= older->size) {
		if (!read_on(reading, older, offset, err))
			return false;
		if (found->more || now->fd < 0)
			return true;
		set_cursor(found, now->id, 0);
		found->more = now->size > 0;
		return true;
	}
	if (now->fd >= 0 && id == now->id && offset <= now->size)
		return read_on(reading, now, offset, err);
	if (!read_newest(reading, now, older, err)) /* its file is gone */
		return false;
	found->skipped = true;
	return true;
}

bool log_file_read(const char *path, const struct log_wanted *wanted, struct arena *arena, struct log_found *ret,
                   struct error *err)
{
	_cleanup_free_ char *buffer = malloc(LOG_SCAN + WINDOW);
	_cleanup_(part_done) struct part now = { .fd = -1 }, older = { .fd = -1 };
	struct reading reading = { wanted, arena, ret, 0, buffer };

	*ret = (struct log_found){ .lines = arena_alloc(arena, wanted->max_lines * sizeof(char *)) };
	if (!buffer || !ret->lines)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return error_set(err, ERR_INTERNAL, "out of memory");
	/* In this order: rotated between the two, the same is found twice instead of not at all. */
	if (!part_open(path, "", &now, err) || !part_open(path, ".1", &older, err))
		return false;
	if (older.id == now.id) {
		part_done(&older);
		older = (struct part){ .fd = -1 };
	}
	return *wanted->cursor ? read_after(&reading, &now, &older, err) : read_newest(&reading, &now, &older, err);
}
