/* heartbeat: how the node is. Everything is read from /proc and the file system; nothing here waits. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"

#include "agent/engine/engine.h"
#include "agent/engine/file.h"

static uint64_t memory_bytes(const char *text, const char *key)
{
	const char *line = text ? strstr(text, key) : NULL;

	return line ? strtoull(line + strlen(key), NULL, 10) * 1024 : 0;
}

static void read_load(Stralix__V1__Heartbeat *heartbeat)
{
	_cleanup_buf_ struct buf text = { 0 };

	struct timespec up = { 0 };
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (file_read("/proc/loadavg", 4096, &text, NULL) && text.data)
		heartbeat->load1 = strtod(text.data, NULL);
	heartbeat->cores = cores > 0 ? (uint32_t)cores : 0;
	if (clock_gettime(CLOCK_BOOTTIME, &up) == 0)
		heartbeat->uptime_s = (uint64_t)up.tv_sec;
}

static void read_memory(Stralix__V1__Heartbeat *heartbeat)
{
	_cleanup_buf_ struct buf text = { 0 };

	if (!file_read("/proc/meminfo", 65536, &text, NULL))
		return;
	heartbeat->memory_total = memory_bytes(text.data, "MemTotal:");
	heartbeat->memory_available = memory_bytes(text.data, "MemAvailable:");
}

static void read_disk(const char *dir, Stralix__V1__Heartbeat *heartbeat)
{
	struct statvfs disk;

	if (statvfs(dir, &disk) < 0)
		return;
	heartbeat->disk_total = (uint64_t)disk.f_blocks * disk.f_frsize;
	heartbeat->disk_available = (uint64_t)disk.f_bavail * disk.f_frsize;
}

/* False: nobody has looked yet. */
static bool fill_drift(const struct engine *engine, Stralix__V1__Heartbeat__Drift *ret)
{
	stralix__v1__heartbeat__drift__init(ret);
	for (size_t i = 0; i < engine->n_kinds; i++) {
		const struct kind *kind = &engine->kinds[i];
		struct kind_drift drift = { 0 };

		kind->ops->drift(kind->self, &drift);
		ret->files += drift.files;
		ret->resources += drift.resources;
		ret->adopted += drift.adopted;
		if (drift.at_ms > ret->observed_ms)
			ret->observed_ms = drift.at_ms;
	}
	return ret->observed_ms > 0;
}

/* What this node does, and how the daemons are that do it. */
struct abilities {
	struct adapter_health health[ENGINE_KINDS];
	Stralix__V1__Heartbeat__Daemon daemon[ENGINE_KINDS], *daemons[ENGINE_KINDS];
	char *capabilities[ENGINE_KINDS];
};

static void fill_abilities(const struct engine *engine, struct abilities *abilities, Stralix__V1__Heartbeat *heartbeat)
{
	for (size_t i = 0; i < engine->n_kinds; i++) {
		const struct kind *kind = &engine->kinds[i];
		struct adapter_health *health = &abilities->health[i];
		Stralix__V1__Heartbeat__Daemon *daemon = abilities->daemons[i] = &abilities->daemon[i];

		kind->ops->health(kind->self, health);
		stralix__v1__heartbeat__daemon__init(daemon);
		daemon->name = health->daemon;
		daemon->version = health->version;
		daemon->alive = health->alive;
		daemon->message = health->message;
		abilities->capabilities[i] = (char *)(uintptr_t)kind->capability;
		heartbeat->resources += (uint32_t)kind->ops->served(kind->self);
	}
	heartbeat->n_daemons = heartbeat->n_capabilities = engine->n_kinds;
	heartbeat->daemons = abilities->daemons;
	heartbeat->capabilities = abilities->capabilities;
}

bool engine_heartbeat(struct engine *engine, struct buf *report, struct error *err)
{
	struct abilities abilities = { 0 };
	Stralix__V1__Heartbeat heartbeat;
	Stralix__V1__Heartbeat__Drift drift;

	stralix__v1__heartbeat__init(&heartbeat);
	fill_abilities(engine, &abilities, &heartbeat);
	heartbeat.node_id = (char *)(uintptr_t)engine->node_id;
	heartbeat.contract = ENGINE_CONTRACT;
	heartbeat.version = (char *)(uintptr_t)STRALIX_VERSION;
	heartbeat.node_time_ms = clock_unix_ms();
	if (fill_drift(engine, &drift))
		heartbeat.drift = &drift;
	heartbeat.seal_key = engine->seal_key;
	heartbeat.php_versions = (char **)(uintptr_t)engine->php_versions;
	for (const char *const *version = engine->php_versions; version && *version; version++)
		heartbeat.n_php_versions++;
	read_load(&heartbeat);
	read_memory(&heartbeat);
	read_disk(engine->dir, &heartbeat);

	size_t size = protobuf_c_message_get_packed_size(&heartbeat.base);
	_cleanup_free_ uint8_t *packed = malloc(size);
	if (!packed)
		return error_set(err, ERR_INTERNAL, "out of memory");
	protobuf_c_message_pack(&heartbeat.base, packed);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): it doesn't see that _cleanup_ frees */
	return outcome_sign_bytes(engine->signer, "heartbeat", packed, size, report, err);
}
