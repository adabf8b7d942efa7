/* stralixctl: the operator's command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/api/api.h"
#include "command.h"

static const struct command *const commands[] = { &init_command, &node_init_command, &node_add_command,
	                                          &sre_context_command, &audit_verify_command };

enum { EXIT_USAGE = 2 };

static void usage(FILE *out)
{
	fputs("usage: stralixctl COMMAND [options]\n\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-14s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\nof a panel, by its API:\n\n", out);
	api_usage(out);
	fputs("  doctor         says what is wrong with an installation\n  completion     bash\n"
	      "\n`stralixctl COMMAND --help` says more. The manual is stralixctl(8).\n",
	      out);
}

/* How many of the words are the command's name; 0 when they aren't. */
static int match(const char *name, int argc, char *const *argv)
{
	int words = 0;

	for (; words < argc; words++) {
		size_t length = strcspn(name, " ");

		if (strlen(argv[words]) != length || memcmp(argv[words], name, length) != 0)
			return 0;
		if (name[length] == '\0')
			return words + 1;
		name += length + 1;
	}
	return 0;
}

static int run(const struct command *command, int argc, char *const *argv)
{
	_cleanup_free_ void *settings = calloc(1, command->settings_size);
	struct error err = { 0 };

	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0) {
			options_describe(command, stdout);
			return EXIT_SUCCESS;
		}
	if (!settings || !options_parse(command, argc, argv, settings, &err)) {
		fprintf(stderr, "stralixctl %s: %s\nSee stralixctl %s --help.\n", command->name, err.message,
		        command->name);
		return EXIT_USAGE;
	}
	if (!command->run(settings, stdout, &err)) {
		fprintf(stderr, "stralixctl %s: %s\n", command->name, err.message);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int status;

	umask(077);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("stralixctl " STRALIX_VERSION);
		return EXIT_SUCCESS;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return EXIT_SUCCESS;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		int words = match(commands[i]->name, argc - 1, argv + 1);

		if (words > 0)
			return run(commands[i], argc - 1 - words, argv + 1 + words);
	}
	if (api_run(argc - 1, argv + 1, &status))
		return status;
	usage(stderr);
	return EXIT_USAGE;
}
