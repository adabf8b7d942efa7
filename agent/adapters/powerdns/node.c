/* node: see node.h. */

#include "agent/adapters/powerdns/node.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "agent/adapters/powerdns/node_internal.h"
#include "agent/engine/file.h"

enum { KEY_LEAST = 16 };

const struct calls_ops powerdns_node_ops = { .kind = "zone",
	                                     .capability = "dns",
	                                     .daemon = "pdns",
	                                     .read = powerdns_read,
	                                     .planned = powerdns_planned,
	                                     .open = powerdns_open,
	                                     .tend = powerdns_tend };

void powerdns_node_free(struct powerdns_node *node)
{
	if (!node)
		return;
	explicit_bzero(node->key, sizeof(node->key));
	free(node);
}

static void wipe(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->capacity);
	buf_done(buf);
}

static bool read_key(struct powerdns_node *node, const char *path, struct error *err)
{
	_cleanup_(wipe) struct buf text = { 0 };

	if (!file_read(path, NODE_KEY, &text, err))
		return false;
	while (text.size > 0 && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == ' '))
		text.data[--text.size] = '\0';
	if (text.size < KEY_LEAST || text.size >= NODE_KEY)
		return error_set(err, ERR_INVALID, "dns_api_key: a key of %d to %d bytes", KEY_LEAST, NODE_KEY - 1);
	memcpy(node->key, text.data, text.size + 1);
	return true;
}

bool powerdns_node_new(const struct settings *settings, const struct seal_key *seal, struct powerdns_node **ret,
                       struct error *err)
{
	_cleanup_(powerdns_node_freep) struct powerdns_node *node = calloc(1, sizeof(*node));
	char path[NODE_PATH + 64];

	if (!node)
		return error_set(err, ERR_INTERNAL, "out of memory");
	node->settings = settings;
	node->seal = seal;
	node->ours = *settings->pdns_binary != '\0';
	if (snprintf(node->dir, sizeof(node->dir), "%s/pdns", settings->dir) >= NODE_PATH - 64)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
		return error_set(err, ERR_INVALID, "dir is too long");
	snprintf(node->api, sizeof(node->api), "http://127.0.0.1:%u", (unsigned)settings->dns_api_port);
	if (!node->ours && !*settings->dns_api_key)
		return error_set(err, ERR_INVALID, "dns_api_key: needed where the engine doesn't start PowerDNS");
	if (node->ours && !powerdns_set_up(node, err))
		return error_wrap(err, "set up PowerDNS");
	snprintf(path, sizeof(path), "%s/api.key", node->dir);
	if (!read_key(node, node->ours ? path : settings->dns_api_key, err))
		return error_wrap(err, "read the key to PowerDNS");
	*ret = TAKE_PTR(node);
	return true;
}

void powerdns_node_daemon(const struct powerdns_node *node, Stralix__V1__CallDaemon *ret)
{
	stralix__v1__call_daemon__init(ret);
	ret->kind = (char *)(uintptr_t)powerdns_node_ops.kind;
	ret->api = (char *)(uintptr_t)node->api;
	ret->api_key = (char *)(uintptr_t)node->key;
	ret->address = node->settings->dns_address;
	ret->port = (uint32_t)node->settings->dns_port;
}
