/* seal_keys: see seal_keys.h. */
#include "seal_keys.h"

#include <string.h>

#include "lib/token/seal.h"
#include "lib/token/token.h"

#include "stralix/v1/tasks.pb-c.h"

bool seal_keys_ask(struct call *call, const struct zone *zone, struct seal_keys *ret, struct error *err)
{
	const Stralix__V1__GetSealKeysReply *reply;
	Stralix__V1__GetSealKeysRequest request;
	ProtobufCMessage *message;
	char *ids[ZONE_NODES];

	stralix__v1__get_seal_keys_request__init(&request);
	for (size_t i = 0; i < zone->n_nodes; i++)
		ids[i] = (char *)(uintptr_t)zone->nodes[i].node_id;
	request.node_ids = ids;
	request.n_node_ids = zone->n_nodes;
	if (!call_rpc(call, "tasks", "GetSealKeys", &request.base, &stralix__v1__get_seal_keys_reply__descriptor,
	              &message, err))
		return false;
	reply = (const Stralix__V1__GetSealKeysReply *)(void *)message;
	for (ret->n = 0; ret->n < zone->n_nodes; ret->n++) {
		bool found = false;

		ret->node_ids[ret->n] = ids[ret->n];
		for (size_t j = 0; j < reply->n_keys && !found; j++)
			found = strcmp(reply->keys[j]->node_id, ids[ret->n]) == 0 &&
			        token_public_parse(reply->keys[j]->key, ret->of[ret->n]);
		if (!found)
			return error_set(err, ERR_UNAVAILABLE, "%s hasn't said yet how to send it a secret.",
			                 zone->nodes[ret->n].node_name);
	}
	return true;
}

bool seal_keys_fit(const struct seal_keys *keys, const struct zone *zone, struct error *err)
{
	bool fit = keys->n == zone->n_nodes;

	for (size_t i = 0; fit && i < keys->n; i++)
		fit = strcmp(keys->node_ids[i], zone->nodes[i].node_id) == 0;
	return fit || error_set(err, ERR_CONFLICT, "The zone has got another name server meanwhile. Try again.");
}

bool seal_keys_seal(const struct seal_keys *keys, const struct zone *zone, size_t place, const struct buf *secret,
                    struct buf *box, struct error *err)
{
	char id[UUID_TEXT];

	return seal(keys->of[place], "zone", uuid_format(&zone->nodes[place].id, id), secret->data, secret->size, box,
	            err);
}
