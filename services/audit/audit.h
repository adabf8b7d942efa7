/* audit: who changed what, when, from where, and how it ended. Records are only ever added. */
#pragma once

#include "lib/db/db.h"
#include "lib/service/call.h"

#include "stralix/v1/audit.contract.h"

bool audit_append(struct call *call, const Stralix__V1__AppendRequest *req, struct error *err);
bool audit_list_records(struct call *call, const Stralix__V1__ListRecordsRequest *req, struct error *err);
