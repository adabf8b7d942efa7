/* provider_run: see provider_run.h. */
#include "provider_run.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"

#include "dns_sql.h"
#include "store.h"

enum { ARENA_MAX = 64 << 20, PATIENCE = 3, SOON_S = 600, LATE_S = 900, BACKOFF_BITS = 9 };

double run_backoff(uint32_t attempt, unsigned most_s)
{
	double wait = (double)(1U << (attempt < BACKOFF_BITS ? attempt : BACKOFF_BITS));
	struct uuid id = uuid_v7();

	if (wait > most_s)
		wait = most_s;
	return wait * (0.75 + (double)id.bytes[15] / 512.0);
}

/* The zone's place while this is still the generation that it was begun with. */
static struct placement *still(struct zone *zone, const struct run *run)
{
	struct placement *node = zone_elsewhere(zone);

	return node && node->generation.n == run->node->generation.n &&
	                       node->generation.epoch == run->node->generation.epoch &&
	                       zone->serving == run->zone.serving
	               ? node
	               : NULL;
}

static bool settle(struct run *run, struct change *change, struct zone *zone, struct placement *node,
                   const struct outcome *outcome, struct error *err)
{
	bool news = outcome->success ? node->state != zone_settled(zone->serving)
	                             : node->state != ZONE_FAILED || strcmp(node->message, outcome->words) != 0;

	return !news || zone_settle(change, run->service, zone, node, outcome, run->arena, err);
}

bool run_end(struct run *run, const struct run_end *end, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct remote_end row = { .wait_s = end->wait_s, .looked = end->looked };
	struct remote *remote = &run->remote;
	struct placement *node;
	struct zone zone;
	bool mine;

	if (!change_begin_system(run->service, &remote->org, "", &change, err))
		return false;
	if (!zone_lock(change_tx(change), &remote->zone_id, run->arena, &zone, err))
		return err->code == ERR_NOT_FOUND;
	if (!remote_lock(change_tx(change), &remote->id, &run->lease, &mine, err))
		return false;
	if (!mine)
		return true; /* somebody else has taken it up */
	node = still(&zone, run);
	row.fresh = remote->step != end->step || !node;
	if (node)
		remote->step = end->step;
	else if (remote->step != REMOTE_TAKE_IN)
		remote->step = REMOTE_APPLY;
	if (!node)
		row.wait_s = 0;
	return remote_write(change_tx(change), remote, &row, run->arena, err) &&
	       (!node || !end->outcome || settle(run, change, &zone, node, end->outcome, err)) &&
	       change_commit(change, err);
}

/* What may mend itself. */
static bool is_passing(const struct error *why)
{
	return why->code == ERR_UNAVAILABLE || why->code == ERR_TIMEOUT || why->code == ERR_BAD_REPLY ||
	       why->code == ERR_RATE_LIMITED || why->code == ERR_VERIFY_FAILED;
}

bool run_fail(struct run *run, const struct error *why, struct error *err)
{
	const char *words = arena_strdup(run->arena, why->message);
	const struct outcome failure = { false, "failed", words };
	struct remote *remote = &run->remote;
	struct run_end end = { .step = remote->step };
	bool passing = is_passing(why);

	if (!words)
		return error_set(err, ERR_TOO_LARGE, "no room for words");
	remote->message = words;
	remote->attempt++;
	end.wait_s = passing ? run_backoff(remote->attempt, SOON_S) : run_backoff(BACKOFF_BITS + 1, LATE_S);
	if (why->retry_after_s > end.wait_s)
		end.wait_s = why->retry_after_s;
	/* A zone at rest is served as it is, whether or not it could be looked at. */
	if (remote->step != REMOTE_REST && (!passing || remote->attempt >= PATIENCE))
		end.outcome = &failure;
	return run_end(run, &end, err);
}

bool run_find(struct run *run, struct provider_zone *ret, struct error *why)
{
	const struct provider_calls *calls = run->session.provider->calls;
	const char *title = run->session.provider->title;
	bool there = false;

	if (!calls->find(run->session.self, run->zone.name, run->arena, &there, ret, why))
		return false;
	if (there)
		return true;
	if (!run->remote.may_create || !calls->create)
		return error_set(why, ERR_NOT_FOUND, "%s has no zone %s in this account.%s", title, run->zone.name,
		                 calls->create ? "" : " Add the domain there first.");
	if (!calls->create(run->session.self, run->zone.name, run->arena, why) ||
	    !calls->find(run->session.self, run->zone.name, run->arena, &there, ret, why))
		return false;
	return there || error_set(why, ERR_BAD_REPLY, "%s doesn't have the zone that it has just made.", title);
}

