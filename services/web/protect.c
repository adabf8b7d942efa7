/* protect: see protect.h. */
#include "protect.h"

#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* nginx checks a password with each request, on a thread that has others to answer: 2 ms, not a sign-in's 100. */
#define COST 5

enum { FIELD = 96, HASH = 128 };

static bool refuse(struct error *err, size_t i, const char *member, const char *rule, const char *words)
{
	char field[FIELD];

	snprintf(field, sizeof(field), "settings.protectedFolders[%zu].%s", i, member);
	return error_field(err, field, rule, "%s", words);
}

static bool refuse_user(struct error *err, size_t i, size_t j, const char *member, const char *rule, const char *words)
{
	char at[32];

	snprintf(at, sizeof(at), "users[%zu].%.10s", j % 100, member);
	return refuse(err, i, at, rule, words);
}

static char *hash(const char *password, struct arena *arena)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	char *made = NULL;

	if (data && crypt_gensalt_rn("$2b$", COST, NULL, 0, salt, sizeof(salt)) &&
	    crypt_rn(password, salt, data, sizeof(*data)) && strlen(data->output) < HASH)
		made = arena_strdup(arena, data->output);
	if (data)
		explicit_bzero(data, sizeof(*data));
	free(data);
	return made;
}

static const Stralix__V1__FolderUser *find(const Stralix__V1__WebsiteSettings *settings, const char *path,
                                           const char *name)
{
	for (size_t i = 0; settings && i < settings->n_protected_folders; i++) {
		const Stralix__V1__ProtectedFolder *folder = settings->protected_folders[i];

		for (size_t j = 0; strcmp(folder->path, path) == 0 && j < folder->n_users; j++)
			if (strcmp(folder->users[j]->name, name) == 0)
				return folder->users[j];
	}
	return NULL;
}

static bool seal_user(const Stralix__V1__WebsiteSettings *given, size_t i, size_t j,
                      const Stralix__V1__WebsiteSettings *before, struct arena *arena, struct error *err)
{
	const Stralix__V1__ProtectedFolder *folder = given->protected_folders[i];
	Stralix__V1__FolderUser *user = folder->users[j];
	const Stralix__V1__FolderUser *was = find(before, folder->path, user->name);

	if (*user->hash)
		return refuse_user(err, i, j, "hash", "unknown", "A hash isn't taken; give a password.");
	for (size_t k = 0; k < j; k++)
		if (strcmp(folder->users[k]->name, user->name) == 0)
			return refuse_user(err, i, j, "name", "repeated", "This name is given twice.");
	if (!*user->password && !was)
		return refuse_user(err, i, j, "password", "required", "A new user needs a password.");
	user->hash = *user->password ? hash(user->password, arena) : was->hash;
	if (!user->hash)
		return error_set(err, ERR_INTERNAL, "hash a password");
	explicit_bzero(user->password, strlen(user->password));
	return true;
}

static bool check_folder(const Stralix__V1__WebsiteSettings *given, size_t i, struct error *err)
{
	const Stralix__V1__ProtectedFolder *folder = given->protected_folders[i];

	/* It stands between quotes, in a header and in a configuration. */
	if (folder->realm[strcspn(folder->realm, "\"\\$")])
		return refuse(err, i, "realm", "LINE", "Use no quotes, backslashes or '$'.");
	if (strcmp(folder->realm, "off") == 0)
		return refuse(err, i, "realm", "reserved", "This word would turn the protection off.");
	for (size_t j = 0; j < i; j++)
		if (strcmp(given->protected_folders[j]->path, folder->path) == 0)
			return refuse(err, i, "path", "repeated", "This folder is protected already.");
	return true;
}

bool protect_seal(Stralix__V1__WebsiteSettings *given, const Stralix__V1__WebsiteSettings *before, struct arena *arena,
                  struct error *err)
{
	for (size_t i = 0; i < given->n_protected_folders; i++) {
		if (!check_folder(given, i, err))
			return false;
		for (size_t j = 0; j < given->protected_folders[i]->n_users; j++)
			if (!seal_user(given, i, j, before, arena, err))
				return false;
	}
	return true;
}

static Stralix__V1__ProtectedFolder *show_folder(const Stralix__V1__ProtectedFolder *folder, struct arena *arena)
{
	Stralix__V1__ProtectedFolder *copy = arena_alloc(arena, sizeof(*copy));

	if (!copy)
		return NULL;
	stralix__v1__protected_folder__init(copy);
	copy->path = folder->path;
	copy->realm = folder->realm;
	copy->users = arena_alloc(arena, (folder->n_users + 1) * sizeof(void *));
	copy->n_users = folder->n_users;
	for (size_t i = 0; copy->users && i < folder->n_users; i++) {
		copy->users[i] = arena_alloc(arena, sizeof(*copy->users[i]));
		if (!copy->users[i])
			return NULL;
		stralix__v1__folder_user__init(copy->users[i]);
		copy->users[i]->name = folder->users[i]->name;
	}
	return copy->users ? copy : NULL;
}

Stralix__V1__WebsiteSettings *protect_show(Stralix__V1__WebsiteSettings *settings, struct arena *arena)
{
	Stralix__V1__WebsiteSettings *copy;

	if (!settings || settings->n_protected_folders == 0)
		return settings;
	copy = arena_alloc(arena, sizeof(*copy));
	if (!copy)
		return NULL;
	*copy = *settings;
	copy->protected_folders = arena_alloc(arena, settings->n_protected_folders * sizeof(void *));
	for (size_t i = 0; copy->protected_folders && i < settings->n_protected_folders; i++)
		if (!(copy->protected_folders[i] = show_folder(settings->protected_folders[i], arena)))
			return NULL;
	return copy->protected_folders ? copy : NULL;
}
