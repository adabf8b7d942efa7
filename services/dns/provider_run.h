/*
 * provider_run: one step of a zone at another provider, or of an account. Each asks the provider first, then writes
 * where it is now; what was cut off between is done again and changes nothing. Steps of a zone:
 *
 *     take_in ─► apply ─► show ─► rest        apply again with every new generation
 */
#pragma once

#include "lib/service/change.h"

#include "outcome.h"
#include "provider_ask.h"
#include "provider_store.h"

enum { RUN_LEASE_S = 40, SHOW_MS = 10000 }; /* longer than PROVIDER_STEP_MS, and SHOW_MS of questions to name servers */

struct run {
	struct service *service;
	const struct dns_settings *settings;
	const struct seal_key *vault;
	struct arena *arena; /* of the step */
	struct uuid lease;
	struct account account;
	struct remote remote; /* as it is at the step's beginning, then as it shall be */
	struct zone zone;     /* at its beginning */
	struct placement *node;
	struct session session;
};

/* An error is of the database: the lease ends by itself, somebody comes back to it. */
bool run_turn(struct service *service, const struct seal_key *vault, const struct turn *turn, const struct uuid *lease,
              struct error *err) _must_check_;

/* What the files of provider_*.c share. */

/* The step is done: the row as run has it, at the next step or there again. outcome NULL: the zone's state stays. A
 * generation that came meanwhile is applied next, whatever this says. */
struct run_end {
	enum remote_step step;
	double wait_s; /* negative: nothing is due */
	bool looked;
	const struct outcome *outcome;
};
bool run_end(struct run *run, const struct run_end *end, struct error *err) _must_check_;

/* It failed; it is tried again, soon or late, and called a failure when it can't mend itself or doesn't. */
bool run_fail(struct run *run, const struct error *why, struct error *err) _must_check_;

/* Seconds to wait after so many failures, with jitter. */
double run_backoff(uint32_t attempt, unsigned most_s);

/* The zone as the provider has it; made there where that is wanted. *ret_there false: why says so. */
bool run_find(struct run *run, struct provider_zone *ret, struct error *why) _must_check_;

/* Steps: why is of the provider. */
bool step_take_in(struct run *run, struct error *why, struct error *err) _must_check_;
bool step_apply(struct run *run, struct error *why, struct error *err) _must_check_;
bool step_show(struct run *run, struct error *why, struct error *err) _must_check_;
bool step_rest(struct run *run, struct error *why, struct error *err) _must_check_;
