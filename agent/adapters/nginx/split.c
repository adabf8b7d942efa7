/* split: reads on where it stopped, a piece at a time; each piece goes to each website's log with one write. */

#include "agent/adapters/nginx/split.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "agent/adapters/nginx/split_line.h"
#include "agent/engine/file.h"
#include "agent/engine/watch.h"

enum {
	PIECE = 1 << 20,
	PAUSE_MS = 200, /* between two looks: what comes meanwhile is dealt out together */
	LOOK_MS = 10000,
	TURN_MS = 3000, /* nginx has turned to a new file after that */
	SHARED = 4,
	PARTS = 512, /* of the table of a piece's websites */
};

/* What of a piece is one website's. */
struct part {
	char id[UUID_TEXT];
	struct buf text;
};

/* One of nginx's logs. What was read is kept in a file of that name with ".read" behind it, as "inode offset". */
struct source {
	const char *name, *suffix;
	bool (*split)(const char *secret, const char *line, size_t size, struct split_line *ret);
	int fd; /* -1: not open */
	ino_t inode;
	off_t offset;
	bool away; /* rotated: what is open is read to its end, then the new one */
	int64_t away_ms;
};

struct split {
	struct split_options use;
	int log, site; /* folders */
	int watches, stop;
	pthread_t thread;
	bool running;
	struct source sources[2];
	struct part parts[PARTS];
	unsigned n_parts;
	char *piece;
};

