/* challenge: see challenge.h. */
#include "challenge.h"

#include <string.h>
#include <strings.h>

#include "lib/base/clock.h"

#include "stralix/v1/dns.pb-c.h"

#include "preflight.h"
#include "web.h"

#define KIND "acme"

enum { ASK_MS = 8000, TTL_S = 60, LABEL = 50 };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for challenges");
}

static const char *base_of(const char *name)
{
	return strncmp(name, "*.", 2) == 0 ? name + 2 : name;
}

/* Where the record would stand. *ret_away: the resolver doesn't say. */
static bool find_record(const char *resolver, const char *name, struct arena *arena, struct challenge *ret,
                        bool *ret_away, struct error *err)
{
	const char *own = arena_printf(arena, "_acme-challenge.%s.", base_of(name));

	return own ? preflight_alias(resolver, own, arena, &ret->record, ret_away, err) : no_room(err);
}

static bool ask_zones(struct service *service, const struct uuid *org, const struct challenge *challenges, unsigned n,
                      struct arena *arena, const Stralix__V1__FindZonesReply **ret, struct error *err)
{
	Stralix__V1__FindZonesRequest request;
	ProtobufCMessage *reply = NULL;
	char id[UUID_TEXT];

	stralix__v1__find_zones_request__init(&request);
	request.organisation_id = uuid_format(org, id);
	request.names = arena_alloc(arena, (n + 1) * sizeof(char *));
	if (!request.names)
		return no_room(err);
	for (; request.n_names < n; request.n_names++)
		request.names[request.n_names] = (char *)(uintptr_t)challenges[request.n_names].record;
	if (!service_rpc(service, "dns", "FindZones", NULL, "", &request.base,
	                 &stralix__v1__find_zones_reply__descriptor, ASK_MS, arena, &reply, err))
		return false;
	*ret = (const Stralix__V1__FindZonesReply *)(void *)reply;
	return (*ret)->n_zones == n || error_set(err, ERR_BAD_REPLY, "dns didn't answer for all names");
}

