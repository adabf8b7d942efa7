/* closed: no file can be opened any more. */
#pragma once

#include <stdbool.h>

/* A kernel without Landlock leaves what the sandbox leaves: the machine's files that anybody may read. False, errno: it
 * has it and refuses. */
bool close_files(void);
