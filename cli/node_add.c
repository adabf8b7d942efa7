/* stralixctl node add: the identity of a node, told to the panel, and what is to be done on the node. */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/api/api.h"
#include "command.h"
#include "node.h"

/* The call that `stralixctl node register` is, when the environment says of which panel. */
static bool tell_panel(const char *dir, const char *id, FILE *out, struct error *err)
{
	char body[PATH_MAX];
	char *const argv[] = { (char *)(uintptr_t) "node", (char *)(uintptr_t) "register", (char *)(uintptr_t) "--body",
		               body };
	int status = EXIT_FAILURE;

	snprintf(body, sizeof(body), "@%s/etc/agent-%s/register.json", dir, id);
	if (!getenv("STRALIX_URL") || !getenv("STRALIX_TOKEN_FILE")) {
		fprintf(out,
		        "\nThe panel doesn't know it yet. Set STRALIX_URL, STRALIX_CA and STRALIX_TOKEN_FILE and "
		        "repeat this,\nor: stralixctl node register --body %s\n",
		        body);
		return true;
	}
	fputc('\n', out);
	fflush(out);
	if (api_run((int)ARRAY_SIZE(argv), argv, &status) && status == EXIT_SUCCESS)
		return true;
	return error_set(err, ERR_UNAVAILABLE,
	                 "its files are made, but the panel wasn't told; repeat this when it answers");
}

static void say_next(const char *dir, const char *id, FILE *out)
{
	fprintf(out, "\nOn the node, as root:\n"
	             "  1. Install stralix-agent and nginx; for DNS pdns-server and pdns-backend-sqlite3 too.\n"
	             "  2. Put these there under the same paths, with their owners and modes:\n");
	fprintf(out, "       %s/etc/agent-%s      its identity: take the copy here away afterwards\n", dir, id);
	fprintf(out, "       %s/pki/ca.crt\n       %s/share/infrastructure\n", dir, dir);
	fprintf(out,
	        "  3. Start it, under whatever supervises there:\n"
	        "       stralix-agent --link %s/etc/agent-%s/link/link.yaml \\\n"
	        "                     --engine %s/etc/agent-%s/engine/engine.yaml --link-uid UID\n",
	        dir, id, dir, id);
	fprintf(out, "  4. See that it is healthy: stralixctl node get %s\n", id);
}

static bool run(const void *arg, FILE *out, struct error *err)
{
	struct node_settings settings = *(const struct node_settings *)arg;

	if (settings.capabilities.n == 0)
		settings.capabilities.items[settings.capabilities.n++] = "website";
	if (!node_make(&settings, out, err) || !tell_panel(settings.dir, settings.id, out, err))
		return false;
	say_next(settings.dir, settings.id, out);
	return true;
}

const struct command node_add_command = {
	.name = "node add",
	.summary = "add a node: its identity, told to the panel",
	.help = "Makes what is absent of the node's identity, as `stralixctl node init` does, tells the panel\n"
		"of it when STRALIX_URL, STRALIX_CA and STRALIX_TOKEN_FILE say which and as whom, and says what\n"
		"is to be done on the node. Without --capability it takes websites. Safe to repeat: what is\n"
		"there stays.",
	.options = node_options,
	.settings_size = sizeof(struct node_settings),
	.run = run,
	.operand = &node_options[NODE_OPTION_ID],
};
