/* complete: see complete.h. */
#include "cli/api/complete.h"

#include <string.h>

#include "cli/api/arguments.h"

static const char *const own[] = { "init", "node init", "sre context", "audit verify", "doctor", "completion bash" };
static const char *const common[] = { "--json", "--only", "--wait", "--all",       "--follow",
	                              "--help", "--url",  "--ca",   "--token-file" };

void complete_script(FILE *out)
{
	fputs("_stralixctl() {\n"
	      "  local IFS=$'\\n'\n"
	      "  mapfile -t COMPREPLY < <(\"${COMP_WORDS[0]}\" complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\")\n"
	      "}\n"
	      "complete -o default -F _stralixctl stralixctl\n",
	      out);
}

struct offering {
	const char *typed;
	FILE *out;
};

static void offer(const struct offering *offering, const char *word, size_t size)
{
	if (strncmp(word, offering->typed, strlen(offering->typed)) == 0)
		fprintf(offering->out, "%.*s\n", (int)size, word);
}

static void offer_option(void *arg, const char *option, json_t *schema, bool required, const char *where)
{
	(void)schema;
	(void)required;
	if (strcmp(where, "path") != 0)
		offer(arg, option, strlen(option));
}

static void offer_nouns(const struct spec *spec, const struct offering *offering)
{
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		offer(offering, own[i], strcspn(own[i], " "));
	for (size_t i = 0; i < spec->n; i++)
		if (spec_first(spec, i))
			offer(offering, spec->operations[i].noun, strlen(spec->operations[i].noun));
}

static void offer_verbs(const struct spec *spec, const char *noun, const struct offering *offering)
{
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (strncmp(own[i], noun, strlen(noun)) == 0 && own[i][strlen(noun)] == ' ')
			offer(offering, own[i] + strlen(noun) + 1, strlen(own[i]));
	for (size_t i = 0; i < spec->n; i++)
		if (strcmp(spec->operations[i].noun, noun) == 0)
			offer(offering, spec->operations[i].verb, strlen(spec->operations[i].verb));
}

void complete_words(const struct spec *spec, int argc, char *const *argv, FILE *out)
{
	struct offering offering = { .typed = argc ? argv[argc - 1] : "", .out = out };
	const struct operation *operation = argc > 2 ? spec_find(spec, argv[0], argv[1]) : NULL;

	if (argc <= 1)
		offer_nouns(spec, &offering);
	else if (argc == 2)
		offer_verbs(spec, argv[0], &offering);
	else if (operation && offering.typed[0] == '-') {
		arguments_each(spec, operation, offer_option, &offering);
		for (size_t i = 0; i < ARRAY_SIZE(common); i++)
			offer(&offering, common[i], strlen(common[i]));
	}
}
