/* command: what a subcommand of stralixctl is: a name, a table of options, a function. */
#pragma once

#include <stdio.h>

#include "lib/base/error.h"

enum { OPTION_MANY = 32 };

/* Values of an option that may come again; ends with NULL. */
struct strings {
	const char *items[OPTION_MANY + 1];
	unsigned n;
};

/* One option. Tables end with a row whose name is NULL. */
struct option_row {
	const char *name;     /* "dir" for --dir */
	const char *value;    /* what stands behind it, for help: "DIR" */
	size_t offset;        /* into the settings: const char *, or struct strings when many */
	const char *fallback; /* NULL: must be given, unless many */
	bool many;
	const char *help;
};

struct command {
	const char *name; /* "init", "node init" */
	const char *summary;
	const char *help; /* a paragraph */
	const struct option_row *options;
	size_t settings_size;
	bool (*run)(const void *settings, FILE *out, struct error *err); /* out: what it has to say */
	const struct option_row *operand; /* of options: may be given without its name; NULL: none */
};

extern const struct command init_command, node_init_command, node_add_command, sre_context_command,
	audit_verify_command;

/* Fills settings (zeroed, settings_size bytes) from "--name value" and "--name=value"; values belong to argv. */
bool options_parse(const struct command *command, int argc, char *const *argv, void *settings,
                   struct error *err) _must_check_;

void options_describe(const struct command *command, FILE *out);

/* A decimal number and nothing else. */
bool option_number(const char *name, const char *text, long least, long most, long *ret,
                   struct error *err) _must_check_;
