/* stralixctl sre context: the bus, and the bus itself, as the `nats` program sees them. */
#include <stddef.h>

#include "lib/base/buf.h"

#include "command.h"
#include "installation.h"
#include "process.h"

struct sre_settings {
	const char *dir;
};

static const struct option_row options[] = {
	{ "dir", "DIR", offsetof(struct sre_settings, dir), NULL, false,
	  "the run directory that stralixctl init made" },
	{ .name = NULL },
};

/* An operator's way to the bus. Both use the operator's certificate; a user of NATS is told from another by its creds.
 */
static const struct way {
	const char *name, *about, *creds, *inbox, *file;
} ways[] = {
	{ "stralix", "StralixHost", "etc/sre/nats.creds", "_INBOX.sre", "etc/sre/context.json" },
	{ "stralix-system", "the bus itself of StralixHost", "etc/sys/nats.creds", "_INBOX.sys",
	  "etc/sre/context-system.json" },
};

static bool write_context(const struct place *place, const char *url, const struct way *way, struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };
	const char *root = place->root;

	buf_printf(&text, "{\n  \"description\": \"%s at %s\",\n  \"url\": \"%s\",\n", way->about, root, url);
	buf_printf(&text, "  \"creds\": \"%s/%s\",\n  \"cert\": \"%s/etc/sre/tls.crt\",\n", root, way->creds, root);
	buf_printf(&text, "  \"key\": \"%s/etc/sre/tls.key\",\n  \"ca\": \"%s/pki/ca.crt\",\n", root, root);
	buf_printf(&text, "  \"inbox_prefix\": \"%s\"\n}\n", way->inbox);
	if (buf_failed(&text))
		return error_set(err, ERR_INTERNAL, "%s: out of memory", way->file);
	return place_write(place, place_path(place, "%s", way->file).text, text.data, 0600, OWNER_ROOT, err);
}

static bool run(const void *arg, FILE *out, struct error *err)
{
	const struct sre_settings *settings = arg;
	_cleanup_(installation_done) struct installation installation = { 0 };
	_cleanup_(place_close) struct place place = { 0 };

	if (!installation_read(settings->dir, &installation, err) ||
	    !place_open(settings->dir, (long)installation.uid_base, out, &place, err) ||
	    !write_context(&place, installation.nats_url, &ways[0], err) ||
	    !write_context(&place, installation.nats_url, &ways[1], err))
		return false;
	fputs("\nThe nats program takes them from its own folder:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		fprintf(out, "  install -D -m 600 %s/%s ~/.config/nats/context/%s.json\n", settings->dir, ways[i].file,
		        ways[i].name);
	fputs("  nats --context stralix micro ls\n  nats --context stralix sub 'event.>'\n"
	      "  nats --context stralix-system server report connections\n",
	      out);
	return true;
}

const struct command sre_context_command = {
	.name = "sre context",
	.summary = "write contexts for the nats program",
	.help = "Writes DIR/etc/sre/context.json: address, certificates and credentials of the operator's own user\n"
		"of the bus, for the `nats` program; and context-system.json, for reports of the bus itself. Prints "
		"how\n"
		"to use them.",
	.options = options,
	.settings_size = sizeof(struct sre_settings),
	.run = run,
};
