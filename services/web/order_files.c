/* RestoreFiles and AdoptFiles. The website's files as the panel writes them, or as somebody made them. */
#include <string.h>

#include "stralix/v1/node.pb-c.h"

#include "desire.h"
#include "web.h"

/* verb, action: restore, website.restore_files. */
static bool order_files(struct call *call, const char *website_id, const char *verb, const char *action,
                        Stralix__V1__FileChoice **files, size_t n, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	Stralix__V1__FileOrder order;
	struct desire desire = { .state = WEBSITE_PENDING,
		                 .permission = "website:update",
		                 .action = action,
		                 .verb = verb,
		                 .order = &order };
	struct website site;

	stralix__v1__file_order__init(&order);
	order.files = files;
	order.n_files = n;
	order.actor = (char *)(uintptr_t)call_identity(call)->name;
	if (!website_change_begin(call, website_id, &change, &site, err))
		return false;
	if (site.serving != SERVING_LIVE && site.serving != SERVING_SUSPENDED)
		return error_set(err, ERR_CONFLICT, "A deleted website has no files on its node.");
	if (n == 0 && strcmp(verb, "adopt") == 0)
		return error_field(err, "files", "required", "Name the files to adopt.");
	desire.serving = site.serving;
	return website_change_finish(call, change, &site, &desire, err) ||
	       error_wrap(err, "%s files of website '%s'", verb, site.domain);
}

/*
 * Effects  one change: website row (pending), task website.restore, audit website.restore_files.
 * Errors   ERR_NOT_FOUND, ERR_CONFLICT (deleted).
 */
bool web_restore_files(struct call *call, const Stralix__V1__RestoreFilesRequest *req, struct error *err)
{
	return order_files(call, req->website_id, "restore", "website.restore_files", req->files, req->n_files, err);
}

/* The same: task website.adopt, audit website.adopt_files. What the node doesn't take it says as the task's end. */
bool web_adopt_files(struct call *call, const Stralix__V1__AdoptFilesRequest *req, struct error *err)
{
	return order_files(call, req->website_id, "adopt", "website.adopt_files", req->files, req->n_files, err);
}
