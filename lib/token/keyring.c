/* The public keys of those who sign: a file of lines "name key". */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "token.h"

struct keyring {
	struct entry {
		char name[64];
		uint8_t key[TOKEN_KEY];
	} * entries;
	size_t count;
};

static bool is_name(const char *name, size_t length)
{
	return length > 0 && length < sizeof((struct entry *)0)->name &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") >= length;
}

/* Adds the key of one line, which loses its line feed. */
static bool add_line(struct keyring *keyring, char *line, struct error *err)
{
	char *space = strchr(line, ' ');
	struct entry entry = { 0 }, *grown;

	line[strcspn(line, "\n")] = '\0';
	if (!space || !is_name(line, (size_t)(space - line)) || !token_public_parse(space + 1, entry.key))
		return error_set(err, ERR_INTERNAL, "a line must be \"name key\"");
	memcpy(entry.name, line, (size_t)(space - line));
	if (keyring_find(keyring, entry.name))
		return error_set(err, ERR_INTERNAL, "%s is there twice", entry.name);
	grown = reallocarray(keyring->entries, keyring->count + 1, sizeof entry);
	if (!grown)
		return error_set(err, ERR_INTERNAL, "out of memory");
	keyring->entries = grown;
	keyring->entries[keyring->count++] = entry;
	return true;
}

static bool read_lines(struct keyring *keyring, FILE *file, struct error *err)
{
	_cleanup_free_ char *line = NULL;
	size_t capacity = 0;

	for (unsigned number = 1; getline(&line, &capacity, file) >= 0; number++)
		if (line[0] != '\n' && line[0] != '#' && !add_line(keyring, line, err))
			return error_wrap(err, "line %u", number);
	return !ferror(file) || error_errno(err, errno, "read");
}

bool keyring_read(const char *path, struct keyring **ret, struct error *err)
{
	_cleanup_(keyring_freep) struct keyring *keyring = calloc(1, sizeof *keyring);
	FILE *file;
	bool done;

	if (!keyring)
		return error_set(err, ERR_INTERNAL, "keyring %s: out of memory", path);
	file = fopen(path, "re");
	if (!file)
		return error_errno(err, errno, "keyring %s", path);
	done = read_lines(keyring, file, err);
	fclose(file);
	if (!done)
		return error_wrap(err, "keyring %s", path);
	*ret = TAKE_PTR(keyring);
	return true;
}

void keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	free(keyring->entries);
	free(keyring);
}

const uint8_t *keyring_find(const struct keyring *keyring, const char *name)
{
	for (size_t i = 0; i < keyring->count; i++)
		if (strcmp(keyring->entries[i].name, name) == 0)
			return keyring->entries[i].key;
	return NULL;
}
