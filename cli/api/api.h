/* api: the commands that are calls of the API: "website list". */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* Runs argv (without the program's name) when it names such a command, and gives the exit status: 0, 1 failed, 2 not
 * understood, 3 the task that was waited for didn't succeed. False: it is no such command. */
bool api_run(int argc, char *const *argv, int *ret_status);

/* A line for each noun. */
void api_usage(FILE *out);
