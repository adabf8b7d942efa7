/* What of a domain is registered, and the names above it. */
#include "domain.h"

#include <libpsl.h>
#include <string.h>

static const char *above(const char *domain)
{
	const char *dot = strchr(domain, '.');

	return dot ? dot + 1 : NULL;
}

/* The last two labels; NULL of a single one. */
static const char *last_two(const char *domain)
{
	const char *rest = above(domain);

	if (!rest)
		return NULL;
	for (; above(rest); rest = above(rest))
		domain = rest;
	return domain;
}

const char *domain_registrable(const char *domain)
{
	const char *tail = last_two(domain);

	if (tail && !strncmp(tail, "example.", strlen("example.")))
		return tail;
	return psl_registrable_domain(psl_builtin(), domain);
}

bool domain_parents(const char *domain, struct arena *arena, const char *const **ret, size_t *ret_n, struct error *err)
{
	const char **parents;
	size_t n = 0;

	for (const char *name = above(domain); name; name = above(name))
		n++;
	parents = arena_alloc(arena, (n + 1) * sizeof(*parents));
	if (!parents)
		return error_set(err, ERR_TOO_LARGE, "no room for the names above a domain");
	*ret_n = n;
	n = 0;
	for (const char *name = above(domain); name; name = above(name))
		parents[n++] = name;
	*ret = parents;
	return true;
}
