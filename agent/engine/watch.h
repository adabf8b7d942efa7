/* watch: files whose changes are waited for, by inotify. */
#pragma once

#include "lib/base/error.h"

int watch_open(struct error *err); /* a descriptor to poll and close; -1 */

/* Watches a file; one that isn't there: its folder, for whatever comes to be in it. The same file has the same number.
 * -1: that can't be had. */
int watch_add(int watches, const char *path);
void watch_drop(int watches, int watch);

/* Calls fn for each that has news; -1: some were lost, any may have. Doesn't wait. */
void watch_read(int watches, void (*fn)(void *arg, int watch), void *arg);
