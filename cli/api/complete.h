/* complete: what a shell may offer next. */
#pragma once

#include <stdio.h>

#include "cli/api/spec.h"

/* `stralixctl completion bash`: the script for one's ~/.bashrc. */
void complete_script(FILE *out);

/* Candidates for the last of the words behind the program's name, a line each. */
void complete_words(const struct spec *spec, int argc, char *const *argv, FILE *out);
