/* provider_step: records at another provider are made what they are to be, seen there, and looked at now and then. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"
#include "lib/dns/name.h"

#include "provider_run.h"
#include "provider_show.h"
#include "weigh.h"

enum { SHOWN_MOST = 32, ASKED_MOST = 50, SHOW_AGAIN_MOST_S = 5, OTHERS_MOST = 100 };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the zone");
}

static bool has_set(const struct records *records, const struct dns_record *record)
{
	for (size_t i = 0; i < records->n; i++)
		if (dns_same_set(&records->list[i], record))
			return true;
	return false;
}

/* The TTLs that the provider has. */
static bool clamp(const struct records *from, const struct provider *provider, struct arena *arena, struct records *ret)
{
	ret->n = from->n;
	ret->list = arena_alloc(arena, (from->n + 1) * sizeof(*ret->list));
	for (size_t i = 0; ret->list && i < from->n; i++) {
		uint32_t ttl = from->list[i].ttl;

		ret->list[i] = from->list[i];
		ret->list[i].ttl = ttl < provider->least_ttl  ? provider->least_ttl
		                   : ttl > provider->most_ttl ? provider->most_ttl
		                                              : ttl;
	}
	return ret->list != NULL;
}

/* What the provider has of the sets that are the panel's: wanted, or made by it before. An automatic TTL, 0, is as good
 * as what is wanted. Foreign sets are left out. */
static bool own_part(const struct records *current, const struct records *wanted, const struct records *applied,
                     struct arena *arena, struct records *ret)
{
	*ret = (struct records){ .list = arena_alloc(arena, (current->n + 1) * sizeof(*ret->list)) };
	for (size_t i = 0; ret->list && i < current->n; i++) {
		struct dns_record record = current->list[i];

		if (!has_set(wanted, &record) && !has_set(applied, &record))
			continue;
		for (size_t j = 0; !record.ttl && j < wanted->n; j++)
			if (dns_same_set(&wanted->list[j], &record))
				record.ttl = wanted->list[j].ttl;
		ret->list[ret->n++] = record;
	}
	if (ret->list)
		dns_sort(ret->list, ret->n);
	return ret->list != NULL;
}

/* Both sides of one step. */
struct sides {
	struct provider_zone there;
	struct records current, wanted, own; /* own: of current, the panel's */
	struct dns_difference *list;         /* own and wanted */
	size_t n;
};

static bool compare(struct run *run, struct sides *ret, struct error *why)
{
	const struct provider_calls *calls = run->session.provider->calls;
	size_t most;

	if (!run_find(run, &ret->there, why) ||
	    !calls->read(run->session.self, &ret->there, run->arena, &ret->current.list, &ret->current.n, why))
		return false;
	if (!clamp(&run->remote.wanted, run->session.provider, run->arena, &ret->wanted) ||
	    !own_part(&ret->current, &ret->wanted, &run->remote.applied, run->arena, &ret->own))
		return no_room(why);
	most = ret->own.n + ret->wanted.n + 1;
	ret->list = arena_alloc(run->arena, most * sizeof(*ret->list));
	if (!ret->list)
		return no_room(why);
	ret->n = dns_diff(ret->own.list, ret->own.n, ret->wanted.list, ret->wanted.n, ret->list, most);
	memcpy(run->remote.servers, ret->there.servers, sizeof(ret->there.servers));
	run->remote.n_servers = ret->there.n_servers;
	run->remote.remote_id = ret->there.id;
	return true;
}

/* Whether a server's answer to the question for a set can be read (lib/dns/query.h) and is what the set says: not at or
 * below a delegation, not with a TTL that the provider chooses, which means that it answers in its own way. */
static bool is_askable(const struct sides *sides, const struct dns_set *set)
{
	static const enum dns_type types[] = { DNS_A, DNS_AAAA, DNS_CNAME, DNS_MX, DNS_TXT, DNS_PTR, DNS_CAA, DNS_DS };
	bool known = false;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		known |= set->n && set->records->type == types[i];
	if (!known || set->n > ASKED_MOST)
		return false;
	for (size_t i = 0; i < sides->wanted.n; i++)
		if (sides->wanted.list[i].type == DNS_NS && set->records->type != DNS_DS &&
		    dns_name_within(set->records->name, sides->wanted.list[i].name))
			return false;
	for (size_t i = 0; i < sides->current.n; i++)
		if (dns_same_set(&sides->current.list[i], set->records) && !sides->current.list[i].ttl)
			return false;
	return true;
}

/* Which of its name servers' answers are waited for: sets that are other than those applied before. */
static bool choose_shown(struct run *run, const struct sides *sides, struct error *why)
{
	size_t most = run->remote.applied.n + sides->wanted.n + 1, n, sets = 0;
	struct dns_difference *list = arena_alloc(run->arena, most * sizeof(*list));
	struct records *shown = &run->remote.showing;

	*shown = (struct records){ .list = arena_alloc(run->arena, most * sizeof(*shown->list)) };
	if (!list || !shown->list)
		return no_room(why);
	n = dns_diff(run->remote.applied.list, run->remote.applied.n, sides->wanted.list, sides->wanted.n, list, most);
	for (size_t i = 0; i < n && sets < SHOWN_MOST; i++) {
		const struct dns_set *set = &list[i].after;

		if (!is_askable(sides, set))
			continue;
		memcpy(&shown->list[shown->n], set->records, set->n * sizeof(*shown->list));
		shown->n += set->n;
		sets++;
	}
	return true;
}

