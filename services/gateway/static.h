/* static: the exported user interface, from one folder and nothing outside it. */
#pragma once

#include "request.h"

struct files;

/* openapi empty: openapi.json beside the folder. The folder must be there; csp.txt in it becomes the pages' policy. */
bool files_open(const char *ui_dir, const char *openapi, struct files **ret, struct error *err) _must_check_;
void files_close(struct files *files);
DEFINE_CLEANUP(struct files *, files_close)

/* The policy of the pages. */
const char *files_policy(const struct files *files);

/* Serves request->path: folders by index.html, folders without slash by 308, the rest by 404.html. GET and HEAD. */
void static_start(struct request *request);

/* Serves openapi.json. */
void static_openapi(struct request *request);

/* How a decoded path (without its leading '/') may be served; pure. */
enum static_kind {
	STATIC_PAGE,      /* asked again each time */
	STATIC_IMMUTABLE, /* its name changes with its content */
	STATIC_HIDDEN,    /* there, but not for browsers: dot files, csp.txt, the compressed twins */
};
enum static_kind static_kind(const char *name);
