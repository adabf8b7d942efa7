/* stralixctl sre context: the bus as the `nats` program sees it. */
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

static bool write_context(const struct place *place, const char *url, struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };
	const char *root = place->root;

	buf_printf(&text, "{\n  \"description\": \"StralixHost at %s\",\n  \"url\": \"%s\",\n", root, url);
	buf_printf(&text, "  \"creds\": \"%s/etc/sre/nats.creds\",\n  \"cert\": \"%s/etc/sre/tls.crt\",\n", root, root);
	buf_printf(&text, "  \"key\": \"%s/etc/sre/tls.key\",\n  \"ca\": \"%s/pki/ca.crt\",\n", root, root);
	buf_puts(&text, "  \"inbox_prefix\": \"_INBOX.sre\"\n}\n");
	if (buf_failed(&text))
		return error_set(err, ERR_INTERNAL, "context.json: out of memory");
	return place_write(place, place_path(place, "etc/sre/context.json").text, text.data, 0600, OWNER_ROOT, err);
}

static bool run(const void *arg, FILE *out, struct error *err)
{
	const struct sre_settings *settings = arg;
	_cleanup_(installation_done) struct installation installation = { 0 };
	_cleanup_(place_close) struct place place = { 0 };

	if (!installation_read(settings->dir, &installation, err) ||
	    !place_open(settings->dir, (long)installation.uid_base, out, &place, err) ||
	    !write_context(&place, installation.nats_url, err))
		return false;
	fprintf(out,
	        "\nThe nats program takes it from its own folder:\n"
	        "  install -D -m 600 %s/etc/sre/context.json ~/.config/nats/context/stralix.json\n"
	        "  nats --context stralix micro ls\n"
	        "  nats --context stralix sub 'event.>'\n",
	        settings->dir);
	return true;
}

const struct command sre_context_command = {
	.name = "sre context",
	.summary = "write a context for the nats program",
	.help = "Writes DIR/etc/sre/context.json: address, certificates and credentials of the operator's own user\n"
		"of the bus, for the `nats` program. Prints how to use it.",
	.options = options,
	.settings_size = sizeof(struct sre_settings),
	.run = run,
};
