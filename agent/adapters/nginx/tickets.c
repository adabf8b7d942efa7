/*
 * tickets: the keys that TLS session tickets are sealed with (RFC 5077, RFC 8446 §4.6.1). New tickets get the newest;
 * the one before still opens those that are out. Who gets hold of a key can read recorded connections of its time,
 * resumed ones, so none lives longer than two turns. They are nobody's state: what is missing is made, and a tmpfs may
 * lie there.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

/* A ticket is good for four hours (ssl_session_timeout), which is less than a turn. The size is nginx's, for AES-256.
 */
enum { TURN_S = 12 * 3600, KEY_SIZE = 80 };

#define FOLDER "tickets"
#define NEWEST "newest.key"
#define BEFORE "before.key"

static bool make_key(const struct nginx *nginx, int folder, const char *name, struct error *err)
{
	uint8_t key[KEY_SIZE];

	if (getrandom(key, sizeof(key), 0) != sizeof(key)) /* so few bytes come whole */
		return error_errno(err, errno, "getrandom");
	bool ok = file_write_at(folder, name, key, sizeof(key), nginx_owner_of_files(nginx), err);
	explicit_bzero(key, sizeof(key));
	return ok;
}

static bool is_whole(int folder, const char *name, struct stat *ret)
{
	return fstatat(folder, name, ret, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(ret->st_mode) &&
	       ret->st_size == KEY_SIZE;
}

/* nginx starts with none of them cut off or missing, whatever a crash has left. */
static bool keep_whole(const struct nginx *nginx, int folder, const char *name, struct error *err)
{
	struct stat found;

	if (is_whole(folder, name, &found))
		return true;
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return error_errno(err, errno, "replace a key of tickets");
	return make_key(nginx, folder, name, err);
}

bool nginx_tickets_place(const struct nginx *nginx, struct error *err)
{
	struct file_owner owner = nginx_owner_of_files(nginx);

	owner.mode = 0750;
	if (!file_mkdir_at(nginx->root, FOLDER, owner, err))
		return false;
	_cleanup_close_ int folder = file_open_dir(nginx->root, FOLDER, err);
	return folder >= 0 && keep_whole(nginx, folder, NEWEST, err) && keep_whole(nginx, folder, BEFORE, err);
}

/* A clock that was set back makes a turn early, which costs nothing. */
static bool is_due(const struct stat *newest)
{
	int64_t now_s = clock_unix_ms() / 1000;

	return newest->st_mtime + TURN_S <= now_s || newest->st_mtime > now_s + TURN_S;
}

/* Both names have a whole key at each moment; one that was cut off is done once more. */
static bool turn(const struct nginx *nginx, int folder, struct error *err)
{
	unlinkat(folder, "going", 0);
	unlinkat(folder, "coming", 0);
	if (!make_key(nginx, folder, "coming", err))
		return false;
	if (linkat(folder, NEWEST, folder, "going", 0) < 0 || renameat(folder, "going", folder, BEFORE) < 0 ||
	    renameat(folder, "coming", folder, NEWEST) < 0)
		return error_errno(err, errno, "turn the keys of tickets");
	unlinkat(folder, "going", 0); /* both names of one file: a rename leaves them */
	return true;
}

void nginx_tickets_tend(struct nginx *nginx)
{
	struct stat newest, before;
	struct error err = { 0 };
	bool ok = true;

	_cleanup_close_ int folder = file_open_dir(nginx->root, FOLDER, NULL);
	if (folder < 0 || !is_whole(folder, NEWEST, &newest) || !is_whole(folder, BEFORE, &before))
		ok = nginx_tickets_place(nginx, &err); /* somebody has taken them away, and no change passes its test */
	else if (is_due(&newest))
		ok = turn(nginx, folder, &err) && (nginx_running(nginx) == 0 || nginx_reload(nginx, &err));
	if (!ok)
		log_failure(LOG_WARN_, &err, "the keys of TLS tickets");
}
