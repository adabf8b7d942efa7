/* stralixctl node init: the identity of one node. */
#include "node.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/token/token.h"
#include "lib/trust/store.h"

#include "command.h"
#include "identities.h"
#include "installation.h"
#include "parts.h"
#include "pki.h"
#include "yaml.h"

enum { LEAF_DAYS = 365, ID_MAX = 63, UID_BASE_MAX = 2000000000, KEYRING_MAX = 65536, NAME_MAX_BYTES = 80 };

#define TEXT(name, value, field, fallback, help)                                                                       \
	{                                                                                                              \
		name, value, offsetof(struct node_settings, field), fallback, false, help                              \
	}

const struct option_row node_options[] = {
	TEXT("dir", "DIR", dir, NULL, "the run directory that stralixctl init made"),
	TEXT("id", "ID", id, NULL, "the node's id: a-z, 0-9 and -, at most 63"),
	TEXT("name", "NAME", name, "", "its name for people; empty: the id"),
	TEXT("address", "IP", address, NULL, "where its websites answer"),
	TEXT("http-port", "N", http_port, "80", "their port"),
	TEXT("https-port", "N", https_port, "443", "their port with TLS"),
	TEXT("nginx", "PATH", nginx, "/usr/sbin/nginx", "the node's nginx"),
	TEXT("php", "LIST", php, "", "its versions of PHP: 8.2=/usr/sbin/php-fpm8.2, with commas between"),
	TEXT("pdns", "PATH", pdns, "",
	     "with --capability dns: pdns_server, for the agent to start; empty: the system's"),
	TEXT("dns-port", "N", dns_port, "53", "where its zones are answered for"),
	TEXT("dns-api-port", "N", dns_api_port, "8081", "where PowerDNS takes orders, on the loopback"),
	TEXT("dns-api-key", "PATH", dns_api_key, "", "the file with the key to that, where the system starts PowerDNS"),
	TEXT("nats-port", "N", nats_port, "", "the bus's port on this host; empty: as init was told"),
	TEXT("uid-base", "N", uid_base, "", "as for init; empty: as init was told"),
	{ "capability", "WORD", offsetof(struct node_settings, capabilities), NULL, true,
	  "what it can do: website, dns …" },
	{ .name = NULL },
};

/* Everything checked. */
struct node {
	const char *id, *name, *address, *nginx, *php, *pdns, *dns_api_key;
	long http_port, https_port, dns_port, dns_api_port, base;
	bool dns;
	char url[256];
	const struct strings *capabilities;
};

static bool is_id(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && length <= ID_MAX && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static bool is_line(const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '"' || *c == '\\')
			return false;
	return strlen(text) <= NAME_MAX_BYTES;
}

static bool check_words(const struct node_settings *settings, struct error *err)
{
	if (!is_id(settings->id))
		return error_set(err, ERR_INVALID, "--id must match [a-z0-9-]{1,63}");
	if (!is_line(settings->name))
		return error_set(err, ERR_INVALID, "--name must be one line of at most %d bytes without quotes",
		                 NAME_MAX_BYTES);
	if (settings->address[0] == '\0' ||
	    strspn(settings->address, "0123456789abcdefABCDEF.:") != strlen(settings->address))
		return error_set(err, ERR_INVALID, "--address must be an IP address");
	if (!is_line(settings->php))
		return error_set(err, ERR_INVALID, "--php is like 8.2=/usr/sbin/php-fpm8.2, with commas between");
	for (unsigned i = 0; i < settings->capabilities.n; i++)
		if (!is_id(settings->capabilities.items[i]))
			return error_set(err, ERR_INVALID, "--capability must match [a-z0-9-]{1,63}");
	return true;
}

static bool has_capability(const struct node_settings *settings, const char *name)
{
	for (unsigned i = 0; i < settings->capabilities.n; i++)
		if (strcmp(settings->capabilities.items[i], name) == 0)
			return true;
	return false;
}

static bool check_dns(const struct node_settings *settings, struct node *node, struct error *err)
{
	if (node->dns && node->pdns[0] == '\0' && node->dns_api_key[0] == '\0')
		return error_set(err, ERR_INVALID, "--capability dns needs --dns-api-key, or --pdns");
	return option_number("dns-port", settings->dns_port, 1, 65535, &node->dns_port, err) &&
	       option_number("dns-api-port", settings->dns_api_port, 1, 65535, &node->dns_api_port, err);
}

