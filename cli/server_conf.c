/* nats/server.conf: operator mode, mutual TLS, JetStream. */
#include <string.h>

#include "lib/base/buf.h"

#include "identities.h"
#include "process.h"

static const char template[] =
	"# Made by stralixctl init, which rewrites it when its inputs change.\n"
	"server_name: stralix\n"
	"max_payload: 1MB\n"
	/* The first line of a connection holds the user's rights: the gateway's are those of all routes. */
	"max_control_line: 32KB\n"
	"debug: false\n"
	"trace: false\n";

bool identities_server(const struct place *place, const struct identities *identities, const char *address, long port,
                       struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };
	const char *root = place->root;

	if (strspn(address, "0123456789abcdefABCDEF.:[]") != strlen(address))
		return error_set(err, ERR_INVALID, "--nats-address must be an address, not '%s'", address);
	buf_printf(&text, "%slisten: \"%s:%ld\"\npid_file: \"%s/nats/nats.pid\"\n", template, address, port, root);
	buf_printf(&text, "operator: \"%s/nats/operator.jwt\"\nsystem_account: %s\n", root,
	           nkey_public(identities->system));
	buf_printf(&text, "resolver {\n\ttype: full\n\tdir: \"%s/nats/jwt\"\n\tinterval: \"10s\"\n}\n", root);
	buf_printf(&text, "resolver_preload {\n\t%s: %s\n\t%s: %s\n}\n", nkey_public(identities->system),
	           identities->system_jwt, nkey_public(identities->account), identities->account_jwt);
	buf_printf(&text, "tls {\n\tcert_file: \"%s/pki/nats.crt\"\n\tkey_file: \"%s/pki/nats.key\"\n", root, root);
	buf_printf(&text, "\tca_file: \"%s/pki/ca.crt\"\n\tverify: true\n\ttimeout: 2\n}\n", root);
	buf_printf(&text, "jetstream {\n\tstore_dir: \"%s/nats/js\"\n\tmax_memory_store: 128MB\n", root);
	buf_puts(&text, "\tmax_file_store: 2GB\n}\n");
	if (buf_failed(&text))
		return error_set(err, ERR_INTERNAL, "server.conf: out of memory");
	return place_folder(place, place_path(place, "nats/jwt").text, 0700, OWNER_NATS, err) &&
	       place_folder(place, place_path(place, "nats/js").text, 0700, OWNER_NATS, err) &&
	       place_write(place, place_path(place, "nats/server.conf").text, text.data, 0600, OWNER_NATS, err);
}
