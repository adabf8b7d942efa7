/* look: what can be said of files that may not be as they were written. */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

enum { MARK_MAX = 96 };

/* `return 200 "node 12 $pid"`, `return 200 "site <id> 0.3"`: what is between the quotes is the mark. */
static bool find_mark(const char *text, size_t size, size_t *start, size_t *length)
{
	static const char *const begins[] = { "return 200 \"site ", "return 200 \"node " };

	for (unsigned i = 0; text && i < ARRAY_SIZE(begins); i++) {
		const char *at = memmem(text, size, begins[i], strlen(begins[i])), *end;

		if (!at)
			continue;
		at += strlen("return 200 \"");
		end = memchr(at, '"', size - (size_t)(at - text));
		if (!end || end - at > MARK_MAX)
			continue;
		*start = (size_t)(at - text);
		*length = (size_t)(end - at);
		return true;
	}
	return false;
}

void nginx_mark(const char *text, size_t size, const char *like, size_t like_size, struct buf *out)
{
	size_t at, length, from, from_length;

	if (!find_mark(text, size, &at, &length)) {
		buf_add(out, text, size);
		return;
	}
	buf_add(out, text, at);
	if (find_mark(like, like_size, &from, &from_length))
		buf_add(out, like + from, from_length);
	else
		buf_add(out, text + at, strcspn(text + at, " "));
	buf_add(out, text + at + length, size - at - length);
}

/* Every place of the secret becomes a word of the same kind. */
static void hide(const char *secret, const char *text, size_t size, struct buf *out)
{
	size_t length = strlen(secret);

	while (size > 0) {
		const char *found = memmem(text, size, secret, length);
		size_t before = found ? (size_t)(found - text) : size;

		buf_add(out, text, before);
		text += before;
		size -= before;
		if (found) {
			buf_puts(out, "********");
			text += length;
			size -= length;
		}
	}
}

/* Keys and password files are nobody's to read. */
static bool is_secret(const char *path, const char *text, size_t size)
{
	static const char *const ends[] = { ".key", ".pem", ".htpasswd", ".passwd" };
	size_t length = strlen(path);

	for (unsigned i = 0; i < ARRAY_SIZE(ends); i++)
		if (length >= strlen(ends[i]) && strcmp(path + length - strlen(ends[i]), ends[i]) == 0)
			return true;
	return memmem(text ? text : "", size, "PRIVATE KEY-----", strlen("PRIVATE KEY-----")) != NULL;
}

bool nginx_show(const struct nginx *nginx, const char *path, const char *text, size_t size, struct buf *out)
{
	_cleanup_buf_ struct buf neutral = { 0 }, half = { 0 };
	char id[UUID_TEXT], marker[NGINX_MARKER];

	if (is_secret(path, text, size))
		return false;
	nginx_mark(text, size, NULL, 0, &neutral);
	hide(nginx->secret, neutral.data ? neutral.data : "", neutral.size, &half);
	nginx_object_of(path, id);
	nginx_marker(nginx->secret, id, marker); /* its name in the error log: who knows it writes lines in there */
	hide(marker, half.data ? half.data : "", half.size, out);
	return !buf_failed(&neutral) && !buf_failed(&half);
}

void nginx_object_of(const char *path, char ret[static UUID_TEXT])
{
	const char *slash = strrchr(path, '/');
	struct uuid id;

	if (strncmp(path, "srv/", 4) == 0) /* srv/<id>/public */
		slash = path + 3;
	snprintf(ret, UUID_TEXT, "%.36s", slash ? slash + 1 : "");
	if (!uuid_parse(ret, &id))
		ret[0] = '\0';
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Nothing lies in the lane between two changes. */
static void look_at_lane(const struct nginx *nginx, adapter_finding fn, void *arg)
{
	_cleanup_(closedirp) DIR *dir = NULL;
	int lane = openat(nginx->root, "lane", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char path[512];

	dir = lane < 0 ? NULL : fdopendir(lane);
	if (!dir) {
		closep(&lane);
		fn(arg, "lane", ADAPTER_MISSING, "the folder isn't there");
		return;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this call's own */
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "lane/%s", entry->d_name);
		fn(arg, path, ADAPTER_FOREIGN, "a change leaves nothing here");
	}
}

/* Owner and mode of a folder, as root would have made it. */
static void look_at_folder(const struct nginx *nginx, const char *path, struct file_owner owner, adapter_finding fn,
                           void *arg)
{
	char what[160];
	struct stat st;

	if (fstatat(nginx->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		fn(arg, path, ADAPTER_MISSING, "the folder isn't there");
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		fn(arg, path, ADAPTER_OWNER, "it is no folder");
		return;
	}
	bool right = (owner.uid == (uid_t)-1 || owner.uid == st.st_uid) &&
	             (owner.gid == (gid_t)-1 || owner.gid == st.st_gid) && (st.st_mode & 07777) == owner.mode;
	snprintf(what, sizeof(what), "owner %u:%u, mode %04o", st.st_uid, st.st_gid, st.st_mode & 07777);
	if (!right)
		fn(arg, path, ADAPTER_OWNER, what);
}

void nginx_look(const struct nginx *nginx, const struct object *site, adapter_finding fn, void *arg)
{
	char path[64];

	if (!site) {
		look_at_lane(nginx, fn, arg);
		return;
	}
	snprintf(path, sizeof(path), "srv/%s", site->id);
	look_at_folder(nginx, path, nginx_folder_owner(nginx, site, false), fn, arg);
	snprintf(path, sizeof(path), "srv/%s/public", site->id);
	look_at_folder(nginx, path, nginx_folder_owner(nginx, site, true), fn, arg);
}