static bool check(const struct node_settings *settings, const struct installation *installation, struct node *ret,
                  struct error *err)
{
	long port;

	*ret = (struct node){
		.id = settings->id,
		.name = settings->name[0] != '\0' ? settings->name : settings->id,
		.address = settings->address,
		.nginx = settings->nginx,
		.php = settings->php,
		.pdns = settings->pdns,
		.dns_api_key = settings->dns_api_key,
		.dns = has_capability(settings, "dns"),
		.capabilities = &settings->capabilities,
		.base = (long)installation->uid_base,
	};
	snprintf(ret->url, sizeof ret->url, "%s", installation->nats_url);
	if (!check_words(settings, err) || !check_dns(settings, ret, err) ||
	    !option_number("http-port", settings->http_port, 1, 65535, &ret->http_port, err) ||
	    !option_number("https-port", settings->https_port, 1, 65535, &ret->https_port, err) ||
	    (settings->uid_base[0] != '\0' &&
	     !option_number("uid-base", settings->uid_base, 0, UID_BASE_MAX, &ret->base, err)))
		return false;
	if (settings->nats_port[0] == '\0')
		return true;
	if (!option_number("nats-port", settings->nats_port, 1, 65535, &port, err))
		return false;
	snprintf(ret->url, sizeof ret->url, "tls://127.0.0.1:%ld", port);
	return true;
}

/* The half that speaks on the network. */
static bool make_link(const struct place *place, const struct node *node, struct error *err)
{
	_cleanup_(cert_authority_freep) struct cert_authority *issuer = NULL;
	_cleanup_(identities_done) struct identities identities = { 0 };
	_cleanup_yaml_ struct yaml yaml = { 0 };
	const struct cert_request request = { .name = node->id, .client = true, .days = LEAF_DAYS };
	struct path folder = place_path(place, "etc/agent-%s/link", node->id);
	struct path creds = place_path(place, "etc/agent-%s/link/nats.creds", node->id);

	if (!place_folder(place, folder.text, 0700, OWNER_LINK, err) || !pki_read(place, &issuer, err) ||
	    !identities_open(place, &identities, err) ||
	    !pki_issue(place, issuer, &request, place_path(place, "etc/agent-%s/link/tls", node->id).text, OWNER_LINK,
	               err) ||
	    !identities_node(place, &identities, node->id, creds.text, OWNER_LINK, err))
		return false;
	yaml_row(&yaml, "node_id", "%s", node->id);
	settings_bus(&yaml, place, folder.text, node->url);
	yaml_row(&yaml, "log_level", "info");
	return yaml_write(place, &yaml, place_path(place, "etc/agent-%s/link/link.yaml", node->id).text, OWNER_LINK,
	                  err);
}

/* The key that signs reports; it never leaves the engine's folder. */
static bool make_report_key(const struct place *place, const struct node *node, char ret_public[static 44],
                            struct error *err)
{
	struct path path = place_path(place, "etc/agent-%s/engine/report.key", node->id);
	_cleanup_(token_key_freep) struct token_key *key = NULL;
	uint8_t public[TOKEN_KEY];

	if (!place_exists(path.text)) {
		_cleanup_(token_key_freep) struct token_key *fresh = token_key_new();

		if (!fresh || !token_key_write(fresh, path.text, err))
			return error_wrap(err, "make %s", path.text);
		place_note(place, path.text);
	}
	if (!token_key_read(path.text, &key, err))
		return false;
	token_key_public(key, public);
	token_public_format(public, ret_public);
	return true;
}

/* The engine has a keyring of its own: it believes nobody but its folder. */
static bool copy_keyring(const struct place *place, const struct node *node, struct error *err)
{
	_cleanup_free_ char *text = NULL;

	return store_read(place_path(place, "etc/keyring").text, KEYRING_MAX, &text, NULL, err) &&
	       place_write(place, place_path(place, "etc/agent-%s/engine/keyring", node->id).text, text, 0600,
	                   OWNER_ROOT, err);
}

static void dns_rows(struct yaml *yaml, const struct place *place, const struct node *node)
{
	yaml_row(yaml, "dns_address", "%s", node->address);
	yaml_row(yaml, "dns_port", "%ld", node->dns_port);
	yaml_row(yaml, "dns_api_port", "%ld", node->dns_api_port);
	yaml_row(yaml, "dns_api_key", "%s", node->dns_api_key);
	yaml_row(yaml, "pdns_binary", "%s", node->pdns);
	if (place->uid_base > 0) {
		yaml_row(yaml, "dns_uid", "%ld", place->uid_base + OWNER_PDNS);
		yaml_row(yaml, "caller_uid", "%ld", place->uid_base + OWNER_CALLER);
	}
}

