/* plan: the answer of what changes nothing: what would come of an edited content, and all that is wrong with it. */
#pragma once

#include "dns.h"
#include "file.h"

/* faults: of a zone file; NULL: it is none. */
bool plan_reply(struct call *call, const struct zone *zone, struct content *content, const struct file_faults *faults,
                struct complaints *complaints, struct error *err) _must_check_;
