/*
 * cloudflare: zones at Cloudflare, by its API v4. Zones are made there by people: that takes a plan and a delegation.
 * What stands behind its proxy stays there. https://developers.cloudflare.com/api/resources/dns and
 * https://developers.cloudflare.com/dns/manage-dns-records/how-to/batch-record-changes
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloudflare_record.h"
#include "talk.h"

#define OWN_URL "https://api.cloudflare.com/client/v4"

enum {
	BATCH = 200, /* operations of one request, by the smallest plan */
	PAGE = 500,
	PAGES = 100,
	ID = 65,
	LEAST_TTL = 60,
	MOST_TTL = 86400,
};

/* What one record is called there, by the tag of what was read. */
struct entry {
	char id[ID];
	bool proxied;
};

struct cloudflare {
	struct talk talk;
	struct entry *entries; /* from the arena of the last read */
	size_t n_entries;
};

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the zone");
}

static void close_self(void *self)
{
	struct cloudflare *cloudflare = self;

	if (!cloudflare)
		return;
	talk_close(&cloudflare->talk);
	free(cloudflare);
}
DEFINE_CLEANUP(struct cloudflare *, close_self)

static bool open_self(const struct provider_access *access, void **self, struct error *err)
{
	_cleanup_(close_selfp) struct cloudflare *cloudflare = calloc(1, sizeof(*cloudflare));

	if (!cloudflare)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!talk_open(&cloudflare->talk, access, "Cloudflare", *access->base_url ? access->base_url : OWN_URL,
	               "Authorization: Bearer ", err))
		return false;
	*self = TAKE_PTR(cloudflare);
	return true;
}

/* A good answer with a list or an object of results. */
static bool ask(struct cloudflare *cloudflare, const char *method, const char *path, json_t *body,
                struct talk_answer *ret, struct error *err)
{
	if (!talk_ask(&cloudflare->talk, method, path, body, ret, err))
		return false;
	if (ret->status < 200 || ret->status >= 300 || json_is_false(json_object_get(ret->json, "success")))
		return talk_refused(&cloudflare->talk, ret, err);
	if (!json_is_true(json_object_get(ret->json, "success")))
		return error_set(err, ERR_BAD_REPLY, "What answers there isn't Cloudflare's API.");
	return true;
}

static json_int_t info(const struct talk_answer *answer, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(answer->json, "result_info"), name));
}

static bool verify(void *self, struct arena *arena, const char **words, struct error *err)
{
	_talk_answer_ answer = { 0 };

	if (!ask(self, "GET", "/zones?per_page=5", NULL, &answer, err))
		return false;
	*words = arena_printf(arena, "Cloudflare, with %lld zones", (long long)info(&answer, "total_count"));
	return *words || no_room(err);
}

