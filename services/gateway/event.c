/* Events: form, visibility, text. */

#include "event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/contract/contract.h"

enum { ROLES = STRALIX__ROLE__ADMIN + 1, PERMISSIONS = 128 };

struct event_rights {
	const char *permissions[ROLES][PERMISSIONS];
	size_t n[ROLES];
};

/* Takes one token of a subject; what follows it, or NULL. */
static const char *take_word(const char *text, char *ret, size_t size)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	if (length == 0 || length >= size)
		return NULL;
	memcpy(ret, text, length);
	ret[length] = '\0';
	return text + length;
}

static const char *next_word(const char *text, char *ret, size_t size)
{
	return text && *text == '.' ? take_word(text + 1, ret, size) : NULL;
}

bool event_parse(const char *subject, const void *data, size_t size, struct event *ret)
{
	char first[8], id[EVENT_ID] = { 0 };
	const char *rest = take_word(subject, first, sizeof(first));

	rest = next_word(rest, ret->organisation, sizeof(ret->organisation));
	rest = next_word(rest, ret->entity, sizeof(ret->entity));
	rest = next_word(rest, ret->verb, sizeof(ret->verb));
	if (!rest || *rest || strcmp(first, "event") != 0 || size == 0 || size >= sizeof(id))
		return false;
	memcpy(id, data, size);
	rest = take_word(id, ret->id, sizeof(ret->id));
	return rest && !*rest && strlen(ret->id) == size;
}

struct gathering {
	struct event_rights *rights;
	unsigned role;
};

static void gather(void *arg, const char *permission)
{
	struct gathering *gathering = arg;
	size_t *n = &gathering->rights->n[gathering->role];

	if (*n < PERMISSIONS)
		gathering->rights->permissions[gathering->role][(*n)++] = permission;
}

struct event_rights *event_rights_new(void)
{
	struct event_rights *rights = calloc(1, sizeof(*rights));

	for (unsigned role = STRALIX__ROLE__CUSTOMER; rights && role < ROLES; role++) {
		struct gathering gathering = { rights, role };

		contract_permissions((Stralix__Role)role, gather, &gathering);
	}
	return rights;
}

void event_rights_free(struct event_rights *rights)
{
	free(rights);
}

static bool sees_organisation(const struct event *event, const struct identity *identity)
{
	if (identity->role == STRALIX__ROLE__ADMIN)
		return true;
	if (strcmp(event->organisation, EVENT_INSTALLATION) == 0)
		return identity->role == STRALIX__ROLE__STAFF;
	if (strcmp(event->organisation, identity->organisation_id) == 0)
		return true;
	for (unsigned i = 0; identity->role == STRALIX__ROLE__STAFF && i < identity->n_organisations; i++)
		if (strcmp(event->organisation, identity->organisations[i]) == 0)
			return true;
	return false;
}

static bool role_holds(const struct event_rights *rights, unsigned role, const char *permission)
{
	for (size_t i = 0; role < ROLES && i < rights->n[role]; i++)
		if (strcmp(rights->permissions[role][i], permission) == 0)
			return true;
	return false;
}

bool event_visible(const struct event *event, const struct identity *identity, const struct event_rights *rights)
{
	char permission[EVENT_WORD + 8];

	if (!event->organisation[0])
		return true;
	snprintf(permission, sizeof(permission), "%s:read", event->entity);
	for (char *c = permission; *c; c++)
		if (*c == '-') /* subjects have no underscore, permissions no hyphen */
			*c = '_';
	if (!sees_organisation(event, identity) || !role_holds(rights, (unsigned)identity->role, permission))
		return false;
	for (unsigned i = 0; i < identity->n_scopes; i++)
		if (strcmp(identity->scopes[i], permission) == 0)
			return true;
	return identity->n_scopes == 0;
}

/* All words match [a-z0-9_-]: nothing needs escaping. */
size_t event_format(const struct event *event, int64_t start, uint64_t n, char ret[static EVENT_TEXT])
{
	int size;

	if (!event->organisation[0])
		size = snprintf(ret, EVENT_TEXT, "id: %" PRId64 "-%" PRIu64 "\nevent: reset\ndata: {}\n\n", start, n);
	else
		size = snprintf(ret, EVENT_TEXT,
		                "id: %" PRId64 "-%" PRIu64 "\nevent: %s\n"
		                "data: {\"id\":\"%s\",\"verb\":\"%s\",\"organisationId\":\"%s\"}\n\n",
		                start, n, event->entity, event->id, event->verb, event->organisation);
	return size > 0 && size < EVENT_TEXT ? (size_t)size : 0;
}

bool event_parse_id(const char *text, int64_t start, uint64_t *ret_n)
{
	char prefix[32];
	size_t size = (size_t)snprintf(prefix, sizeof(prefix), "%" PRId64 "-", start);
	size_t digits;

	if (strncmp(text, prefix, size) != 0)
		return false;
	digits = strspn(text + size, "0123456789");
	if (digits == 0 || digits > 18 || text[size + digits])
		return false;
	*ret_n = strtoull(text + size, NULL, 10);
	return true;
}