/* A zone that isn't to be served: the panel lets go of it, or removes it there when it was asked to. */
static bool step_gone(struct run *run, struct error *why, struct error *err)
{
	static const struct outcome done = { true, "success", "" };
	const struct run_end end = { .step = run->remote.step == REMOTE_TAKE_IN ? REMOTE_TAKE_IN : REMOTE_REST,
		                     .wait_s = -1,
		                     .outcome = &done };
	const struct provider_calls *calls = run->session.provider->calls;
	struct provider_zone there;
	bool found = false;

	if (run->zone.serving == SERVING_REMOVED && run->remote.removes) {
		if (!calls->find(run->session.self, run->zone.name, run->arena, &found, &there, why) ||
		    (found && !calls->remove(run->session.self, &there, run->arena, why)))
			return false;
		failpoint("dns.provider");
	}
	run->remote.message = "";
	run->remote.attempt = 0;
	return run_end(run, &end, err);
}

static bool needs_session(const struct run *run)
{
	return run->zone.serving == SERVING_LIVE ? run->remote.step != REMOTE_SHOW
	                                         : run->zone.serving == SERVING_REMOVED && run->remote.removes;
}

static bool step(struct run *run, struct error *why, struct error *err)
{
	static bool (*const steps[REMOTE_STEPS])(struct run *, struct error *, struct error *) = {
		[REMOTE_TAKE_IN] = step_take_in,
		[REMOTE_APPLY] = step_apply,
		[REMOTE_SHOW] = step_show,
		[REMOTE_REST] = step_rest,
	};

	if (needs_session(run) && !session_open(&run->session, &run->account, run->vault, run->settings, why))
		return false;
	if (run->zone.serving != SERVING_LIVE)
		return step_gone(run, why, err);
	return steps[run->remote.step](run, why, err);
}

static bool run_zone(struct run *run, const struct turn *turn, struct error *err)
{
	struct db *wide = service_db_wide(run->service);
	struct error why = { 0 };

	if (!remote_find(wide, &turn->id, run->arena, &run->remote, err))
		return err->code == ERR_NOT_FOUND;
	if (!uuid_equal(&run->remote.lease, &run->lease))
		return true;
	if (!zone_find(wide, &run->remote.zone_id, run->arena, &run->zone, err))
		return err->code == ERR_NOT_FOUND;
	if (!(run->node = zone_elsewhere(&run->zone)))
		return true;
	run->session.provider = run->node->provider;
	if (!account_find(wide, &run->remote.account, run->arena, &run->account, err))
		return false;
	if (step(run, &why, err))
		return true;
	return why.code ? run_fail(run, &why, err) : false;
}

static bool judge_account(struct run *run, enum account_state state, const char *words, const char *wait,
                          struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct account *account = &run->account;
	char id[UUID_TEXT];

	return change_begin_system(run->service, &account->org, "", &change, err) &&
	       TX_RUN(change_tx(change), DNS_ACCOUNT_JUDGE, NULL, err, DB_UUID(&account->id), DB_UUID(&run->lease),
	              DB_TEXT(account_state_name(state)), DB_TEXT(words), DB_INT(account->attempt + 1),
	              wait ? DB_TEXT(wait) : DB_NULL) &&
	       change_event(change, "dns-account", "updated", uuid_format(&account->id, id), err) &&
	       change_commit(change, err);
}

static bool run_account(struct run *run, const struct turn *turn, struct error *err)
{
	struct error why = { 0 };
	const char *words = "", *wait;

	if (!account_find(service_db_wide(run->service), &turn->id, run->arena, &run->account, err))
		return err->code == ERR_NOT_FOUND;
	if (!uuid_equal(&run->account.lease, &run->lease))
		return true;
	if (session_open(&run->session, &run->account, run->vault, run->settings, &why) &&
	    run->account.provider->calls->verify(run->session.self, run->arena, &words, &why))
		return judge_account(run, ACCOUNT_ACTIVE, words, NULL, err);
	wait = arena_printf(run->arena, "%.0f", run_backoff(run->account.attempt + 1, SOON_S) + why.retry_after_s);
	return judge_account(run, ACCOUNT_FAILED, why.message, is_passing(&why) ? wait : NULL, err);
}

static void run_done(struct run *run)
{
	session_done(&run->session);
	arena_free(run->arena);
}

bool run_turn(struct service *service, const struct seal_key *vault, const struct turn *turn, const struct uuid *lease,
              struct error *err)
{
	_cleanup_free_ struct run *run = calloc(1, sizeof(*run));
	bool ok;

	if (!run || !(run->arena = arena_new(ARENA_MAX)))
		return error_set(err, ERR_INTERNAL, "out of memory");
	run->service = service;
	run->settings = service_settings(service);
	run->vault = vault;
	run->lease = *lease;
	ok = turn->account ? run_account(run, turn, err) : run_zone(run, turn, err);
	run_done(run);
	return ok;
}