/* Letters and digits alone: it becomes part of URLs. */
static bool is_id(const char *text)
{
	return text && *text && strlen(text) < ID &&
	       text[strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

static bool fill_zone(const struct cloudflare *cloudflare, const json_t *zone, const char *name, struct arena *arena,
                      struct provider_zone *ret)
{
	const struct provider_access *access = cloudflare->talk.access;
	const json_t *server;
	size_t i;

	*ret = (struct provider_zone){ .name = name,
		                       .id = arena_strdup(arena, json_string_value(json_object_get(zone, "id"))) };
	for (i = 0; i < access->n_servers && ret->n_servers < PROVIDER_SERVERS; i++)
		ret->servers[ret->n_servers++] = access->servers[i];
	if (ret->n_servers)
		return ret->id != NULL;
	json_array_foreach(json_object_get(zone, "name_servers"), i, server)
	{
		const char *text = json_string_value(server);

		if (text && *text && strlen(text) < 254 && ret->n_servers < PROVIDER_SERVERS &&
		    !(ret->servers[ret->n_servers++] = arena_strdup(arena, text)))
			return false;
	}
	return ret->id != NULL;
}

static bool find(void *self, const char *name, struct arena *arena, bool *there, struct provider_zone *ret,
                 struct error *err)
{
	const char *path = arena_printf(arena, "/zones?name=%s&per_page=5", name);
	_talk_answer_ answer = { 0 };
	const json_t *zone;
	size_t i;

	*there = false;
	if (!path)
		return no_room(err);
	if (!ask(self, "GET", path, NULL, &answer, err))
		return false;
	json_array_foreach(json_object_get(answer.json, "result"), i, zone)
	{
		const char *of = json_string_value(json_object_get(zone, "name"));

		if (!of || strcmp(of, name) != 0 || !is_id(json_string_value(json_object_get(zone, "id"))))
			continue;
		*there = true;
		return fill_zone(self, zone, name, arena, ret) || no_room(err);
	}
	return true;
}

/* One record: TTL 1 is its "automatic", which is read as 0: any. */
static bool read_record(struct cloudflare *cloudflare, struct talk_records *records, const json_t *json,
                        struct arena *arena)
{
	const char *name = json_string_value(json_object_get(json, "name"));
	const char *type = json_string_value(json_object_get(json, "type"));
	const char *id = json_string_value(json_object_get(json, "id"));
	enum dns_type number = type ? dns_type_parse(type) : DNS_NONE;
	json_int_t ttl = json_integer_value(json_object_get(json, "ttl"));
	size_t before = records->n;
	const char *data;

	if (!name || !is_id(id) || !cloudflare_supports(number) || !(data = cloudflare_data(number, json, arena)))
		return true;
	if (!talk_add(records, name, number, ttl == 1 ? 0 : ttl, data, arena))
		return false;
	if (records->n == before)
		return true;
	if (cloudflare->n_entries == PROVIDER_RECORDS)
		return false;
	records->list[before].tag = cloudflare->n_entries;
	snprintf(cloudflare->entries[cloudflare->n_entries].id, ID, "%s", id);
	cloudflare->entries[cloudflare->n_entries++].proxied = json_is_true(json_object_get(json, "proxied"));
	return true;
}

static bool read_page(struct cloudflare *cloudflare, const struct provider_zone *zone, unsigned page,
                      struct talk_records *records, bool *ret_more, struct arena *arena, struct error *err)
{
	const char *path = arena_printf(arena, "/zones/%s/dns_records?per_page=%d&page=%u", zone->id, PAGE, page);
	_talk_answer_ answer = { 0 };
	const json_t *list, *record;
	size_t i;

	if (!path)
		return no_room(err);
	if (!ask(cloudflare, "GET", path, NULL, &answer, err))
		return false;
	list = json_object_get(answer.json, "result");
	if (!json_is_array(list))
		return error_set(err, ERR_BAD_REPLY, "Cloudflare says nothing of the zone's records.");
	json_array_foreach(list, i, record) if (!read_record(cloudflare, records, record, arena)) return error_set(
		err, ERR_TOO_LARGE, "The zone has too many records at Cloudflare.");
	*ret_more = json_array_size(list) > 0 && page < info(&answer, "total_pages");
	return true;
}

static bool read_records(void *self, const struct provider_zone *zone, struct arena *arena, struct dns_record **ret,
                         size_t *n, struct error *err)
{
	struct talk_records records = { .origin = arena_printf(arena, "%s.", zone->name) };
	struct cloudflare *cloudflare = self;
	bool more = true;

	cloudflare->n_entries = 0;
	cloudflare->entries = arena_alloc(arena, PROVIDER_RECORDS * sizeof(struct entry));
	if (!records.origin || !cloudflare->entries)
		return no_room(err);
	for (unsigned page = 1; more; page++) {
		if (page > PAGES)
			return error_set(err, ERR_TOO_LARGE, "The zone has too many records at Cloudflare.");
		if (!read_page(cloudflare, zone, page, &records, &more, arena, err))
			return false;
	}
	dns_sort(records.list, records.n);
	*ret = records.list;
	*n = records.n;
	return true;
}

/* Operations of one request. It runs deletes, patches and posts in this order, all or none. */
struct batch {
	struct cloudflare *cloudflare;
	const char *path;
	json_t *deletes, *patches, *posts;
	size_t n;
};

static void batch_done(struct batch *batch)
{
	json_decref(batch->deletes);
	json_decref(batch->patches);
	json_decref(batch->posts);
}

static void batch_begin(struct batch *batch)
{
	batch->deletes = json_array();
	batch->patches = json_array();
	batch->posts = json_array();
	batch->n = 0;
}

static bool batch_send(struct batch *batch, struct error *err)
{
	_talk_answer_ answer = { 0 };
	json_t *body;

	if (!batch->n)
		return true;
	body = json_pack("{s:O, s:O, s:O}", "deletes", batch->deletes, "patches", batch->patches, "posts",
	                 batch->posts);
	if (!body)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!ask(batch->cloudflare, "POST", batch->path, body, &answer, err))
		return false;
	batch_done(batch);
	batch_begin(batch);
	return true;
}

/* Takes json over. */
static bool batch_add(struct batch *batch, json_t *list, json_t *json, struct error *err)
{
	if (json_array_append_new(list, json) < 0)
		return error_set(err, ERR_INTERNAL, "out of memory");
	return ++batch->n < BATCH || batch_send(batch, err);
}

static const struct entry *entry_of(const struct batch *batch, const struct dns_record *record)
{
	return &batch->cloudflare->entries[record->tag];
}

static json_t *with_id(json_t *json, const char *id)
{
	if (json)
		json_object_set_new(json, "id", json_string(id));
	return json;
}

/* The place in before of a record with this data that nothing has been done with; n: there is none. */
static size_t find_free(const struct dns_set *before, const bool *used, const char *data)
{
	size_t i = 0;

	while (i < before->n && (used[i] || (data && strcmp(before->records[i].data, data) != 0)))
		i++;
	return i;
}

/* A record that is there becomes the one that is to be: what its people set beside it (the proxy) stays. */
static bool change_one(struct batch *batch, const struct dns_record *has, const struct dns_record *wants,
                       struct arena *arena, struct error *err)
{
	const struct entry *entry = entry_of(batch, has);
	json_t *json;

	if (strcmp(has->data, wants->data) == 0 && (has->ttl == wants->ttl || !has->ttl || entry->proxied))
		return true;
	json = with_id(cloudflare_json(wants, arena), entry->id);
	if (entry->proxied)
		json_object_del(json, "ttl");
	return batch_add(batch, batch->patches, json, err);
}

static bool post_one(struct batch *batch, const struct dns_record *wants, struct arena *arena, struct error *err)
{
	json_t *json = cloudflare_json(wants, arena);

	if (json && (wants->type == DNS_A || wants->type == DNS_AAAA || wants->type == DNS_CNAME))
		json_object_set_new(json, "proxied", json_false());
	return batch_add(batch, batch->posts, json, err);
}

/* First those that are the same, then what is left is made of what is left. */
static bool change_set(struct batch *batch, const struct dns_difference *one, struct arena *arena, struct error *err)
{
	bool *used = arena_alloc(arena, one->before.n + 1), *made = arena_alloc(arena, one->after.n + 1);

	if (!used || !made)
		return no_room(err);
	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < one->after.n; i++) {
			const struct dns_record *wants = &one->after.records[i];
			size_t at = made[i] ? one->before.n : find_free(&one->before, used, pass ? NULL : wants->data);

			if (made[i] || (!pass && at == one->before.n))
				continue;
			made[i] = true;
			if (at < one->before.n)
				used[at] = true;
			if (at < one->before.n ? !change_one(batch, &one->before.records[at], wants, arena, err)
			                       : !post_one(batch, wants, arena, err))
				return false;
		}
	for (size_t i = 0; i < one->before.n; i++)
		if (!used[i] && !batch_add(batch, batch->deletes,
		                           json_pack("{s:s}", "id", entry_of(batch, &one->before.records[i])->id), err))
			return false;
	return true;
}

