/* reserve: a file that takes up room so that there is some left to say that there is none: it goes when the journal has
 * to write how a task ended on a disk that is full, and comes back when it can. */
#pragma once

#include <stdbool.h>

/* Makes the file where it isn't there; a disk without room for it is no failure. */
void reserve_keep(const char *path);

/* Gives its room back; false when there was none. */
bool reserve_give(const char *path);
