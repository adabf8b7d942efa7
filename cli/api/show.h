/* show: answers for people: a table of a list, lines of an object. What others wrote can't steer the terminal. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* A reply: its only member that is an array of objects as a table, else its members as lines. */
void show_reply(const json_t *reply, FILE *out);

/* One member of a reply by itself, "website.id"; false: it isn't there. */
bool show_member(const json_t *reply, const char *path, FILE *out);

/* A line of somebody else's words. */
void show_text(const char *text, FILE *out);

/* The member of a reply that is a list; NULL: it is none. */
json_t *show_list(const json_t *reply);
