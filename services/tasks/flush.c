/* flush: see flush.h. */
#include "flush.h"

#include "tasks_sql.h"

bool tasks_flush(struct service *service, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return db_run(service_db(service), NULL, TASKS_LEDGER_FLUSH, NULL, 0, &rows, err) ||
	       error_wrap(err, "write to the disk");
}
