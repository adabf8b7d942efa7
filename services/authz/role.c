/* Roles by name, and which permissions they hold: the contract's, narrowed by an API token's scopes. */
#include "role.h"

#include <string.h>

#include "lib/base/cleanup.h"

static const char *const names[] = {
	[STRALIX__ROLE__ROLE_UNSET] = "",
	[STRALIX__ROLE__CUSTOMER] = "customer",
	[STRALIX__ROLE__STAFF] = "staff",
	[STRALIX__ROLE__ADMIN] = "admin",
};

const char *const role_must_change[] = { "password:update", "session:delete", "session:read", NULL };

const char *role_name(Stralix__Role role)
{
	return (unsigned)role < ARRAY_SIZE(names) ? names[role] : "";
}

bool role_parse(const char *name, Stralix__Role *ret)
{
	for (unsigned i = STRALIX__ROLE__CUSTOMER; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i])) {
			*ret = (Stralix__Role)i;
			return true;
		}
	return false;
}

bool role_above(Stralix__Role role, Stralix__Role than)
{
	return role > than;
}

static bool in_scopes(const char *const *scopes, const char *permission)
{
	for (; *scopes; scopes++)
		if (!strcmp(*scopes, permission))
			return true;
	return false;
}

struct search {
	const char *permission;
	bool found;
};

static void look_for(void *arg, const char *permission)
{
	struct search *search = arg;

	search->found = search->found || !strcmp(search->permission, permission);
}

bool permission_held(Stralix__Role role, const char *const *scopes, const char *permission)
{
	struct search search = { .permission = permission };

	if (scopes && !in_scopes(scopes, permission))
		return false;
	contract_permissions(role, look_for, &search);
	return search.found;
}

struct list {
	struct arena *arena;
	const char *const *scopes;
	char **items; /* NULL: only count */
	size_t n;
	bool failed;
};

static void take(void *arg, const char *permission)
{
	struct list *list = arg;

	if (list->scopes && !in_scopes(list->scopes, permission))
		return;
	if (list->items) {
		list->items[list->n] = arena_strdup(list->arena, permission);
		list->failed = list->failed || !list->items[list->n];
	}
	list->n++;
}

bool permission_list(Stralix__Role role, const char *const *scopes, struct arena *arena, char ***ret, size_t *ret_n,
                     struct error *err)
{
	struct list list = { .arena = arena, .scopes = scopes };

	contract_permissions(role, take, &list);
	list.items = arena_alloc(arena, (list.n + 1) * sizeof(*list.items));
	if (!list.items)
		return error_set(err, ERR_TOO_LARGE, "no room for the permissions");
	list.n = 0;
	contract_permissions(role, take, &list);
	if (list.failed)
		return error_set(err, ERR_TOO_LARGE, "no room for the permissions");
	*ret = list.items;
	*ret_n = list.n;
	return true;
}