static void read_place(const struct split *split, struct source *source)
{
	char name[64], text[64] = "";
	uintmax_t inode, offset;
	char *end, *last;

	snprintf(name, sizeof(name), "%s.read", source->name);
	_cleanup_close_ int fd = openat(split->log, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return;
	inode = strtoumax(text, &end, 10);
	offset = strtoumax(end, &last, 10);
	if (end > text && last > end && offset < INT64_MAX) {
		source->inode = (ino_t)inode;
		source->offset = (off_t)offset;
	}
}

static void write_place(const struct split *split, const struct source *source)
{
	char name[64], text[64];

	snprintf(name, sizeof(name), "%s.read", source->name);
	int size = snprintf(text, sizeof(text), "%-20" PRIuMAX " %-20" PRIuMAX "\n", (uintmax_t)source->inode,
	                    (uintmax_t)source->offset);
	_cleanup_close_ int fd = openat(split->log, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || pwrite(fd, text, (size_t)size, 0) != size)
		log_debug("the place in %s can't be kept", source->name); /* lines may come twice after a restart */
}

/* Opens a log where it was left; one that is another file now is read from its beginning. */
static void open_source(struct split *split, struct source *source)
{
	char path[PATH_MAX];
	struct stat file;

	if (source->fd >= 0)
		return;
	source->fd = openat(split->log, source->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (source->fd < 0 || fstat(source->fd, &file) < 0)
		return;
	if (file.st_ino != source->inode || source->offset > file.st_size)
		source->offset = 0;
	source->inode = file.st_ino;
	snprintf(path, sizeof(path), "%s/log/%s", split->use.dir, source->name);
	if (watch_add(split->watches, path) < 0)
		log_debug("%s is looked at now and then only", source->name);
}

/* NULL: the piece has too many websites; what it has goes out first. */
static struct part *find_part(struct split *split, const char *id)
{
	for (unsigned i = 0; i < split->n_parts; i++)
		if (strcmp(split->parts[i].id, id) == 0)
			return &split->parts[i];
	if (split->n_parts == PARTS)
		return NULL;
	struct part *part = &split->parts[split->n_parts++];
	snprintf(part->id, sizeof(part->id), "%s", id);
	return part;
}

/* A website that was purged gets no log any more. */
static int open_log(const struct split *split, const char *name, const char *id)
{
	int fd = openat(split->site, name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	char folder[PATH_MAX];

	if (fd >= 0 || errno != ENOENT)
		return fd;
	snprintf(folder, sizeof(folder), "%s/srv/%s", split->use.dir, id);
	return access(folder, F_OK) < 0
	               ? -1
	               : openat(split->site, name, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* A log that is full gets the name of the older part, whose own content goes. Before what comes next, so that whoever
 * reads it to the end finds where it goes on. */
static void rotate_log(const struct split *split, const char *name)
{
	char older[100];
	struct stat file;

	snprintf(older, sizeof(older), "%s.1", name);
	if (fstatat(split->site, name, &file, AT_SYMLINK_NOFOLLOW) == 0 && file.st_size > split->use.bytes &&
	    renameat(split->site, name, split->site, older) < 0)
		log_warn("rotate %s: errno %d", name, errno);
}

static void write_part(const struct split *split, const char *suffix, struct part *part)
{
	char name[96];

	snprintf(name, sizeof(name), "%s%s", part->id, suffix);
	rotate_log(split, name);
	_cleanup_close_ int fd = open_log(split, name, part->id);
	if (fd >= 0 && !buf_failed(&part->text) && write(fd, part->text.data, part->text.size) < 0)
		log_debug("write %s: errno %d", name, errno);
}

static void write_parts(struct split *split, const char *suffix)
{
	for (unsigned i = 0; i < split->n_parts; i++) {
		write_part(split, suffix, &split->parts[i]);
		buf_done(&split->parts[i].text);
	}
	split->n_parts = 0;
}

static void deal(struct split *split, const struct source *source, const char *line, size_t size)
{
	struct split_line found;
	struct part *part;

	if (!source->split(split->use.secret, line, size, &found))
		return;
	part = find_part(split, found.id);
	if (!part) {
		write_parts(split, source->suffix);
		part = find_part(split, found.id);
	}
	for (unsigned i = 0; part && i < ARRAY_SIZE(found.text); i++)
		if (found.size[i] > 0)
			buf_add(&part->text, found.text[i], found.size[i]);
	if (part)
		buf_putc(&part->text, '\n');
}

/* The next piece of a log; false: there is none. */
static bool read_piece(struct split *split, struct source *source)
{
	ssize_t size = source->fd < 0 ? -1 : pread(source->fd, split->piece, PIECE, source->offset);
	const char *end = size > 0 ? memrchr(split->piece, '\n', (size_t)size) : NULL;
	/* A line longer than a piece is nobody's. */
	size_t used = end ? (size_t)(end - split->piece) + 1 : size == PIECE ? PIECE : 0;

	for (size_t at = 0; end && at < used;) {
		const char *newline = memchr(split->piece + at, '\n', used - at);
		size_t length = (size_t)(newline - split->piece) - at;

		deal(split, source, split->piece + at, length);
		at += length + 1;
	}
	write_parts(split, source->suffix);
	if (used == 0)
		return false;
	source->offset += (off_t)used;
	write_place(split, source);
	return true;
}

/* nginx goes on in what was renamed until it has heard. */
static void rotate(struct split *split, struct source *source)
{
	char older[64];
	pid_t master;

	if (source->away || source->fd < 0 || source->offset <= SHARED * split->use.bytes)
		return;
	snprintf(older, sizeof(older), "%s.1", source->name);
	if (renameat(split->log, source->name, split->log, older) < 0)
		return;
	source->away = true;
	source->away_ms = clock_monotonic_ms();
	master = split->use.running(split->use.arg);
	if (master > 0)
		kill(master, SIGUSR1);
}

/* What was rotated away is done with when nginx has had the time to turn to the new file. */
static void turn(struct source *source)
{
	if (!source->away || clock_monotonic_ms() - source->away_ms < TURN_MS)
		return;
	closep(&source->fd);
	source->fd = -1;
	source->away = false;
}

static bool stopping(const struct split *split)
{
	struct pollfd ready = { .fd = split->stop, .events = POLLIN };

	return poll(&ready, 1, PAUSE_MS) > 0;
}

static void nothing(void *arg, int watch)
{
	(void)arg;
	(void)watch;
}

static void *run(void *arg)
{
	struct split *split = arg;
	struct pollfd ready[] = { { .fd = split->watches, .events = POLLIN }, { .fd = split->stop, .events = POLLIN } };

	do {
		watch_read(split->watches, nothing, NULL);
		for (unsigned i = 0; i < ARRAY_SIZE(split->sources); i++) {
			struct source *source = &split->sources[i];

			open_source(split, source);
			while (read_piece(split, source))
				;
			rotate(split, source);
			turn(source);
		}
		bool away = split->sources[0].fd < 0 || split->sources[1].fd < 0 || split->sources[0].away ||
		            split->sources[1].away;
		poll(ready, ARRAY_SIZE(ready), away ? PAUSE_MS : LOOK_MS);
	} while (!stopping(split));
	return NULL;
}

void split_free(struct split *split)
{
	if (!split)
		return;
	if (split->running) {
		eventfd_write(split->stop, 1);
		pthread_join(split->thread, NULL);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(split->sources); i++)
		closep(&split->sources[i].fd);
	closep(&split->log);
	closep(&split->site);
	closep(&split->watches);
	closep(&split->stop);
	free(split->piece);
	free(split);
}
DEFINE_CLEANUP(struct split *, split_free)

bool split_start(const struct split_options *options, struct split **ret, struct error *err)
{
	_cleanup_(split_freep) struct split *split = calloc(1, sizeof(*split));
	char path[PATH_MAX];

	if (!split)
		return error_set(err, ERR_INTERNAL, "out of memory");
	*split = (struct split){ .use = *options, .log = -1, .site = -1, .watches = -1, .stop = -1 };
	split->sources[0] = (struct source){ .name = "access.log", .suffix = ".log", .split = split_access, .fd = -1 };
	split->sources[1] =
		(struct source){ .name = "nginx-error.log", .suffix = ".error.log", .split = split_error, .fd = -1 };
	split->piece = malloc(PIECE);
	split->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!split->piece || split->stop < 0)
		return error_errno(err, errno, "start dealing out logs");
	snprintf(path, sizeof(path), "%s/log", options->dir);
	split->log = file_open_dir(AT_FDCWD, path, err);
	split->site = split->log < 0 ? -1 : file_open_dir(split->log, "site", err);
	split->watches = split->site < 0 ? -1 : watch_open(err);
	if (split->watches < 0)
		return false;
	for (unsigned i = 0; i < ARRAY_SIZE(split->sources); i++)
		read_place(split, &split->sources[i]);
	int failed = pthread_create(&split->thread, NULL, run, split);
	if (failed)
		return error_errno(err, failed, "start dealing out logs");
	split->running = true;
	*ret = TAKE_PTR(split);
	return true;
}
