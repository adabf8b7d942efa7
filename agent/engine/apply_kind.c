/* apply: as a kind of resources among others. */

#include "agent/engine/apply_internal.h"
#include "agent/engine/order.h"

static bool recover(void *self, struct error *err)
{
	return apply_recover(self, err);
}

static bool run(void *self, const struct task *tasks, size_t n, struct error *err)
{
	return apply_run(self, tasks, n, err);
}

static void idle(void *self)
{
	apply_idle(self);
}

static void watch(void *self)
{
	apply_watch(self);
}

static bool read_object(void *self, struct object *object, struct error *err)
{
	const struct adapter *adapter = &((struct apply *)self)->use.adapter;

	return adapter->ops->read(adapter->self, object, err);
}

static size_t served(const void *self)
{
	return apply_served(self);
}

static void health(void *self, struct adapter_health *ret)
{
	const struct adapter *adapter = &((struct apply *)self)->use.adapter;

	adapter->ops->health(adapter->self, ret);
}

static void drift(void *self, struct kind_drift *ret)
{
	apply_drift(self, ret);
}

static bool plan(void *self, const char *id, const Stralix__V1__PlanQuestion *wanted, struct arena *arena,
                 Stralix__V1__PlanAnswer *answer, struct error *err)
{
	if (!wanted->site)
		return error_field(err, "site", "required", "A plan needs the state that is planned.");
	return apply_plan(self, id, wanted->site, arena, answer, err);
}

static bool observe(void *self, const char *id, struct arena *arena, Stralix__V1__ObserveAnswer *answer,
                    struct error *err)
{
	return apply_observe(self, id, arena, answer, err);
}

static bool find_log(void *self, const char *id, bool errors, char *ret, size_t size, struct error *err)
{
	const struct adapter *adapter = &((struct apply *)self)->use.adapter;

	return adapter->ops->log(adapter->self, id, errors, ret, size, err);
}

struct kind apply_kind(struct apply *apply)
{
	static const struct kind_ops ops = { .recover = recover,
		                             .run = run,
		                             .idle = idle,
		                             .watch = watch,
		                             .read = read_object,
		                             .served = served,
		                             .health = health,
		                             .drift = drift,
		                             .plan = plan,
		                             .observe = observe,
		                             .log = find_log };

	return (struct kind){ .name = apply->use.adapter.ops->kind,
		              .also = ORDER_NODE,
		              .capability = apply->use.adapter.ops->kind,
		              .keys = apply->use.keys != NULL,
		              .ops = &ops,
		              .self = apply };
}
