/* ListPhpVersions. Which versions of PHP a new website may have. */

#include "tasks.h"
#include "tasks_sql.h"

/* Errors: ERR_UNAVAILABLE. */
bool tasks_list_php_versions(struct call *call, const Stralix__V1__ListPhpVersionsRequest *req, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	Stralix__V1__ListPhpVersionsReply reply;

	(void)req;
	stralix__v1__list_php_versions_reply__init(&reply);
	if (!db_run(service_db_wide(call_service(call)), NULL, TASKS_WIDE_PHP_VERSIONS, NULL, 0, &rows, err))
		return error_wrap(err, "list versions of PHP");
	reply.versions = arena_alloc(call_arena(call), (rows_count(rows) + 1) * sizeof(char *));
	if (!reply.versions)
		return error_set(err, ERR_TOO_LARGE, "no room for the list");
	for (; reply.n_versions < rows_count(rows); reply.n_versions++)
		reply.versions[reply.n_versions] = (char *)(uintptr_t)rows_text(rows, (unsigned)reply.n_versions, 0);
	return call_reply(call, &reply.base, err);
}
