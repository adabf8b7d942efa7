/* person: a user as the API shows one, and what every change of one has in common. */
#pragma once

#include "lib/service/change.h"

#include "stralix/v1/authz.pb-c.h"

#include "account.h"

/* Of a row of user_view; from the arena. */
bool person_read(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__User **ret,
                 struct error *err) _must_check_;

/* The one with an id, for the caller's eyes. ERR_NOT_FOUND, the same for absent and not for these eyes. */
bool person_find(struct call *call, const char *id, Stralix__V1__User **ret, struct error *err) _must_check_;

/* Begins a change of one, whose row is locked until it ends. if_match NULL: whatever it is; else ERR_PRECONDITION. */
bool person_begin(struct call *call, const char *id, const char *if_match, struct change **ret,
                  Stralix__V1__User **before, struct error *err) _must_check_;

/* Of who is an id, for audit. Points into user. */
void person_target(Stralix__V1__User *user, Stralix__V1__Target *ret);

/* Reads what became of it, tells audit and screens, replies and commits. */
bool person_finish(struct call *call, struct change *change, const char *action, const Stralix__V1__User *before,
                   struct error *err) _must_check_;

/* The same of somebody who has moved, as they were read then. The record is the installation's: neither organisation is
 * told who the other one is. */
bool person_finish_moved(struct change *change, const Stralix__V1__User *before, Stralix__V1__User *after,
                         struct error *err) _must_check_;

/* Refuses a change after which nobody could administer the installation: ERR_CONFLICT. Last before the audit record. */
bool person_admin_remains(struct change *change, struct error *err) _must_check_;

/* Organisations that a member of staff looks after: they exist, and are not for other roles. field names the list in
 * what is refused. */
bool person_check_assigned(struct call *call, Stralix__Role role, char *const *orgs, size_t n, const char *field,
                           struct error *err) _must_check_;

/* Makes them the ones that are assigned. */
bool person_assign(struct change *change, const char *id, char *const *orgs, size_t n, struct error *err) _must_check_;
