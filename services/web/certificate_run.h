/* certificate_run: one step of a certificate on its way. Each asks others first, then writes where it is now. */
#pragma once

#include "lib/acme/acme.h"
#include "lib/service/change.h"

#include "acme_account.h"
#include "certificate.h"
#include "certificate_story.h"
#include "website.h"

enum { CERTIFICATE_LEASE_S = 20 }; /* renewed as long as its worker lives */

struct certificate_run {
	struct service *service;
	struct acme_account *account; /* NULL: no authority */
	struct acme *acme;            /* likewise */
	struct arena *arena;          /* of the step */
	struct uuid lease;
	struct certificate certificate; /* as it is at the step's beginning, then as it shall be */
	struct website site;
};

/* *ret_more: there is a next step to do at once. An error is of the database: the lease ends by itself, somebody comes
 * back to it. */
bool certificate_run(struct certificate_run *run, const struct uuid *id, bool *ret_more,
                     struct error *err) _must_check_;

/* What the files of certificate_*.c share. Each writes the certificate as run has it, with a step of its story, and
 * goes on at once (more) or when next_try_ms says. */

/* A step was done: to the next state. */
bool run_advance(struct certificate_run *run, enum certificate_state state, const char *words, bool *ret_more,
                 struct error *err) _must_check_;
/* Nothing new; look again after so long. Tells nobody. */
bool run_wait(struct certificate_run *run, int64_t wait_ms, bool *ret_more, struct error *err) _must_check_;
/* Likewise, and dns is told of the certificate's records. */
bool run_tell_dns(struct certificate_run *run, int64_t wait_ms, bool *ret_more, struct error *err) _must_check_;
/* It waits for something that people can mend: told, and tried again with growing patience. */
bool run_hold(struct certificate_run *run, const char *words, bool *ret_more, struct error *err) _must_check_;
/* Told, and looked at again after so long, where it is; 0: never by itself. */
bool run_stay(struct certificate_run *run, enum story_outcome outcome, const char *words, int64_t wait_ms,
              bool *ret_more, struct error *err) _must_check_;
/* It failed; it is tried again from the start. why: the last call's; the authority's problem is told when it has one.
 */
bool run_fail(struct certificate_run *run, const struct error *why, const struct acme_problem *problem, bool *ret_more,
              struct error *err) _must_check_;

/* A call to the authority failed: what is temporary is tried again where it is, what isn't fails. */
bool run_trouble(struct certificate_run *run, const struct error *why, bool *ret_more, struct error *err) _must_check_;

/* The steps by state. */
bool step_waiting(struct certificate_run *run, bool *ret_more, struct error *err) _must_check_;
bool step_preflight(struct certificate_run *run, bool *ret_more, struct error *err) _must_check_;
bool step_ordering(struct certificate_run *run, bool *ret_more, struct error *err) _must_check_;
bool step_validating(struct certificate_run *run, bool *ret_more, struct error *err) _must_check_;
bool step_issuing(struct certificate_run *run, bool *ret_more, struct error *err) _must_check_;
bool step_installing(struct certificate_run *run, bool *ret_more, struct error *err) _must_check_;
/* For one that is to be revoked, whether at work or not. */
bool step_revoking(struct certificate_run *run, bool *ret_more, struct error *err) _must_check_;
bool step_active(struct certificate_run *run, bool *ret_more, struct error *err) _must_check_;
