/* audit: who changed what, when, from where, and how it ended. Records are only ever added. */
#pragma once

#include "lib/db/db.h"
#include "lib/service/call.h"

#include "stralix/v1/audit.contract.h"

/* The process's own state; the janitor's thread alone writes it. */
struct audit {
	int64_t adopted, looked_at; /* places in the order of storing: all up to there are in the chain */
};

bool audit_start(struct service *service, void **state, struct error *err);

bool audit_append(struct call *call, const Stralix__V1__AppendRequest *req, struct error *err);
bool audit_list_records(struct call *call, const Stralix__V1__ListRecordsRequest *req, struct error *err);
bool audit_export_records(struct call *call, const Stralix__V1__ExportRecordsRequest *req, struct error *err);

/* Janitor rows; see repair.c. */
bool audit_adopt(struct service *service, struct error *err);
bool audit_checkpoint(struct service *service, struct error *err);