static const struct dns_record *first_of(const struct dns_difference *one)
{
	return one->before.n ? one->before.records : one->after.records;
}

/* Whether the provider has a set as it is to be: by a run before that was cut off, perhaps. */
static bool is_right(const struct sides *sides, const struct dns_difference *one)
{
	for (size_t i = 0; i < sides->n; i++)
		if (dns_same_set(first_of(&sides->list[i]), first_of(one)))
			return false;
	return true;
}

/* What others changed there of the panel's own sets since it applied them. */
static bool note_others(struct run *run, const struct sides *sides, struct error *why)
{
	size_t most = run->remote.applied.n + sides->own.n + 1, n;
	struct dns_difference *list = arena_alloc(run->arena, most * sizeof(*list));
	struct remote *remote = &run->remote;

	remote->n_others = 0;
	remote->others = arena_alloc(run->arena, (OTHERS_MOST + 1) * sizeof(void *));
	if (!list || !remote->others)
		return no_room(why);
	n = dns_diff(sides->own.list, sides->own.n, remote->applied.list, remote->applied.n, list, most);
	for (size_t i = 0; i < n && remote->n_others < OTHERS_MOST; i++)
		if (!is_right(sides, &list[i]) &&
		    !(remote->others[remote->n_others++] = weigh_show(&list[i], run->zone.origin, run->arena)))
			return no_room(why);
	return true;
}

bool step_apply(struct run *run, struct error *why, struct error *err)
{
	const struct run_end end = { .step = REMOTE_SHOW, .looked = true };
	struct remote *remote = &run->remote;
	struct sides sides;

	if (!compare(run, &sides, why) || !note_others(run, &sides, why) || !choose_shown(run, &sides, why))
		return false;
	if (sides.n &&
	    !run->session.provider->calls->apply(run->session.self, &sides.there, sides.list, sides.n, run->arena, why))
		return false;
	failpoint("dns.provider");
	remote->applied = sides.wanted;
	remote->attempt = 0;
	remote->message =
		remote->n_others ? arena_printf(run->arena,
	                                        "%zu sets of records had been changed at %s by others; they are as the "
	                                        "panel has them again.",
	                                        remote->n_others, run->session.provider->title)
				 : "";
	return remote->message ? run_end(run, &end, err) : no_room(why);
}

/* The zone is served: the next look is for changes by others. */
static bool shown(struct run *run, struct error *err)
{
	static const struct outcome done = { true, "success", "" };
	const struct run_end end = { .step = REMOTE_REST,
		                     .wait_s = (double)run->settings->provider_look_s,
		                     .outcome = &done };

	run->remote.attempt = 0;
	if (!run->remote.n_others)
		run->remote.message = "";
	return run_end(run, &end, err);
}

bool step_show(struct run *run, struct error *why, struct error *err)
{
	struct remote *remote = &run->remote;
	struct run_end again = { .step = REMOTE_SHOW };
	int64_t deadline_ms = clock_unix_ms() + SHOW_MS;
	struct error reason = { 0 };
	bool all = true;

	for (size_t i = 0; all && i < remote->n_servers; i++)
		all = server_shows(remote->servers[i], &remote->showing, run->settings, deadline_ms, run->arena,
		                   &reason);
	if (all && (remote->n_servers || !remote->showing.n))
		return shown(run, err);
	if (!remote->n_servers)
		return error_set(why, ERR_NOT_FOUND,
		                 "It isn't known which name servers answer for the zone: enter them in the account.");
	if (clock_unix_ms() - remote->since_ms > run->settings->provider_patience_s * 1000) {
		*why = reason;
		return false;
	}
	remote->message = arena_strdup(run->arena, reason.message);
	again.wait_s = run_backoff(remote->attempt++ / 2, SHOW_AGAIN_MOST_S) / 2;
	return remote->message ? run_end(run, &again, err) : no_room(why);
}

bool step_rest(struct run *run, struct error *why, struct error *err)
{
	const struct run_end end = { .step = REMOTE_REST,
		                     .wait_s = (double)run->settings->provider_look_s,
		                     .looked = true };
	struct remote *remote = &run->remote;
	struct sides sides;

	if (!compare(run, &sides, why) || !note_others(run, &sides, why))
		return false;
	remote->attempt = 0;
	remote->message =
		remote->n_others
			? arena_printf(run->arena,
	                               "%zu sets of records were changed at %s by others. The next change here "
	                               "makes them as the panel has them.",
	                               remote->n_others, run->session.provider->title)
			: "";
	return remote->message ? run_end(run, &end, err) : no_room(why);
}
