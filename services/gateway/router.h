/* router: which rpc an address and a method mean. Built once from the contract; read by all threads. */
#pragma once

#include "lib/contract/contract.h"
#include "lib/json/json.h"

enum { ROUTE_PARAMETERS = 4, ROUTE_METHODS = 64 };

/* One rpc with a route. */
struct route {
	size_t index; /* of the router's routes */
	const struct contract_service *service;
	const struct contract_method *method;
	char subject[96];       /* "rpc.web.CreateWebsite" */
	struct json_plan *plan; /* the reply becomes JSON as it comes; NULL: somebody has to look into it first */
};

/* The parts of an address that a template names: {website_id}. */
struct route_match {
	const struct route *route;
	const char *names[ROUTE_PARAMETERS], *values[ROUTE_PARAMETERS]; /* from the arena */
	size_t n;
};

struct router;

/* Fails for a template that can't be read and for two rpcs whose routes overlap. The services end with NULL and must
 * stay. */
bool router_new(const struct contract_service *const *services, struct router **ret, struct error *err) _must_check_;
void router_free(struct router *router);
DEFINE_CLEANUP(struct router *, router_free)

/* The route of an rpc; NULL when there is none. */
const struct route *router_rpc(const struct router *router, const char *service, const char *method);

const struct route *router_routes(const struct router *router, size_t *n);

/*
 * Finds the route of a decoded path; HEAD counts as GET. ERR_NOT_FOUND; ERR_METHOD when only the method is wrong, with
 * the ones that exist in allow ("GET, HEAD, POST").
 */
bool router_find(const struct router *router, const char *method, const char *path, struct arena *arena,
                 struct route_match *ret, char allow[static ROUTE_METHODS], struct error *err) _must_check_;

/* Whether HTTP knows the method at all: an unknown one is 501, not 405. */
bool router_method_known(const char *method);
