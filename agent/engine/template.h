/*
 * template: renders a daemon's configuration from typed values. A template names the context of each variable, and a
 * context has exactly one writer, which refuses what it can't write safely; no other code writes these files.
 *
 *   {{domain:server_name}}            a value in a context
 *   {{if v6}} … {{else}} … {{end}}    a part that depends on a switch
 *   {{each aliases}} … {{end}}        a part for each member of a list, with that member's values alone
 *
 * Contexts: server_name (A-label), nginx_string (quoted; paths too), endpoint (1.2.3.4:80, [::1]:80, 80), number,
 * uuid, word, user (a system account), html (text of a page), matcher (= or ^~), file_name, upstream, folder_pattern,
 * request_uri (that variable, or nothing), ini_string and ini_value (quoted, of PHP's files), path (absolute, not
 * quoted). A list holds no list, a switch nothing but text and values.
 */
#pragma once

#include "lib/base/buf.h"
#include "lib/base/error.h"

struct template;

/* Reads and checks a template: an unknown context, an unclosed or misplaced tag is ERR_INTERNAL. */
bool template_load(const char *path, struct template **ret, struct error *err) _must_check_;
bool template_parse(const char *name, const char *text, struct template **ret, struct error *err) _must_check_;
void template_free(struct template *template);
DEFINE_CLEANUP(struct template *, template_free)

/* One value; an array of them ends with a name of NULL. A switch has no text, a list has only members: arrays of
 * values, NULL at the end. */
struct template_value {
	const char *name;
	const char *text;
	bool on;
	const struct template_value *const *list;
};

/* Appends the rendered text. A missing value is ERR_INTERNAL, one that its context refuses is ERR_INVALID. */
bool template_render(const struct template *template, const struct template_value *values, struct buf *out,
                     struct error *err) _must_check_;
