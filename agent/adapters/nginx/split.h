/*
 * split: a thread that deals out what nginx writes into its two logs to the websites' own, log/site/<id>.log and
 * <id>.error.log, and keeps all of them within bounds. A line is a website's for its marker alone. What nginx has
 * written while the agent was away is dealt out when it is back; after a kill -9 the last moment's lines may come
 * twice.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "lib/base/error.h"

struct split;

struct split_options {
	const char *dir;    /* of the node; borrowed */
	const char *secret; /* of nginx_marker; borrowed */
	int64_t bytes;      /* a website's log is rotated above this, nginx's own at four times as much */
	pid_t (*running)(const void *arg); /* nginx's master, to be told that a log is a new file; 0: none */
	const void *arg;
};

bool split_start(const struct split_options *options, struct split **ret, struct error *err) _must_check_;
void split_free(struct split *split); /* ends the thread */
