/* powerdns: zones in somebody else's PowerDNS, by its HTTP API (doc.powerdns.com/authoritative/http-api). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk.h"

struct powerdns {
	struct talk talk;
};

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the zone");
}

static bool supports(enum dns_type type)
{
	return type != DNS_NONE;
}

static void close_self(void *self)
{
	struct powerdns *powerdns = self;

	if (!powerdns)
		return;
	talk_close(&powerdns->talk);
	free(powerdns);
}
DEFINE_CLEANUP(struct powerdns *, close_self)

static bool open_self(const struct provider_access *access, void **self, struct error *err)
{
	_cleanup_(close_selfp) struct powerdns *powerdns = calloc(1, sizeof(*powerdns));
	char base[TALK_URL];
	size_t size = strlen(access->base_url);

	while (size > 0 && access->base_url[size - 1] == '/')
		size--;
	if (!powerdns)
		return error_set(err, ERR_INTERNAL, "out of memory");
	snprintf(base, sizeof(base), "%.*s/api/v1/servers/%s", (int)(size < 512 ? size : 512), access->base_url,
	         access->server_id);
	if (!talk_open(&powerdns->talk, access, "PowerDNS", base, "X-API-Key: ", err))
		return false;
	*self = TAKE_PTR(powerdns);
	return true;
}

static bool verify(void *self, struct arena *arena, const char **words, struct error *err)
{
	struct powerdns *powerdns = self;
	_talk_answer_ answer = { 0 };
	const char *version;

	if (!talk_ask(&powerdns->talk, "GET", "", NULL, &answer, err))
		return false;
	if (answer.status != 200)
		return talk_refused(&powerdns->talk, &answer, err);
	version = json_string_value(json_object_get(answer.json, "version"));
	if (!version)
		return error_set(err, ERR_BAD_REPLY, "What answers there isn't a PowerDNS.");
	*words = arena_printf(arena, "PowerDNS %.60s", version);
	return *words || no_room(err);
}

static const char *path_of(const char *zone, struct arena *arena)
{
	return arena_printf(arena, "/zones/%s.", zone);
}

/* Those that the account names; else what the zone's own NS records say. */
static bool fill_servers(const struct powerdns *powerdns, const json_t *zone, const char *name, struct arena *arena,
                         struct provider_zone *ret)
{
	const struct provider_access *access = powerdns->talk.access;
	const char *origin = arena_printf(arena, "%s.", name);
	const json_t *set, *record;
	size_t i, j;

	for (ret->n_servers = 0; ret->n_servers < access->n_servers && ret->n_servers < PROVIDER_SERVERS;
	     ret->n_servers++)
		ret->servers[ret->n_servers] = access->servers[ret->n_servers];
	if (ret->n_servers || !origin)
		return origin != NULL;
	json_array_foreach(json_object_get(zone, "rrsets"), i, set)
	{
		const char *of = json_string_value(json_object_get(set, "name"));
		const char *type = json_string_value(json_object_get(set, "type"));

		if (!of || !type || strcmp(type, "NS") != 0 || strcmp(of, origin) != 0)
			continue;
		json_array_foreach(json_object_get(set, "records"), j, record)
		{
			const char *text = json_string_value(json_object_get(record, "content"));

			if (text && ret->n_servers < PROVIDER_SERVERS && strlen(text) > 1 &&
			    !(ret->servers[ret->n_servers++] =
			              arena_strndup(arena, text, strlen(text) - (text[strlen(text) - 1] == '.'))))
				return false;
		}
	}
	return true;
}

