/* own_session: that sessions of the caller's were ended. */
#pragma once

#include "lib/service/change.h"

/* Audit session.delete of one, as its owner's. */
bool own_session_audit(struct call *call, struct change *change, const char *session_id,
                       struct error *err) _must_check_;
