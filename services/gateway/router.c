/* Routes from the contract's tables: literals must be equal, {names} take one segment. */

#include "router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transcode.h"

struct router {
	struct route *routes;
	size_t n;
};

static size_t count_routes(const struct contract_service *const *services)
{
	size_t n = 0;

	for (; *services; services++)
		for (size_t i = 0; i < (*services)->n_methods; i++)
			n += (*services)->methods[i].http_path != NULL;
	return n;
}

/* Every segment is a literal or exactly {name}, with at most four names. */
static bool template_good(const char *path)
{
	size_t names = 0;

	while (*path == '/') {
		size_t size = strcspn(path + 1, "/");

		if (size == 0 || (path[1] == '{') != (path[size] == '}'))
			return false;
		names += path[1] == '{';
		path += 1 + size;
	}
	return !*path && names <= ROUTE_PARAMETERS;
}

/* Whether some path fits both templates: which route it means would depend on their order. */
static bool overlap(const char *a, const char *b)
{
	while (*a == '/' && *b == '/') {
		size_t size_a = strcspn(a + 1, "/"), size_b = strcspn(b + 1, "/");
		bool name = a[1] == '{' || b[1] == '{';

		if (!name && (size_a != size_b || strncmp(a + 1, b + 1, size_a) != 0))
			return false;
		a += 1 + size_a;
		b += 1 + size_b;
	}
	return !*a && !*b;
}

static bool add_route(struct router *router, const struct contract_service *service,
                      const struct contract_method *method, struct error *err)
{
	struct route *route = &router->routes[router->n];

	if (!method->http_method || !template_good(method->http_path))
		return error_set(err, ERR_INTERNAL, "the route of %s.%s can't be read", service->name, method->name);
	for (size_t i = 0; i < router->n; i++) {
		const struct contract_method *other = router->routes[i].method;

		if (strcmp(other->http_method, method->http_method) == 0 &&
		    overlap(other->http_path, method->http_path))
			return error_set(err, ERR_INTERNAL, "the routes of %s and %s overlap", other->name,
			                 method->name);
	}
	*route = (struct route){ .index = router->n, .service = service, .method = method };
	if (transcode_is_straight(method)) {
		route->plan = json_plan_new(method->reply->descriptor);
		if (!route->plan)
			return error_set(err, ERR_INTERNAL, "out of memory");
	}
	snprintf(route->subject, sizeof(route->subject), "rpc.%s.%s", service->name, method->name);
	router->n++;
	return true;
}

bool router_new(const struct contract_service *const *services, struct router **ret, struct error *err)
{
	_cleanup_(router_freep) struct router *router = calloc(1, sizeof(*router));

	if (router)
		router->routes = calloc(count_routes(services) + 1, sizeof(*router->routes));
	if (!router || !router->routes)
		return error_set(err, ERR_INTERNAL, "out of memory");
	for (; *services; services++)
		for (size_t i = 0; i < (*services)->n_methods; i++)
			if ((*services)->methods[i].http_path &&
			    !add_route(router, *services, &(*services)->methods[i], err))
				return false;
	*ret = TAKE_PTR(router);
	return true;
}

void router_free(struct router *router)
{
	if (!router)
		return;
	for (size_t i = 0; i < router->n; i++)
		json_plan_free(router->routes[i].plan);
	free(router->routes);
	free(router);
}

const struct route *router_rpc(const struct router *router, const char *service, const char *method)
{
	for (size_t i = 0; i < router->n; i++)
		if (strcmp(router->routes[i].service->name, service) == 0 &&
		    strcmp(router->routes[i].method->name, method) == 0)
			return &router->routes[i];
	return NULL;
}

const struct route *router_routes(const struct router *router, size_t *n)
{
	*n = router->n;
	return router->routes;
}

/* Fills the match's names and values when the path has the template's shape. */
static bool match_path(const char *template, const char *path, struct arena *arena, struct route_match *ret)
{
	ret->n = 0;
	while (*template == '/' && *path == '/') {
		size_t want = strcspn(template + 1, "/"), have = strcspn(path + 1, "/");

		if (template[1] == '{') {
			if (have == 0)
				return false;
			ret->names[ret->n] = arena_strndup(arena, template + 2, want - 2);
			ret->values[ret->n] = arena_strndup(arena, path + 1, have);
			if (!ret->names[ret->n] || !ret->values[ret->n])
				return false;
			ret->n++;
		} else if (want != have || strncmp(template + 1, path + 1, want) != 0) {
			return false;
		}
		template += 1 + want;
		path += 1 + have;
	}
	return !*template && !*path;
}

static void allow_add(char allow[static ROUTE_METHODS], const char *method)
{
	size_t used = strlen(allow);

	snprintf(allow + used, ROUTE_METHODS - used, "%s%s%s", used ? ", " : "", method,
	         strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

bool router_find(const struct router *router, const char *method, const char *path, struct arena *arena,
                 struct route_match *ret, char allow[static ROUTE_METHODS], struct error *err)
{
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;

	allow[0] = '\0';
	for (size_t i = 0; i < router->n; i++) {
		const struct route *route = &router->routes[i];

		if (!match_path(route->method->http_path, path, arena, ret))
			continue;
		if (strcmp(route->method->http_method, wanted) == 0) {
			ret->route = route;
			return true;
		}
		allow_add(allow, route->method->http_method);
	}
	if (allow[0])
		return error_set(err, ERR_METHOD, "%s isn't possible here; %s is.", method, allow);
	return error_set(err, ERR_NOT_FOUND, "There is nothing at this address.");
}

bool router_method_known(const char *method)
{
	static const char *const known[] = { "GET",    "HEAD",    "POST",  "PUT",    "PATCH",
		                             "DELETE", "OPTIONS", "TRACE", "CONNECT" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(method, known[i]) == 0)
			return true;
	return false;
}
