/* certificate_run: see certificate_run.h. */
#include "certificate_run.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"

#include "acme_budget.h"
#include "certificate_store.h"
#include "certificate_view.h"
#include "challenge.h"
#include "store.h"

enum { TROUBLES_MAX = 12, HOLDS_MAX = 2 /* as of as many failures it waits: a look costs nobody anything */ };

static bool is_mine(const struct certificate_run *run, const struct certificate *row)
{
	return uuid_equal(&row->lease, &run->lease);
}

/* How a step ends: words NULL: nothing is told. */
struct ending {
	enum story_outcome outcome;
	const char *words;
	const struct acme_problem *problem;
	bool keep; /* the lease: there is a next step at once */
	bool tell; /* dns what the certificate's records are now */
};

static bool note_failures(struct certificate_run *run, struct tx *tx, const struct ending *ending, struct error *err)
{
	const struct web_settings *settings = service_settings(run->service);

	for (unsigned i = 0; ending->problem && i < ending->problem->n; i++)
		if (!budget_failed(tx, settings, ending->problem->names[i].name, err))
			return false;
	return true;
}

/* A step of the story and an event; a failure is an audit record, too. */
static bool tell(struct certificate_run *run, struct change *change, const struct certificate *before,
                 const struct ending *ending, struct error *err)
{
	const struct certificate *now = &run->certificate;
	char id[UUID_TEXT];

	if (!story_add(change_tx(change), now, ending->outcome, ending->words, ending->problem, run->arena, err))
		return false;
	if (ending->outcome == STORY_FAILED)
		return certificate_tell(change, before, now,
		                        certificate_is_coming(now) ? "certificate.issue" : "certificate.revoke",
		                        "failed", "failed", run->arena, err);
	return change_event(change, "certificate", "updated", uuid_format(&now->id, id), err);
}

/* What dns keeps for it goes as soon as no validation needs it: an authority may look once more while it issues. */
static bool settle_records(struct certificate_run *run, struct change *change, const struct ending *ending,
                           struct error *err)
{
	struct certificate *now = &run->certificate;

	if (now->state != CERTIFICATE_VALIDATING && now->state != CERTIFICATE_ISSUING)
		return challenge_drop(change, now, err);
	return !ending->tell || challenge_tell(change, now, run->arena, err);
}

/* The row as run has it. What somebody else has taken over, or deleted, is left alone. */
static bool write_row(struct certificate_run *run, const struct ending *ending, bool *ret_more, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct certificate *now = &run->certificate, row;

	*ret_more = false;
	if (!change_begin_system(run->service, &now->org, "", &change, err))
		return false;
	if (!certificate_lock(change_tx(change), &now->id, run->arena, &row, err))
		return err->code == ERR_NOT_FOUND;
	if (!is_mine(run, &row))
		return true;
	now->lease = ending->keep ? run->lease : (struct uuid){ 0 };
	if (!settle_records(run, change, ending, err) ||
	    !certificate_update(change_tx(change), now, CERTIFICATE_LEASE_S, err) ||
	    !note_failures(run, change_tx(change), ending, err))
		return false;
	if (ending->words && !tell(run, change, &row, ending, err))
		return false;
	if (!change_commit(change, err))
		return false;
	failpoint("web.certificate");
	*ret_more = ending->keep;
	return true;
}

bool run_advance(struct certificate_run *run, enum certificate_state state, const char *words, bool *ret_more,
                 struct error *err)
{
	const struct ending ending = { .outcome = STORY_DONE, .words = words, .keep = true };

	run->certificate.state = state;
	if (state != CERTIFICATE_PREFLIGHT)
		run->certificate.message = ""; /* run_hold is to know whether the next look finds the same */
	run->certificate.next_try_ms = clock_unix_ms();
	return write_row(run, &ending, ret_more, err);
}

bool run_wait(struct certificate_run *run, int64_t wait_ms, bool *ret_more, struct error *err)
{
	const struct ending ending = { .words = NULL };

	run->certificate.next_try_ms = clock_unix_ms() + wait_ms;
	return write_row(run, &ending, ret_more, err);
}

bool run_tell_dns(struct certificate_run *run, int64_t wait_ms, bool *ret_more, struct error *err)
{
	const struct ending ending = { .words = "The records that show the names are on their way to the name servers.",
		                       .tell = true };

	run->certificate.next_try_ms = clock_unix_ms() + wait_ms;
	return write_row(run, &ending, ret_more, err);
}

bool run_hold(struct certificate_run *run, const char *words, bool *ret_more, struct error *err)
{
	bool same = strcmp(run->certificate.message, words) == 0;
	const struct ending ending = { .outcome = STORY_WAITING, .words = same ? NULL : words };
	unsigned attempt = same ? run->certificate.attempt + 1 : 1;

	run->certificate.state = CERTIFICATE_WAITING;
	run->certificate.message = words;
	run->certificate.attempt = attempt;
	run->certificate.next_try_ms =
		clock_unix_ms() + certificate_backoff_ms(attempt < HOLDS_MAX ? attempt : HOLDS_MAX);
	return write_row(run, &ending, ret_more, err);
}

bool run_stay(struct certificate_run *run, enum story_outcome outcome, const char *words, int64_t wait_ms,
              bool *ret_more, struct error *err)
{
	bool same = strcmp(run->certificate.message, words) == 0;
	const struct ending ending = { .outcome = outcome, .words = same ? NULL : words };

	run->certificate.message = words;
	run->certificate.next_try_ms = wait_ms ? clock_unix_ms() + wait_ms : 0;
	return write_row(run, &ending, ret_more, err);
}

