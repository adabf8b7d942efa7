/* place: see place.h. */
#include "place.h"

#include "stralix/v1/tasks.pb-c.h"

#include "dns.h"
#include "view.h"

enum { WAIT_MS = 5000 };

static bool ask(struct service *service, struct call *call, const Stralix__V1__PlaceResourceRequest *request,
                struct arena *arena, ProtobufCMessage **ret, struct error *err)
{
	const ProtobufCMessageDescriptor *type = &stralix__v1__place_resource_reply__descriptor;

	return call ? call_rpc(call, "tasks", "PlaceResource", &request->base, type, ret, err)
	            : service_rpc(service, "tasks", "PlaceResource", NULL, "", &request->base, type, WAIT_MS, arena,
	                          ret, err);
}

bool place_one(struct service *service, struct call *call, struct zone *zone, const char *node_id, struct arena *arena,
               struct error *err)
{
	const struct uuid id = uuid_v7();

	return place_as(service, call, zone, &id, node_id, arena, err);
}

bool place_as(struct service *service, struct call *call, struct zone *zone, const struct uuid *id, const char *node_id,
              struct arena *arena, struct error *err)
{
	struct placement *node = &zone->nodes[zone->n_nodes];
	const Stralix__V1__PlaceResourceReply *place;
	Stralix__V1__PlaceResourceRequest request;
	ProtobufCMessage *reply;
	char *apart[ZONE_NODES];
	char capability[] = DNS_CAPABILITY;

	if (zone->n_nodes == ZONE_NODES)
		return error_field(err, "nodeIds", "count", "A zone is on at most %d nodes.", ZONE_NODES);
	*node = (struct placement){ .id = *id, .message = "", .fresh = true, .provider = &provider_nodes };
	stralix__v1__place_resource_request__init(&request);
	for (size_t i = 0; i < zone->n_nodes; i++)
		apart[i] = (char *)(uintptr_t)zone->nodes[i].node_id;
	request.apart_from = apart;
	request.n_apart_from = zone->n_nodes;
	request.capability = capability;
	request.node_id = (char *)(uintptr_t)node_id;
	request.name = (char *)(uintptr_t)zone->name;
	request.resource_id = view_id(&node->id, arena);
	request.organisation_id = view_id(&zone->org, arena);
	if (!request.resource_id || !request.organisation_id)
		return error_set(err, ERR_TOO_LARGE, "no room for a zone");
	if (!ask(service, call, &request, arena, &reply, err))
		return false;
	place = (const Stralix__V1__PlaceResourceReply *)(void *)reply;
	node->node_id = place->node_id;
	node->node_name = place->node_name;
	node->address = place->address;
	node->port = place->dns_port;
	zone->n_nodes++;
	return true;
}
