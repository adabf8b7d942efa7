/* view: see view.h. */
#include "view.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/dns/name.h"
#include "lib/dns/rdata.h"

#include "names.h"

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the answer; ask for fewer");
}

static char *borrow(const char *text)
{
	return (char *)(uintptr_t)text;
}

char *view_id(const struct uuid *id, struct arena *arena)
{
	char text[UUID_TEXT] = "";

	return arena_strdup(arena, uuid_is_nil(id) ? text : uuid_format(id, text));
}

char *view_time(int64_t unix_ms, struct arena *arena)
{
	char text[CLOCK_RFC3339] = "";

	return arena_strdup(arena, unix_ms ? clock_rfc3339(unix_ms, text) : text);
}

static Stralix__V1__ZoneServer *server_view(const struct placement *node, const char *name_servers, struct arena *arena)
{
	Stralix__V1__ZoneServer *view = arena_alloc(arena, sizeof(*view));
	const char *name = name_server_of(name_servers, node->node_id, arena);

	if (!view || !name)
		return NULL;
	stralix__v1__zone_server__init(view);
	view->node_id = borrow(node->node_id);
	view->node_name = borrow(node->node_name);
	view->address = borrow(node->address);
	view->port = node->port;
	view->name_server = borrow(name);
	view->state = borrow(zone_state_name(node->state));
	view->message = borrow(node->message);
	view->serial = node->applied_serial;
	view->task_id = arena_strdup(arena, node->task_id);
	return view->task_id ? view : NULL;
}

/* What there is to know without looking further. */
static bool fill_provider(const struct placement *node, struct arena *arena, Stralix__V1__Zone *view)
{
	Stralix__V1__ZoneProvider *provider = arena_alloc(arena, sizeof(*provider));

	if (!provider)
		return false;
	stralix__v1__zone_provider__init(provider);
	provider->account_id = borrow(node->node_id);
	provider->account_name = borrow(node->node_name);
	provider->kind = borrow(node->provider->kind);
	provider->state = borrow(zone_state_name(node->state));
	provider->message = borrow(node->message);
	provider->serial = node->applied_serial;
	view->provider = provider;
	return true;
}

static bool fill_servers(const struct zone *zone, const char *name_servers_list, struct arena *arena,
                         Stralix__V1__Zone *view)
{
	const char *names[NAME_SERVERS];

	view->servers = arena_alloc(arena, (zone->n_nodes + 1) * sizeof(void *));
	view->name_servers = arena_alloc(arena, NAME_SERVERS * sizeof(char *));
	if (!view->servers || !view->name_servers)
		return false;
	if (zone_provider(zone)->calls)
		return fill_provider(&zone->nodes[0], arena, view);
	for (; view->n_servers < zone->n_nodes; view->n_servers++)
		if (!(view->servers[view->n_servers] =
		              server_view(&zone->nodes[view->n_servers], name_servers_list, arena)))
			return false;
	view->n_name_servers = name_servers(name_servers_list, zone, arena, names);
	for (size_t i = 0; i < view->n_name_servers; i++) {
		view->name_servers[i] = borrow(names[i]);
		view->name_servers[i][strlen(names[i]) - 1] = '\0';
	}
	return true;
}

static bool fill_texts(const struct zone *zone, struct arena *arena, Stralix__V1__Zone *view)
{
	char etag[ZONE_ETAG];

	view->name = borrow(zone->name);
	view->display_name = borrow(zone->display_name);
	view->message = borrow(zone->message);
	view->state = borrow(zone_state_name(zone->state));
	view->serving = borrow(zone_serving_name(zone->serving));
	view->settings = zone->settings;
	return (view->id = view_id(&zone->id, arena)) && (view->organisation_id = view_id(&zone->org, arena)) &&
	       (view->created_at = view_time(zone->created_ms, arena)) &&
	       (view->updated_at = view_time(zone->updated_ms, arena)) &&
	       (view->purge_at = view_time(zone->purge_ms, arena)) &&
	       (view->task_id = arena_strdup(arena, zone->task_id)) &&
	       (view->etag = arena_strdup(arena, zone_etag(zone, etag))) &&
	       (view->records_etag = arena_strdup(arena, zone_records_etag(zone, etag)));
}