/* "a.example: no such name; b.example: …", the first few. */
static const char *words_of(struct arena *arena, const struct error *why, const struct acme_problem *problem)
{
	const char *words = why->message;

	for (unsigned i = 0; problem && words && i < problem->n && i < 3; i++)
		words = arena_printf(arena, "%s%s%s: %s", i ? words : "", i ? "; " : "", problem->names[i].name,
		                     problem->names[i].detail);
	return words ? words : why->message;
}

bool run_fail(struct certificate_run *run, const struct error *why, const struct acme_problem *problem, bool *ret_more,
              struct error *err)
{
	struct ending ending = { .outcome = STORY_FAILED, .problem = problem };
	struct certificate *now = &run->certificate;
	int64_t asked_ms = (int64_t)why->retry_after_s * 1000;

	ending.words = words_of(run->arena, why, problem);
	now->state = CERTIFICATE_FAILED;
	now->message = ending.words;
	now->order_url = "";
	now->attempt++;
	now->next_try_ms = clock_unix_ms() + certificate_backoff_ms(now->attempt);
	if (asked_ms && now->next_try_ms < clock_unix_ms() + asked_ms)
		now->next_try_ms = clock_unix_ms() + asked_ms;
	return write_row(run, &ending, ret_more, err);
}

/* Away, slow, nonsense: the order may be good yet. */
static bool is_passing(const struct error *why)
{
	return why->code == ERR_UNAVAILABLE || why->code == ERR_TIMEOUT || why->code == ERR_BAD_REPLY ||
	       why->code == ERR_NO_NODE || why->code == ERR_CLOCK_SKEW || why->code == ERR_AGENT_TOO_OLD ||
	       why->code == ERR_RATE_LIMITED;
}

static bool try_again_here(struct certificate_run *run, const struct error *why, bool *ret_more, struct error *err)
{
	bool same = strcmp(run->certificate.message, why->message) == 0;
	struct ending ending = { .outcome = STORY_WAITING };
	struct certificate *now = &run->certificate;
	int64_t wait_ms = certificate_patience_ms(now->attempt);

	if ((int64_t)why->retry_after_s * 1000 > wait_ms)
		wait_ms = (int64_t)why->retry_after_s * 1000;
	now->attempt++;
	now->message = arena_strdup(run->arena, why->message);
	now->next_try_ms = clock_unix_ms() + wait_ms;
	ending.words = same ? NULL : now->message;
	return now->message ? write_row(run, &ending, ret_more, err)
	                    : error_set(err, ERR_TOO_LARGE, "no room for words");
}

bool run_trouble(struct certificate_run *run, const struct error *why, bool *ret_more, struct error *err)
{
	const struct acme_problem *problem = run->acme ? acme_problem(run->acme) : NULL;

	if (problem && strcmp(problem->type, "accountDoesNotExist") == 0) {
		acme_account_lost(run->account);
		run->certificate.order_url = "";
		return run_advance(run, CERTIFICATE_ORDERING,
		                   "The certificate authority has forgotten the account; it gets a new one.", ret_more,
		                   err);
	}
	if (is_passing(why) && run->certificate.attempt < TROUBLES_MAX)
		return try_again_here(run, why, ret_more, err);
	return run_fail(run, why, problem && *problem->type ? problem : NULL, ret_more, err);
}

/* A failed one starts anew. */
static bool step_failed(struct certificate_run *run, bool *ret_more, struct error *err)
{
	run->certificate.order_url = "";
	return run_advance(run, CERTIFICATE_WAITING, NULL, ret_more, err);
}

static bool step_over(struct certificate_run *run, bool *ret_more, struct error *err)
{
	if (certificate_is_to_be_revoked(&run->certificate))
		return step_revoking(run, ret_more, err);
	run->certificate.next_try_ms = 0;
	return write_row(run, &(const struct ending){ .words = NULL }, ret_more, err);
}

/* Reads what is to be worked on; *ret_mine false: it is gone, or another's. */
static bool read_row(struct certificate_run *run, const struct uuid *id, bool *ret_mine, struct error *err)
{
	struct db *wide = service_db_wide(run->service);

	*ret_mine = false;
	if (!certificate_find(wide, id, run->arena, &run->certificate, err))
		return err->code == ERR_NOT_FOUND;
	if (!is_mine(run, &run->certificate))
		return true;
	if (!website_find(wide, &run->certificate.website_id, run->arena, &run->site, err))
		return err->code == ERR_NOT_FOUND; /* purged: its certificates go with it */
	*ret_mine = true;
	return true;
}

bool certificate_run(struct certificate_run *run, const struct uuid *id, bool *ret_more, struct error *err)
{
	static bool (*const steps[CERTIFICATE_STATES])(struct certificate_run *, bool *, struct error *) = {
		[CERTIFICATE_WAITING] = step_waiting,   [CERTIFICATE_PREFLIGHT] = step_preflight,
		[CERTIFICATE_ORDERING] = step_ordering, [CERTIFICATE_VALIDATING] = step_validating,
		[CERTIFICATE_ISSUING] = step_issuing,   [CERTIFICATE_INSTALLING] = step_installing,
		[CERTIFICATE_ACTIVE] = step_active,     [CERTIFICATE_FAILED] = step_failed,
		[CERTIFICATE_REPLACED] = step_over,     [CERTIFICATE_EXPIRED] = step_over,
		[CERTIFICATE_REVOKED] = step_over,
	};
	bool mine = false;

	*ret_more = false;
	if (!read_row(run, id, &mine, err))
		return error_wrap(err, "read a certificate");
	if (!mine)
		return true;
	return steps[run->certificate.state](run, ret_more, err) ||
	       error_wrap(err, "certificate of '%s' (%s)", run->certificate.domain,
	                  certificate_state_name(run->certificate.state));
}
