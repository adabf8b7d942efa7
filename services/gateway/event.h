/* event: one fact from the bus, who may hear of it, and how it reads as a server-sent event. Pure. */
#pragma once

#include <stdint.h>

#include "identity.h"

enum { EVENT_WORD = 33, EVENT_ID = 65, EVENT_TEXT = 512 };

#define EVENT_INSTALLATION "installation"

struct event {
	char organisation[40]; /* or EVENT_INSTALLATION; empty: whatever was missed, everybody looks anew */
	char entity[EVENT_WORD], verb[EVENT_WORD], id[EVENT_ID];
};

/* "event.<organisation>.<entity>.<verb>" and the id as text; false for any other form. */
bool event_parse(const char *subject, const void *data, size_t size, struct event *ret);

/* Which permissions each role holds, from the contract; made once. */
struct event_rights;
struct event_rights *event_rights_new(void); /* NULL without memory */
void event_rights_free(struct event_rights *rights);

/*
 * Whether somebody may hear of an event: it is of an organisation they may see (a customer's own, staff's assigned
 * ones, any for an admin; the installation's for staff and admins) and their role and scopes hold <entity>:read.
 */
bool event_visible(const struct event *event, const struct identity *identity, const struct event_rights *rights);

/* The event as text for a browser; returns its size. start and n make its id. */
size_t event_format(const struct event *event, int64_t start, uint64_t n, char ret[static EVENT_TEXT]);

/* "<start>-<n>"; false for anything else, also for another start. */
bool event_parse_id(const char *text, int64_t start, uint64_t *ret_n);