static bool apply(void *self, const struct provider_zone *zone, const struct dns_difference *list, size_t n,
                  struct arena *arena, struct error *err)
{
	_cleanup_(batch_done) struct batch batch = { .cloudflare = self };

	batch.path = arena_printf(arena, "/zones/%s/dns_records/batch", zone->id);
	if (!batch.path)
		return no_room(err);
	batch_begin(&batch);
	for (unsigned pass = 0; pass < 2; pass++) /* sets that go, first: their names may get others */
		for (size_t i = 0; i < n; i++)
			if (!list[i].after.n == !pass && !change_set(&batch, &list[i], arena, err))
				return false;
	return batch_send(&batch, err);
}

static bool remove_zone(void *self, const struct provider_zone *zone, struct arena *arena, struct error *err)
{
	struct cloudflare *cloudflare = self;
	const char *path = arena_printf(arena, "/zones/%s", zone->id);
	_talk_answer_ answer = { 0 };

	if (!path)
		return no_room(err);
	if (!talk_ask(&cloudflare->talk, "DELETE", path, NULL, &answer, err))
		return false;
	return answer.status == 200 || answer.status == 404 || talk_refused(&cloudflare->talk, &answer, err);
}

static const struct provider_calls calls = { .open = open_self,
	                                     .close = close_self,
	                                     .verify = verify,
	                                     .find = find,
	                                     .read = read_records,
	                                     .apply = apply,
	                                     .remove = remove_zone };

const struct provider provider_cloudflare = { .kind = "cloudflare",
	                                      .title = "Cloudflare",
	                                      .least_ttl = LEAST_TTL,
	                                      .most_ttl = MOST_TTL,
	                                      .supports = cloudflare_supports,
	                                      .calls = &calls };
