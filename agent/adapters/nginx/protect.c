/* protect: a file of users is named by what is in it, so that each generation finds its own, whatever comes after. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/token/token.h"

#include "agent/adapters/nginx/internal.h"
#include "agent/engine/file.h"

enum { NAME = 80 };

char *nginx_protect_name(const struct object *site, char ret[static NGINX_VARIABLE])
{
	size_t n = 0;

	for (const char *c = site->id; *c && n + 1 < NGINX_VARIABLE; c++)
		if (*c != '-')
			ret[n++] = *c;
	ret[n] = '\0';
	return ret;
}

/* name:hash, a line each, and the file's name. Names and hashes are checked: neither ends a line or a field. */
static bool write_users(const struct object *site, const Stralix__V1__ProtectedFolder *folder, struct buf *out,
                        char name[static NAME], struct error *err)
{
	uint8_t digest[TOKEN_DIGEST];

	for (size_t i = 0; i < folder->n_users; i++) {
		const Stralix__V1__FolderUser *user = folder->users[i];

		if (!*user->hash || user->name[strcspn(user->name, ":\n")] || user->hash[strcspn(user->hash, ":\n ")])
			return error_field(err, "settings.protectedFolders", "users", "A user without a hash.");
		buf_printf(out, "%s:%s\n", user->name, user->hash);
	}
	if (buf_failed(out))
		return error_set(err, ERR_INTERNAL, "out of memory");
	token_digest(out->data ? out->data : "", out->size, digest);
	int size = snprintf(name, NAME, "%s.", site->id);
	for (unsigned i = 0; i < 16; i++, size += 2)
		snprintf(name + size, 3, "%02x", digest[i]);
	return true;
}

/* The deepest first: nginx takes the first pattern that fits. */
static int deeper(const void *a, const void *b)
{
	size_t x = strlen((*(Stralix__V1__ProtectedFolder *const *)a)->path);
	size_t y = strlen((*(Stralix__V1__ProtectedFolder *const *)b)->path);

	return x < y ? 1 : x > y ? -1 : 0;
}

static const struct template_value *values_of(const struct nginx *nginx, const struct object *site,
                                              const Stralix__V1__ProtectedFolder *folder, const char *below,
                                              struct arena *arena)
{
	_cleanup_buf_ struct buf users = { 0 };
	struct template_value *values = arena_alloc(arena, 4 * sizeof(*values));
	struct error err = { 0 };
	char name[NAME];

	if (!values || !write_users(site, folder, &users, name, &err))
		return NULL;
	values[0] =
		(struct template_value){ .name = "folder", .text = arena_printf(arena, "%s%s", below, folder->path) };
	values[1] = (struct template_value){ .name = "realm", .text = *folder->realm ? folder->realm : "Restricted" };
	values[2] =
		(struct template_value){ .name = "users", .text = arena_printf(arena, "%sauth/%s", nginx->dir, name) };
	return values;
}

/* With a front controller a page has two addresses: what stands behind /index.php is a path to it as well. */
const struct template_value *const *nginx_protect_values(const struct nginx *nginx, const struct object *site,
                                                         const Stralix__V1__WebsiteSettings *settings, bool front,
                                                         struct arena *arena)
{
	size_t n = settings->n_protected_folders;
	const struct template_value **list = arena_alloc(arena, (2 * n + 1) * sizeof(struct template_value *));
	Stralix__V1__ProtectedFolder **folders = arena_alloc(arena, (n + 1) * sizeof(void *));

	if (!list || !folders)
		return NULL;
	for (size_t i = 0; i < n; i++)
		folders[i] = settings->protected_folders[i];
	qsort(folders, n, sizeof(void *), deeper);
	for (size_t i = 0; i < n; i++)
		if (!(list[i] = values_of(nginx, site, folders[i], "", arena)) ||
		    (front && !(list[n + i] = values_of(nginx, site, folders[i], "index.php/", arena))))
			return NULL;
	return list;
}

bool nginx_protect_place(struct nginx *nginx, const struct object *site, const Stralix__V1__WebsiteSettings *settings,
                         struct error *err)
{
	const struct file_owner owner = { (uid_t)-1, nginx->web_gid, 0640 };

	for (size_t i = 0; i < settings->n_protected_folders; i++) {
		_cleanup_buf_ struct buf users = { 0 };
		char name[NAME];

		_cleanup_close_ int auth = file_open_dir(nginx->root, "auth", err);
		if (auth < 0 || !write_users(site, settings->protected_folders[i], &users, name, err))
			return false;
		if (faccessat(auth, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
		    !file_write_at(auth, name, users.data, users.size, owner, err))
			return false;
	}
	return true;
}

bool nginx_protect_purge(const struct nginx *nginx, const struct object *site, struct error *err)
{
	int auth = file_open_dir(nginx->root, "auth", err);
	DIR *list = auth < 0 ? NULL : fdopendir(auth);
	size_t size = strlen(site->id);
	bool ok = true;

	if (!list)
		return false;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this thread's */
	for (const struct dirent *entry; ok && (entry = readdir(list));)
		if (strncmp(entry->d_name, site->id, size) == 0 && entry->d_name[size] == '.' &&
		    unlinkat(auth, entry->d_name, 0) < 0)
			ok = error_errno(err, errno, "delete users of a folder");
	closedir(list);
	return ok;
}
