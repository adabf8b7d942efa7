/* zones: see the header. */

#include "zones.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/dns/query.h"
#include "lib/token/seal.h"

#include "harness_internal.h"

enum { LONG_PATH = 2 * HARNESS_PATH, PATIENCE_MS = 20000 };

static void set_number(const struct harness *harness, const char *key, unsigned number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	harness_setting(harness, key, text);
}

void zones_give(struct harness *harness)
{
	harness->dns_port = harness_free_port();
	do
		harness->api_port = harness_free_port();
	while (harness->api_port == harness->dns_port);
	harness_setting(harness, "dns_address", "127.0.0.1");
	set_number(harness, "dns_port", harness->dns_port);
	set_number(harness, "dns_api_port", harness->api_port);
	harness_setting(harness, "pdns_binary", getenv("STRALIX_PDNS"));
	harness_setting(harness, "pdns_schema", getenv("STRALIX_PDNS_SCHEMA"));
	set_number(harness, "dns_uid", geteuid() == 0 ? 64092 : 0);
	set_number(harness, "caller_uid", geteuid() == 0 ? 64093 : 0);
}

static void key_path(const struct harness *harness, char ret[static LONG_PATH])
{
	snprintf(ret, LONG_PATH, "%s/pdns/api.key", harness->node);
}

void zones_leave(struct harness *harness)
{
	char path[LONG_PATH];

	harness_stop(harness);
	harness_end_pdns(harness);
	key_path(harness, path);
	harness_setting(harness, "dns_api_key", path);
	harness_setting(harness, "pdns_binary", "\"\"");
}

