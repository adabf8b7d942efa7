/* order: see order.h. */

#include "agent/engine/order.h"

#include <string.h>

#include "lib/contract/contract.h"

#include "stralix/v1/node.contract.h"

enum { ORDER_MAX = 262144 };

bool order_is_one(const char *verb)
{
	return strcmp(verb, "restore") == 0 || strcmp(verb, "adopt") == 0;
}

static bool keep_state(const Stralix__V1__WebsiteState *site, struct object *object, struct error *err)
{
	object->desired_size = protobuf_c_message_get_packed_size(&site->base);
	object->desired = malloc(object->desired_size + 1);
	if (!object->desired)
		return error_set(err, ERR_INTERNAL, "out of memory");
	protobuf_c_message_pack(&site->base, object->desired);
	return true;
}

bool order_read(const void *data, size_t size, const char *verb, struct object *object, struct arena *arena,
                Stralix__V1__FileOrder **ret, struct error *err)
{
	bool of_node = strcmp(object->kind, ORDER_NODE) == 0;
	Stralix__V1__FileOrder *order;
	ProtobufCMessage *message;

	if (!contract_unpack(&stralix__v1__file_order__descriptor, data, size, ORDER_MAX, arena, &message, err))
		return false;
	if (contract_has_unknown(message))
		return error_set(err, ERR_AGENT_TOO_OLD, "the order has a field that this agent doesn't know");
	if (!contract_validate(&stralix__v1__file_order__rules, message, arena, err))
		return false;
	order = (Stralix__V1__FileOrder *)message;
	if (of_node != !order->site)
		return error_field(err, "site", "required", "An order is about a website's files or the node's.");
	if (strcmp(verb, "adopt") == 0 && order->n_files == 0)
		return error_field(err, "files", "required", "Name the files to adopt.");
	*ret = order;
	return of_node || keep_state(order->site, object, err);
}