bool zone_view(const struct zone *zone, const char *name_servers_list, struct arena *arena, Stralix__V1__Zone **ret,
               struct error *err)
{
	Stralix__V1__Zone *view = arena_alloc(arena, sizeof(*view));

	if (!view)
		return no_room(err);
	stralix__v1__zone__init(view);
	view->serial = zone->serial;
	view->records = zone->records;
	view->reverse = zone->reverse;
	view->dnssec = borrow(!zone->keys ? "off" : zone->keys == 1 ? "signed" : "rolling");
	if (!fill_texts(zone, arena, view) || !fill_servers(zone, name_servers_list, arena, view))
		return no_room(err);
	*ret = view;
	return true;
}

bool zone_target(const struct zone *zone, const struct placement *node, struct arena *arena, Stralix__V1__Target *ret,
                 struct error *err)
{
	stralix__v1__target__init(ret);
	ret->kind = borrow("zone");
	ret->name = borrow(zone->name);
	if (node)
		ret->node_id = borrow(node->node_id);
	if (!(ret->id = view_id(node ? &node->id : &zone->id, arena)) ||
	    !(ret->organisation_id = view_id(&zone->org, arena)) || !(ret->object_id = view_id(&zone->id, arena)))
		return no_room(err);
	return true;
}

char **zone_task_ids(const struct zone *zone, struct arena *arena, size_t *n)
{
	char **ids = arena_alloc(arena, (zone->n_nodes + 1) * sizeof(*ids));

	*n = 0;
	for (size_t i = 0; ids && i < zone->n_nodes; i++)
		if (zone->nodes[i].generation.n == zone->generation.n && *zone->nodes[i].task_id)
			ids[(*n)++] = borrow(zone->nodes[i].task_id);
	return ids;
}

bool zone_reply(const struct zone *zone, const char *name_servers_list, struct arena *arena,
                Stralix__V1__ZoneReply *ret, struct error *err)
{
	stralix__v1__zone_reply__init(ret);
	if (!zone_view(zone, name_servers_list, arena, &ret->zone, err))
		return false;
	ret->task_id = ret->zone->task_id;
	ret->task_ids = zone_task_ids(zone, arena, &ret->n_task_ids);
	return ret->task_ids || no_room(err);
}

static bool fill_fields(const struct dns_record *record, struct arena *arena, Stralix__V1__DnsRecord *view)
{
	const struct dns_type_row *type = dns_type_row(record->type);
	const char *members[DNS_MEMBERS] = { NULL };

	view->fields = arena_alloc(arena, DNS_MEMBERS * sizeof(void *));
	if (!view->fields || !type || !rdata_split(record->type, record->data, arena, members))
		return view->fields != NULL;
	for (size_t i = 0; i < dns_members(type); i++) {
		Stralix__V1__RecordField *field = arena_alloc(arena, sizeof(*field));

		if (!field)
			return false;
		stralix__v1__record_field__init(field);
		field->name = borrow(type->members[i].name);
		field->value = borrow(members[i] ? members[i] : "");
		view->fields[view->n_fields++] = field;
	}
	return true;
}

bool record_view(const struct dns_record *record, const struct row *row, const struct zone *zone, struct arena *arena,
                 Stralix__V1__DnsRecord **ret, struct error *err)
{
	Stralix__V1__DnsRecord *view = arena_alloc(arena, sizeof(*view));

	if (!view)
		return no_room(err);
	stralix__v1__dns_record__init(view);
	view->name = borrow(dns_name_relative(record->name, zone->origin, arena));
	view->type = borrow(dns_type_name(record->type));
	view->ttl = record->ttl;
	view->data = borrow(record->data);
	view->managed_by = borrow(row ? row->managed_by : "system");
	view->in_step = !row || row->in_step;
	view->default_ttl = row && !row->ttl;
	view->comment = borrow(row ? row->comment : "");
	view->message = borrow(row ? row->message : "");
	if (!view->name || !fill_fields(record, arena, view))
		return no_room(err);
	if (row && (!(view->id = view_id(&row->id, arena)) || !(view->owner_id = view_id(&row->owner, arena)) ||
	            !(view->updated_at = view_time(row->updated_ms, arena))))
		return no_room(err);
	*ret = view;
	return true;
}
