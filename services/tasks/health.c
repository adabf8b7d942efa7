/* health: see health.h. */

#include "health.h"

#include <inttypes.h>
#include <string.h>

#include "tasks.h"

enum { REASONS_MAX = 64, DISK_FULL_PERCENT = 90, CLOCK_NOTED_MS = 5000 };

struct judging {
	struct arena *arena;
	Stralix__V1__Node *node;
	bool failed;
};

static void add(struct judging *j, const char *code, char *message)
{
	Stralix__V1__NodeReason *reason = arena_alloc(j->arena, sizeof(*reason));

	if (!reason || !message) {
		j->failed = true;
		return;
	}
	if (j->node->n_reasons == REASONS_MAX)
		return;
	stralix__v1__node_reason__init(reason);
	reason->code = (char *)(uintptr_t)code;
	reason->message = message;
	j->node->reasons[j->node->n_reasons++] = reason;
}

static void judge_silence(struct judging *j, const struct health_facts *facts)
{
	if (!facts->seen_ms)
		add(j, "unreachable", arena_strdup(j->arena, "No sign of life yet."));
	else if (!facts->answers)
		add(j, "unreachable", arena_printf(j->arena, "No sign of life since %s.", j->node->last_heartbeat_at));
	else if (facts->now_ms - facts->seen_ms > LATE_MS)
		add(j, "late",
		    arena_printf(j->arena, "Its heartbeat is late: the last came %" PRId64 " seconds ago.",
		                 (facts->now_ms - facts->seen_ms) / 1000));
}

static void judge_clock(struct judging *j, const struct health_facts *facts)
{
	int64_t off = j->node->clock_offset_ms, size = off < 0 ? -off : off;

	if (facts->clock_held)
		add(j, "clock",
		    arena_printf(j->arena, "The node's clock is wrong by %" PRId64 " s; its tasks wait.", size / 1000));
	else if (size > CLOCK_NOTED_MS)
		add(j, "clock",
		    arena_printf(j->arena, "The node's clock is %" PRId64 " s %s the panel's.", size / 1000,
		                 off < 0 ? "behind" : "ahead of"));
}

static void judge_heartbeat(struct judging *j, const Stralix__V1__Heartbeat *heartbeat)
{
	uint64_t used = heartbeat->disk_total - heartbeat->disk_available;

	for (size_t i = 0; i < heartbeat->n_daemons; i++)
		if (!heartbeat->daemons[i]->alive)
			add(j, "daemon",
			    arena_printf(j->arena, "%s is not running. %s", heartbeat->daemons[i]->name,
			                 heartbeat->daemons[i]->message));
	if (heartbeat->disk_total >= 100 && heartbeat->disk_available <= heartbeat->disk_total && /* else nonsense */
	    used > heartbeat->disk_total / 100 * DISK_FULL_PERCENT)
		add(j, "disk",
		    arena_printf(j->arena, "The disk is %" PRIu64 " %% full.", used / (heartbeat->disk_total / 100)));
	if (heartbeat->contract < NODE_CONTRACT)
		add(j, "agent",
		    arena_strdup(j->arena, "Its agent is too old for this panel; some changes wait for a newer one."));
}

bool health_judge(const struct health_facts *facts, struct arena *arena, Stralix__V1__Node *node)
{
	struct judging j = { .arena = arena, .node = node };
	const char *health = "healthy";

	node->n_reasons = 0;
	node->reasons = arena_alloc(arena, REASONS_MAX * sizeof(Stralix__V1__NodeReason *));
	if (!node->reasons)
		return false;
	judge_silence(&j, facts);
	if (facts->heartbeat && (facts->answers || facts->clock_held))
		judge_clock(&j, facts);
	if (facts->heartbeat && facts->answers)
		judge_heartbeat(&j, facts->heartbeat);
	if (j.failed)
		return false;
	if (node->n_reasons)
		health = strcmp(node->reasons[0]->code, "unreachable") == 0 ? "unreachable" : "warning";
	node->health = arena_strdup(arena, health);
	node->message = arena_strdup(arena, node->n_reasons ? node->reasons[0]->message : "");
	return node->health && node->message;
}
