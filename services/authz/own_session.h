/* own_session: that sessions of the caller's were ended. */
#pragma once

#include "lib/service/change.h"

/* The organisation of the caller's own that the session belongs to, also while it acts for another. */
bool own_session_home(struct call *call, struct uuid *ret, struct error *err) _must_check_;

/* Audit session.delete of one, as its owner's. */
bool own_session_audit(struct call *call, struct change *change, const char *session_id,
                       struct error *err) _must_check_;