/* The privileged half. */
static bool make_engine(const struct place *place, const struct node *node, char ret_public[static 44],
                        struct error *err)
{
	_cleanup_yaml_ struct yaml yaml = { 0 };
	struct path folder = place_path(place, "etc/agent-%s/engine", node->id);

	if (!place_folder(place, folder.text, 0700, OWNER_ROOT, err) ||
	    !make_report_key(place, node, ret_public, err) || !copy_keyring(place, node, err))
		return false;
	yaml_row(&yaml, "node_id", "%s", node->id);
	yaml_row(&yaml, "dir", "%s/nodes/%s", place->root, node->id);
	yaml_row(&yaml, "templates", "%s/share/infrastructure", place->root);
	yaml_row(&yaml, "keyring", "%s/keyring", folder.text);
	yaml_row(&yaml, "report_key", "%s/report.key", folder.text);
	yaml_row(&yaml, "nginx_binary", "%s", node->nginx);
	yaml_row(&yaml, "php", "%s", node->php);
	yaml_row(&yaml, "http_port", "%ld", node->http_port);
	yaml_row(&yaml, "https_port", "%ld", node->https_port);
	yaml_row(&yaml, "address", "%s", node->address);
	if (place->uid_base > 0) {
		yaml_row(&yaml, "test_uid", "%ld", place->uid_base + OWNER_TEST);
		yaml_row(&yaml, "web_uid", "%ld", place->uid_base + OWNER_SITES);
	}
	if (node->dns)
		dns_rows(&yaml, place, node);
	yaml_row(&yaml, "log_level", "info");
	return yaml_write(place, &yaml, place_path(place, "etc/agent-%s/engine/engine.yaml", node->id).text, OWNER_ROOT,
	                  err);
}

/* The body of POST /api/v1/nodes. */
static bool write_registration(const struct place *place, const struct node *node, const char *public,
                               struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };

	buf_printf(&text, "{\n  \"nodeId\": \"%s\",\n  \"name\": \"%s\",\n  \"address\": \"%s\",\n", node->id,
	           node->name, node->address);
	buf_printf(&text, "  \"reportKey\": \"%s\",\n  \"capabilities\": [", public);
	for (unsigned i = 0; i < node->capabilities->n; i++)
		buf_printf(&text, "%s\"%s\"", i > 0 ? ", " : "", node->capabilities->items[i]);
	buf_printf(&text, "],\n  \"httpPort\": %ld,\n  \"httpsPort\": %ld,\n  \"dnsPort\": %ld\n}\n", node->http_port,
	           node->https_port, node->dns_port);
	if (buf_failed(&text))
		return error_set(err, ERR_INTERNAL, "register.json: out of memory");
	return place_write(place, place_path(place, "etc/agent-%s/register.json", node->id).text, text.data, 0600,
	                   OWNER_ROOT, err);
}

bool node_make(const struct node_settings *settings, FILE *out, struct error *err)
{
	_cleanup_(installation_done) struct installation installation = { 0 };
	_cleanup_(place_close) struct place place = { 0 };
	struct node node;
	char public[44];

	return installation_read(settings->dir, &installation, err) && check(settings, &installation, &node, err) &&
	       place_open(settings->dir, node.base, out, &place, err) &&
	       place_folder(&place, place_path(&place, "etc/agent-%s", node.id).text, 0711, OWNER_ROOT, err) &&
	       make_link(&place, &node, err) && make_engine(&place, &node, public, err) &&
	       write_registration(&place, &node, public, err);
}

static bool run(const void *arg, FILE *out, struct error *err)
{
	return node_make(arg, out, err);
}

const struct command node_init_command = {
	.name = "node init",
	.summary = "make the identity of a node",
	.help = "Makes what is absent of DIR/etc/agent-ID: link/ with certificate, credentials and settings of the\n"
		"half that speaks on the network, engine/ with the report key and the settings of the privileged\n"
		"half, and register.json, the body of the call (POST /api/v1/nodes) that tells the panel of the\n"
		"node. Prints the path of each file that it made or changed.",
	.options = node_options,
	.settings_size = sizeof(struct node_settings),
	.run = run,
};