/* A copy of what another server has. */
static bool is_secondary(const json_t *zone)
{
	static const char *const kinds[] = { "Slave", "Secondary", "Consumer" };
	const char *kind = json_string_value(json_object_get(zone, "kind"));

	for (size_t i = 0; kind && i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

static bool find(void *self, const char *name, struct arena *arena, bool *there, struct provider_zone *ret,
                 struct error *err)
{
	struct powerdns *powerdns = self;
	_talk_answer_ answer = { 0 };
	const char *path = path_of(name, arena);

	*there = false;
	if (!path)
		return no_room(err);
	if (!talk_ask(&powerdns->talk, "GET", path, NULL, &answer, err))
		return false;
	/* Before 4.4 what isn't there is a 422. */
	if (answer.status == 404 || answer.status == 422)
		return true;
	if (answer.status != 200)
		return talk_refused(&powerdns->talk, &answer, err);
	if (!json_is_array(json_object_get(answer.json, "rrsets")))
		return error_set(err, ERR_BAD_REPLY, "PowerDNS says nothing of the zone's records.");
	if (is_secondary(answer.json))
		return error_set(err, ERR_TEST_FAILED,
		                 "PowerDNS has the zone %s from another server: it can't be changed there.", name);
	*ret = (struct provider_zone){ .name = name, .id = name };
	*there = true;
	return fill_servers(powerdns, answer.json, name, arena, ret) || no_room(err);
}

/* Names among the account's servers become its NS, without the ports where the panel asks; addresses can't. */
static json_t *servers_json(const struct provider_access *access)
{
	json_t *list = json_array();

	for (size_t i = 0; i < access->n_servers; i++) {
		const char *server = access->servers[i];
		size_t size = strcspn(server, ":");

		if (!size || size > 253 || strspn(server, "0123456789.") >= size || *server == '[')
			continue;
		json_array_append_new(list,
		                      json_sprintf("%.*s%s", (int)size, server, server[size - 1] == '.' ? "" : "."));
	}
	return list;
}

static bool create(void *self, const char *name, struct arena *arena, struct error *err)
{
	struct powerdns *powerdns = self;
	_talk_answer_ answer = { 0 };
	json_t *body = json_pack("{s:s+, s:s, s:o}", "name", name, ".", "kind", "Native", "nameservers",
	                         servers_json(powerdns->talk.access));

	(void)arena;
	if (!body)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!talk_ask(&powerdns->talk, "POST", "/zones", body, &answer, err))
		return false;
	if (answer.status == 201 || answer.status == 200 || answer.status == 409) /* by a run before */
		return true;
	return talk_refused(&powerdns->talk, &answer, err);
}

static bool read_set(struct talk_records *records, const json_t *set, struct arena *arena)
{
	const char *name = json_string_value(json_object_get(set, "name"));
	const char *type = json_string_value(json_object_get(set, "type"));
	json_int_t ttl = json_integer_value(json_object_get(set, "ttl"));
	const json_t *record;
	size_t i;

	if (!name || !type)
		return true;
	json_array_foreach(json_object_get(set, "records"), i, record)
	{
		const char *text = json_string_value(json_object_get(record, "content"));

		if (text && !json_is_true(json_object_get(record, "disabled")) &&
		    !talk_add(records, name, dns_type_parse(type), ttl, text, arena))
			return false;
	}
	return true;
}

static bool read_records(void *self, const struct provider_zone *zone, struct arena *arena, struct dns_record **ret,
                         size_t *n, struct error *err)
{
	struct talk_records records = { .origin = arena_printf(arena, "%s.", zone->name) };
	struct powerdns *powerdns = self;
	_talk_answer_ answer = { 0 };
	const char *path = path_of(zone->id, arena);
	const json_t *list, *set;
	size_t i;

	if (!path || !records.origin)
		return no_room(err);
	if (!talk_ask(&powerdns->talk, "GET", path, NULL, &answer, err))
		return false;
	if (answer.status != 200)
		return talk_refused(&powerdns->talk, &answer, err);
	list = json_object_get(answer.json, "rrsets");
	if (!json_is_array(list))
		return error_set(err, ERR_BAD_REPLY, "PowerDNS says nothing of the zone's records.");
	json_array_foreach(list, i, set) if (!read_set(&records, set, arena)) return no_room(err);
	dns_sort(records.list, records.n);
	*ret = records.list;
	*n = records.n;
	return true;
}

static json_t *set_json(const struct dns_difference *one)
{
	const struct dns_record *first = one->after.n ? one->after.records : one->before.records;
	json_t *records = json_array();

	for (size_t i = 0; i < one->after.n; i++)
		json_array_append_new(records,
		                      json_pack("{s:s, s:b}", "content", one->after.records[i].data, "disabled", 0));
	return json_pack("{s:s, s:s, s:I, s:s, s:o}", "name", first->name, "type", dns_type_name(first->type), "ttl",
	                 (json_int_t)first->ttl, "changetype", one->after.n ? "REPLACE" : "DELETE", "records", records);
}

/* One request: all of it or nothing. What goes comes first: a name may change its only type. */
static bool apply(void *self, const struct provider_zone *zone, const struct dns_difference *list, size_t n,
                  struct arena *arena, struct error *err)
{
	struct powerdns *powerdns = self;
	_talk_answer_ answer = { 0 };
	const char *path = path_of(zone->id, arena);
	json_t *sets = json_array(), *body;

	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n; i++)
			if (!list[i].after.n == !pass && json_array_append_new(sets, set_json(&list[i])) < 0)
				break;
	if (!path || json_array_size(sets) != n) {
		json_decref(sets);
		return no_room(err);
	}
	body = json_pack("{s:o}", "rrsets", sets);
	if (!body)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!talk_ask(&powerdns->talk, "PATCH", path, body, &answer, err))
		return false;
	return answer.status == 204 || answer.status == 200 || talk_refused(&powerdns->talk, &answer, err);
}

static bool remove_zone(void *self, const struct provider_zone *zone, struct arena *arena, struct error *err)
{
	struct powerdns *powerdns = self;
	_talk_answer_ answer = { 0 };
	const char *path = path_of(zone->id, arena);

	if (!path)
		return no_room(err);
	if (!talk_ask(&powerdns->talk, "DELETE", path, NULL, &answer, err))
		return false;
	return answer.status == 204 || answer.status == 200 || answer.status == 404 || answer.status == 422 ||
	       talk_refused(&powerdns->talk, &answer, err);
}

static const struct provider_calls calls = { .open = open_self,
	                                     .close = close_self,
	                                     .verify = verify,
	                                     .find = find,
	                                     .create = create,
	                                     .read = read_records,
	                                     .apply = apply,
	                                     .remove = remove_zone };

const struct provider provider_powerdns = {
	.kind = "powerdns", .title = "PowerDNS", .most_ttl = INT32_MAX, .supports = supports, .calls = &calls
};