void zones_start(const struct harness *harness)
{
	char config[LONG_PATH];
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	int status;
	pid_t child = fork();

	snprintf(config, sizeof(config), "--config-dir=%s/pdns", harness->node);
	if (child == 0) {
		close_range(3, ~0U, 0);
		execl(getenv("STRALIX_PDNS"), "pdns_server", config, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	while (true) {
		_cleanup_buf_ struct buf out = { 0 };

		if (zones_api(harness, "GET", "", NULL, &out) == 200)
			return;
		assert_true(clock_monotonic_ms() < deadline);
		poll(NULL, 0, 10);
	}
}

/* Everything of one packed state. */
struct making {
	Stralix__V1__ZoneState state;
	Stralix__V1__RecordSet sets[ZONES_SETS], *list[ZONES_SETS];
	char soa[400], apex[256];
	char *soa_data[1], *ns_data[1];
	Stralix__V1__ZoneKey keys[4], *key_list[4];
	Stralix__V1__ZonePeer peers[4], *peer_list[4];
	struct buf boxes[8];
	size_t n_boxes;
};

static ProtobufCBinaryData box(struct making *making, const struct harness *harness, const char *id, const char *secret)
{
	_cleanup_(seal_key_freep) struct seal_key *key = NULL;
	struct buf *to = &making->boxes[making->n_boxes++];
	uint8_t public[SEAL_KEY];
	char path[LONG_PATH];
	struct error err = { 0 };

	snprintf(path, sizeof(path), "%s/seal.key", harness->dir);
	harness_must(seal_key_read(path, &key, &err), &err);
	seal_key_public(key, public);
	harness_must(seal(public, "zone", id, secret, strlen(secret), to, &err), &err);
	return (ProtobufCBinaryData){ .data = (uint8_t *)to->data, .len = to->size };
}

static void add_keys(struct making *making, const struct zones_zone *zone)
{
	for (const struct zones_key *from = zone->keys; from && from->flags; from++) {
		size_t i = making->state.n_keys++;
		Stralix__V1__ZoneKey *to = making->key_list[i] = &making->keys[i];

		stralix__v1__zone_key__init(to);
		to->id = making->state.id;
		to->flags = from->flags;
		to->algorithm = 13;
		to->active = from->active;
		to->published = from->published;
		to->sealed = box(making, zone->harness, from->bound ? from->bound : making->state.id, from->secret);
	}
	making->state.keys = making->key_list;
	making->state.narrow_nsec3 = zone->narrow;
}

static void add_peers(struct making *making, const struct zones_zone *zone)
{
	for (const struct zones_peer *from = zone->peers; from && from->address; from++) {
		size_t i = making->state.n_secondaries++;
		Stralix__V1__ZonePeer *to = making->peer_list[i] = &making->peers[i];

		stralix__v1__zone_peer__init(to);
		to->address = (char *)(uintptr_t)from->address;
		to->port = from->port;
		to->notify = from->notify;
		if (!from->tsig_name)
			continue;
		to->tsig_name = (char *)(uintptr_t)from->tsig_name;
		to->tsig_algorithm = (char *)(uintptr_t) "hmac-sha256";
		if (from->tsig_secret)
			to->sealed_secret = box(making, zone->harness, making->state.id, from->tsig_secret);
	}
	making->state.secondaries = making->peer_list;
}

static Stralix__V1__RecordSet *add_set(struct making *making, const char *name, const char *type, uint32_t ttl)
{
	Stralix__V1__RecordSet *set = &making->sets[making->state.n_sets];

	assert_true(making->state.n_sets < ZONES_SETS);
	stralix__v1__record_set__init(set);
	set->name = (char *)(uintptr_t)name;
	set->type = (char *)(uintptr_t)type;
	set->ttl = ttl ? ttl : 300;
	making->list[making->state.n_sets++] = set;
	return set;
}

static void add_own(struct making *making, const struct zones_zone *zone)
{
	Stralix__V1__RecordSet *soa, *ns;

	snprintf(making->apex, sizeof(making->apex), "%s.", zone->name);
	snprintf(making->soa, sizeof(making->soa),
	         "ns1.panel.example. hostmaster.panel.example. %u 3600 600 1209600 300", zone->serial);
	making->soa_data[0] = making->soa;
	making->ns_data[0] = (char *)(uintptr_t) "ns1.panel.example.";
	soa = add_set(making, making->apex, "SOA", 0);
	soa->data = making->soa_data;
	soa->n_data = 1;
	ns = add_set(making, making->apex, "NS", 0);
	ns->data = making->ns_data;
	ns->n_data = 1;
}

void *zones_pack(const struct harness_command *command, const struct zones_zone *zone, size_t *size)
{
	struct making *making = calloc(1, sizeof(*making));

	assert_non_null(making);
	stralix__v1__zone_state__init(&making->state);
	making->state.id = (char *)(uintptr_t)(zone->id ? zone->id : command->website_id);
	making->state.zone = (char *)(uintptr_t)zone->name;
	making->state.serial = zone->serial;
	making->state.serving =
		zone->deleted ? STRALIX__V1__ZONE_STATE__SERVING__DELETED : STRALIX__V1__ZONE_STATE__SERVING__LIVE;
	making->state.sets = making->list;
	if (!zone->no_soa)
		add_own(making, zone);
	for (const struct zones_set *set = zone->sets; set && set->name; set++) {
		Stralix__V1__RecordSet *to = add_set(making, set->name, set->type, set->ttl);

		to->data = (char **)(uintptr_t)set->data;
		while (to->n_data < ARRAY_SIZE(set->data) && set->data[to->n_data])
			to->n_data++;
	}
	if (zone->catalog)
		making->state.catalog = (char *)(uintptr_t)zone->catalog;
	making->state.producer = zone->producer;
	add_keys(making, zone);
	add_peers(making, zone);
	void *packed = harness_packed(&making->state.base, size);
	for (size_t i = 0; i < making->n_boxes; i++)
		buf_done(&making->boxes[i]);
	free(making);
	return packed;
}

void zones_command(struct harness_command *command)
{
	harness_command(command, "");
	command->kind = "zone";
}

void zones_want(struct harness_command *command, const struct zones_zone *zone)
{
	zones_done(command);
	command->desired = zones_pack(command, zone, &command->desired_size);
}

void zones_done(struct harness_command *command)
{
	free((void *)(uintptr_t)command->desired);
	command->desired = NULL;
}

const char *zones_ask(const struct harness *harness, const char *name, const char *type)
{
	static char text[2048];
	struct arena *arena = arena_new(1 << 20);
	struct dns_answer *answer = arena_alloc(arena, sizeof(*answer));
	struct error err = { 0 };

	text[0] = '\0';
	if (!dns_ask("127.0.0.1", harness->dns_port, name, dns_type_parse(type), false, clock_unix_ms() + 2000, arena,
	             answer, &err))
		snprintf(text, sizeof(text), "%s", error_code_name(err.code));
	else if (answer->rcode == 5)
		snprintf(text, sizeof(text), "REFUSED");
	else if (answer->n > 0)
		snprintf(text, sizeof(text), "%s", answer->records[0].data);
	arena_free(arena);
	return text;
}

uint32_t zones_serial(const struct harness *harness, const char *zone)
{
	struct error err = { 0 };
	uint32_t serial;

	return dns_ask_serial("127.0.0.1", harness->dns_port, zone, clock_unix_ms() + 2000, &serial, &err) ? serial : 0;
}

void zones_await(const struct harness *harness, const char *name, const char *type, const char *data)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;

	while (strcmp(zones_ask(harness, name, type), data) != 0) {
		if (clock_monotonic_ms() > deadline)
			fail_msg("%s %s: '%s' instead of '%s'", name, type, zones_ask(harness, name, type), data);
		poll(NULL, 0, 10);
	}
}

static int connect_to(int type, uint16_t port)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
		                             .sin_port = htons(port),
		                             .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The question, behind the two bytes of its size; of DNSSEC with an OPT record that says so. */
static size_t make_question(const char *name, unsigned type, bool dnssec, uint8_t *to)
{
	static const uint8_t opt[] = { 0, 0, 41, 0x10, 0, 0, 0, 0x80, 0, 0, 0 };
	const uint8_t head[] = { 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, dnssec };
	size_t n = 2;

	memcpy(to + n, head, sizeof(head));
	n += sizeof(head);
	for (size_t size; *name; name += size + 1) {
		size = strcspn(name, ".");
		to[n++] = (uint8_t)size;
		memcpy(to + n, name, size);
		n += size;
	}
	to[n++] = 0;
	to[n++] = (uint8_t)(type >> 8);
	to[n++] = (uint8_t)type;
	to[n++] = 0;
	to[n++] = 1;
	if (dnssec)
		memcpy(to + n, opt, sizeof(opt));
	n += dnssec ? sizeof(opt) : 0;
	to[0] = (uint8_t)((n - 2) >> 8);
	to[1] = (uint8_t)(n - 2);
	return n;
}

int zones_count(const struct harness *harness, const char *name, unsigned type, bool dnssec)
{
	_cleanup_close_ int fd = connect_to(SOCK_STREAM, harness->dns_port);
	uint8_t question[512], answer[14];
	size_t size = make_question(name, type, dnssec, question);

	assert_true(fd >= 0);
	assert_int_equal(send(fd, question, size, MSG_NOSIGNAL), size);
	if (recv(fd, answer, sizeof(answer), MSG_WAITALL) != sizeof(answer) || (answer[5] & 15))
		return -1;
	return answer[8] << 8 | answer[9];
}

int zones_api(const struct harness *harness, const char *method, const char *path, const char *body, struct buf *out)
{
	_cleanup_close_ int fd = connect_to(SOCK_STREAM, harness->api_port);
	_cleanup_buf_ struct buf key = { 0 }, request = { 0 };
	char file[LONG_PATH], chunk[4096];
	ssize_t n;

	if (fd < 0)
		return 0;
	key_path(harness, file);
	harness_read(file, &key);
	buf_printf(&request, "%s /api/v1/servers/localhost%s HTTP/1.0\r\nHost: localhost\r\nX-API-Key: %s\r\n", method,
	           path, key.data);
	buf_printf(&request, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", body ? strlen(body) : 0,
	           body ? body : "");
	assert_int_equal(send(fd, request.data, request.size, MSG_NOSIGNAL), request.size);
	while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0)
		buf_add(out, chunk, (size_t)n);
	return out->size > 12 ? (int)strtol(out->data + 9, NULL, 10) : 0;
}