static bool is_one_of(const char *name, char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

/* Whether servers of a zone are known by their addresses: names have a dot behind them. */
static bool has_addresses(const Stralix__V1__FoundZone *zone)
{
	for (size_t i = 0; i < zone->n_name_servers; i++) {
		size_t size = strlen(zone->name_servers[i]);

		if (size && zone->name_servers[i][size - 1] != '.')
			return true;
	}
	return false;
}

/* Whether who is asked for a zone is one of its servers, by name, or by where the name leads. */
static bool is_server_of(const char *resolver, const char *server, const Stralix__V1__FoundZone *zone,
                         struct arena *arena, bool *ret, struct error *err)
{
	struct preflight place = { .n = 0 };

	*ret = is_one_of(server, zone->name_servers, zone->n_name_servers);
	if (*ret || !has_addresses(zone))
		return true;
	if (!preflight_ask(resolver, server, "", arena, &place, err))
		return false;
	for (unsigned i = 0; i < place.n && !*ret; i++)
		*ret = is_one_of(place.addresses[i], zone->name_servers, zone->n_name_servers);
	return true;
}

/* Whether the internet asks the servers of the zone that is here; the message says whom it asks instead. */
static bool check_servers(const char *resolver, const Stralix__V1__FoundZone *zone, struct arena *arena,
                          const char **ret_message, bool *ret_away, struct error *err)
{
	const char *servers[PREFLIGHT_ADDRESSES];
	bool known = !zone->n_name_servers;
	unsigned n = 0;

	*ret_message = "";
	if (!preflight_servers(resolver, zone->zone, arena, servers, &n, ret_away, err))
		return false;
	for (unsigned i = 0; i < n && !known; i++)
		if (!is_server_of(resolver, servers[i], zone, arena, &known, err))
			return false;
	*ret_away = *ret_away && !known;
	if (known)
		return true;
	if (*ret_away)
		*ret_message = arena_printf(arena, "who answers for %s can't be asked now: the resolver doesn't answer",
		                            zone->zone);
	else if (n)
		*ret_message = arena_printf(arena, "the zone %s is here, but the internet asks %s for it", zone->zone,
		                            servers[0]);
	else
		*ret_message = arena_printf(arena, "the zone %s is here, but its domain isn't delegated to %s",
		                            zone->zone, zone->name_servers[0]);
	return *ret_message || no_room(err);
}

/* The alias that would make it possible, into the organisation's oldest zone. */
static bool suggest(const char *name, const Stralix__V1__FoundZone *zone, struct arena *arena, struct challenge *ret)
{
	char *label = arena_strndup(arena, base_of(name), LABEL);
	size_t size = label ? strlen(label) : 0;

	while (size && (label[size - 1] == '.' || label[size - 1] == '-'))
		label[--size] = '\0';
	ret->alias_name = arena_printf(arena, "_acme-challenge.%s.", base_of(name));
	if (!label || !ret->alias_name)
		return false;
	for (char *c = label; *c; c++)
		*c = (char)(*c == '.' ? '-' : *c);
	if (zone)
		ret->alias_target = arena_printf(arena, "%s.acme.%s.", label, zone->zone);
	return ret->alias_target != NULL;
}

static bool judge(const char *resolver, const char *name, const Stralix__V1__FindZonesReply *reply, unsigned i,
                  struct arena *arena, struct challenge *ret, struct error *err)
{
	const Stralix__V1__FoundZone *zone = reply->zones[i];
	const char *base = base_of(name);

	if (*zone->zone_id) {
		if (!check_servers(resolver, zone, arena, &ret->message, &ret->away, err))
			return false;
		ret->zone = *ret->message ? "" : zone->zone;
		return true;
	}
	if (!suggest(name, reply->oldest, arena, ret))
		return no_room(err);
	if (strcmp(ret->record, ret->alias_name) != 0)
		ret->message =
			arena_printf(arena, "%s is an alias for %s, which is in no zone of the organisation here",
		                     ret->alias_name, ret->record);
	else if (*ret->alias_target)
		ret->message =
			arena_printf(arena,
		                     "%s is in no zone of the organisation here; where its DNS is, %s can be made "
		                     "a CNAME to %s",
		                     base, ret->alias_name, ret->alias_target);
	else
		ret->message = arena_printf(arena, "%s is in no zone of the organisation here", base);
	return ret->message || no_room(err);
}

/* Somebody who has to be asked is away: nothing is possible just now. */
static bool excuse(struct challenge *challenges, unsigned n, const char *words, struct error *err)
{
	for (unsigned i = 0; words && i < n; i++) {
		challenges[i].message = words;
		challenges[i].away = true;
	}
	return words || no_room(err);
}

bool challenge_find(struct service *service, const struct uuid *org, const char *const *names, unsigned n,
                    struct arena *arena, struct challenge *ret, struct error *err)
{
	const struct web_settings *settings = service_settings(service);
	const Stralix__V1__FindZonesReply *reply;
	struct error why = { 0 };
	bool away = false;

	for (unsigned i = 0; i < n; i++)
		ret[i] = (struct challenge){ "", "", "", "", "", false };
	for (unsigned i = 0; i < n; i++) {
		if (!find_record(settings->resolver, names[i], arena, &ret[i], &away, err))
			return false;
		if (away)
			return excuse(ret, n,
			              arena_printf(arena,
			                           "_acme-challenge.%s can't be looked up now: its name servers, "
			                           "or the resolver, don't answer",
			                           base_of(names[i])),
			              err);
	}
	if (!n)
		return true;
	if (!ask_zones(service, org, ret, n, arena, &reply, &why))
		return excuse(ret, n, arena_printf(arena, "zones can't be asked for now: %s", why.message), err);
	for (unsigned i = 0; i < n; i++)
		if (!judge(settings->resolver, names[i], reply, i, arena, &ret[i], err))
			return false;
	return true;
}

const char *challenge_line(const char *record, const char *value, struct arena *arena)
{
	return arena_printf(arena, "%s %s\n", record, value);
}

bool challenge_has(const char *records, const char *line)
{
	return records && strstr(records, line) != NULL;
}

static unsigned count_lines(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* "name value" as a TXT record. */
static bool add(Stralix__V1__PutManagedRecordsRequest *request, const char *line, size_t size, struct arena *arena)
{
	Stralix__V1__ManagedRecord *record = arena_alloc(arena, sizeof(*record));
	size_t name = strcspn(line, " ");

	if (!record)
		return false;
	stralix__v1__managed_record__init(record);
	record->name = arena_strndup(arena, line, name);
	record->type = arena_strdup(arena, "TXT");
	record->ttl = TTL_S;
	record->data = arena_printf(arena, "\"%.*s\"", (int)(size - name - 1), line + name + 1);
	request->records[request->n_records++] = record;
	return record->name && record->type && record->data;
}

static int64_t next_version(const struct certificate *certificate)
{
	int64_t now_ms = clock_unix_ms();

	return now_ms > certificate->records_version ? now_ms : certificate->records_version + 1;
}

bool challenge_tell(struct change *change, struct certificate *certificate, struct arena *arena, struct error *err)
{
	Stralix__V1__PutManagedRecordsRequest request;
	char owner[UUID_TEXT], org[UUID_TEXT], kind[] = KIND;

	stralix__v1__put_managed_records_request__init(&request);
	certificate->records_version = next_version(certificate);
	request.owner_kind = kind;
	request.owner_id = uuid_format(&certificate->id, owner);
	request.organisation_id = uuid_format(&certificate->org, org);
	request.version = (uint64_t)certificate->records_version;
	request.records = arena_alloc(arena, (count_lines(certificate->records) + 1) * sizeof(void *));
	if (!request.records)
		return no_room(err);
	for (const char *line = certificate->records; *line;) {
		size_t size = strcspn(line, "\n");

		if (!add(&request, line, size, arena))
			return no_room(err);
		line += size + 1;
	}
	return change_tell(change, "dns", "PutManagedRecords", &request.base, err);
}

bool challenge_drop(struct change *change, struct certificate *certificate, struct error *err)
{
	Stralix__V1__RemoveManagedRecordsRequest request;
	char owner[UUID_TEXT], kind[] = KIND;

	if (!certificate->records || !*certificate->records)
		return true;
	stralix__v1__remove_managed_records_request__init(&request);
	certificate->records = "";
	certificate->records_version = next_version(certificate);
	request.owner_kind = kind;
	request.owner_id = uuid_format(&certificate->id, owner);
	request.version = (uint64_t)certificate->records_version;
	return change_tell(change, "dns", "RemoveManagedRecords", &request.base, err);
}

static bool ask_records(struct service *service, const struct certificate *certificate, struct arena *arena,
                        const Stralix__V1__ManagedRecordsReply **ret, struct error *err)
{
	Stralix__V1__GetManagedRecordsRequest request;
	char owner[UUID_TEXT], kind[] = KIND;
	ProtobufCMessage *reply = NULL;

	stralix__v1__get_managed_records_request__init(&request);
	request.owner_kind = kind;
	request.owner_id = uuid_format(&certificate->id, owner);
	request.ask = true;
	if (!service_rpc(service, "dns", "GetManagedRecords", NULL, "", &request.base,
	                 &stralix__v1__managed_records_reply__descriptor, ASK_MS, arena, &reply, err))
		return error_wrap(err, "records of the certificate");
	*ret = (const Stralix__V1__ManagedRecordsReply *)(void *)reply;
	return true;
}

/* What people have to mend, or may want to know of: the worse of the two is told. */
static bool note_trouble(const Stralix__V1__ManagedRecordState *state, struct arena *arena, struct challenge_sight *ret)
{
	bool failed = !state->in_step || state->failed;

	if (!*state->message || ret->failed || (*ret->words && !failed))
		return true;
	ret->failed = failed;
	ret->words = arena_printf(arena, "%s: %s", state->name, state->message);
	return ret->words != NULL;
}

bool challenge_look(struct service *service, const struct certificate *certificate, struct arena *arena,
                    struct challenge_sight *ret, struct error *err)
{
	const Stralix__V1__ManagedRecordsReply *reply;

	*ret = (struct challenge_sight){ .words = "" };
	if (!ask_records(service, certificate, arena, &reply, err))
		return false;
	ret->stands = reply->n_records == count_lines(certificate->records); /* else our word is on its way yet */
	for (size_t i = 0; i < reply->n_records; i++) {
		ret->stands = ret->stands && reply->records[i]->shown;
		if (!reply->records[i]->served && !note_trouble(reply->records[i], arena, ret))
			return no_room(err);
	}
	return true;
}
