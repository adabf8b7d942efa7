/* edit: see edit.h. */
#include "edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dns/name.h"
#include "lib/dns/rdata.h"

enum { FIELD = 96 };

/* One change that is being made. */
struct edit {
	struct content *content;
	const struct zone *zone;
	struct complaints *complaints;
	const Stralix__V1__RecordChange *change;
	int place;
};

static void complain_at(const struct edit *edit, const char *member, const char *rule, const char *words)
{
	char field[FIELD];

	snprintf(field, sizeof(field), "changes[%d]%s", edit->place, member);
	complain(edit->complaints, field, rule, "%s", words);
}

static bool is_set(const struct row *row, const struct dns_record *record)
{
	return row->fate != ROW_GONE && row->type == record->type && strcmp(row->name, record->name) == 0;
}

static void below(const char *field, const char *member, char ret[static FIELD])
{
	snprintf(ret, FIELD, "%s.%s", field, member);
}

/* Values by name, in the order of the type. */
static const char *join(const Stralix__V1__RecordInput *input, const struct dns_type_row *row, const char *field,
                        struct complaints *complaints)
{
	const char *members[DNS_MEMBERS] = { NULL };
	char at[FIELD];

	for (size_t i = 0; i < input->n_fields; i++) {
		size_t member = 0;

		while (member < dns_members(row) && strcmp(row->members[member].name, input->fields[i]->name) != 0)
			member++;
		if (member < dns_members(row)) {
			members[member] = input->fields[i]->value;
			continue;
		}
		snprintf(at, sizeof(at), "%s.fields[%zu].name", field, i);
		complain(complaints, at, "field", "A record of type %s has no '%s'.", row->name,
		         input->fields[i]->name);
		return NULL;
	}
	return rdata_join(row->type, members, complaints->arena);
}

static bool read_data(const Stralix__V1__RecordInput *input, const struct dns_type_row *row, const char *origin,
                      const char *field, struct complaints *complaints, const char **ret)
{
	struct rdata_fault fault = { 0 };
	const char *text = input->data;
	char at[FIELD];

	below(field, "data", at);
	if (!*text && !input->n_fields) {
		complain(complaints, at, "required", "Enter the data of the record.");
		return false;
	}
	if (!*text && !(text = join(input, row, field, complaints)))
		return false;
	if (rdata_normalise(row->type, text, origin, complaints->arena, ret, &fault))
		return true;
	complain(complaints, at, fault.rule, "%s%s%s", fault.member, *fault.member ? ": " : "", fault.words);
	return false;
}

/* What only the service itself writes. */
static bool is_service_s(const struct dns_type_row *row, const char *name, const char *origin)
{
	return (row->flags & DNS_TYPE_OWN) || (row->type == DNS_NS && strcmp(name, origin) == 0);
}

bool edit_read(const Stralix__V1__RecordInput *input, const struct zone *zone, const char *field,
               struct complaints *complaints, struct dns_record *ret)
{
	const struct dns_type_row *row = dns_type_row(dns_type_parse(input->type));
	const char *why = NULL, *name, *data;
	char at[FIELD];

	name = dns_owner(input->name, zone->origin, complaints->arena, &why);
	if (!name) {
		below(field, "name", at);
		complain(complaints, at, "name", "%s", why);
	}
	if (!row) {
		below(field, "type", at);
		complain(complaints, at, "type", "There are no records of type %s here.", input->type);
	}
	if (!row || !name)
		return false;
	if (is_service_s(row, name, zone->origin)) {
		below(field, "type", at);
		complain(complaints, at, "own", "The %s record of the zone itself is the panel's own.", row->name);
		return false;
	}
	if (!read_data(input, row, zone->origin, field, complaints, &data))
		return false;
	*ret = (struct dns_record){ name, row->type, input->ttl, data, 0 };
	return true;
}

/* Whether the caller may touch these records at all. */
static bool is_limited_out(const struct edit *edit, const char *name, enum dns_type type)
{
	const struct content *content = edit->content;

	return content->limits &&
	       !limits_hold(content->limits, content->n_limits, &edit->zone->id, name, dns_type_name(type));
}

static bool may(const struct edit *edit, const struct dns_record *record)
{
	if (!is_limited_out(edit, record->name, record->type))
		return true;
	complain_at(edit, ".record.name", "limit", "This token is limited to other records.");
	return false;
}

static void fill(struct row *row, const struct dns_record *record, const char *comment, int place)
{
	row->name = record->name;
	row->type = record->type;
	row->ttl = record->ttl;
	row->data = record->data;
	row->comment = comment;
	row->change = place;
	if (row->fate == ROW_KEPT)
		row->fate = ROW_CHANGED;
}

static void add(const struct edit *edit, const struct dns_record *record)
{
	struct row *row = content_add(edit->content);

	if (row)
		fill(row, record, edit->change->record->comment, edit->place);
	else
		complain_at(edit, "", "count", "There are too many records.");
}

/* A row that was made and unmade by one change never was. */
static void drop(struct row *row, int place)
{
	row->fate = ROW_GONE;
	row->change = place;
}

/* The row that the change names; NULL: complained of. */
static struct row *named(const struct edit *edit)
{
	struct row *row = NULL;
	struct uuid id;

	if (uuid_parse(edit->change->record_id, &id))
		row = content_by_id(edit->content, &id);
	if (row && is_limited_out(edit, row->name, row->type))
		row = NULL;
	if (!row)
		complain_at(edit, ".recordId", "exists", "There is no such record in this zone any more.");
	else if (*row->managed_by)
		complain_at(edit, ".recordId", "managed", "This record belongs to something else; change it there.");
	return row && !*row->managed_by ? row : NULL;
}

/* The first of the set becomes the record, the others go. */
static void replace_set(const struct edit *edit, const struct dns_record *record)
{
	bool found = false;

	for (size_t i = 0; i < edit->content->n; i++) {
		struct row *row = &edit->content->rows[i];

		if (!is_set(row, record) || *row->managed_by)
			continue;
		if (found)
			drop(row, edit->place);
		else
			fill(row, record, edit->change->record->comment, edit->place);
		found = true;
	}
	if (!found)
		add(edit, record);
}

static void remove_set(const struct edit *edit, const struct dns_record *record, bool only_data)
{
	bool found = false;

	for (size_t i = 0; i < edit->content->n; i++) {
		struct row *row = &edit->content->rows[i];

		if (!is_set(row, record) || *row->managed_by || (only_data && strcmp(row->data, record->data) != 0))
			continue;
		drop(row, edit->place);
		found = true;
	}
	if (!found)
		complain_at(edit, ".record", "exists", "There is no such record of your own.");
}

/* Name and type, and the data when they are given. */
static bool read_target(const struct edit *edit, const Stralix__V1__RecordInput *input, struct dns_record *ret,
                        bool *ret_data)
{
	const char *why = NULL;
	char field[FIELD];

	snprintf(field, sizeof(field), "changes[%d].record", edit->place);
	*ret_data = *input->data || input->n_fields;
	if (*ret_data)
		return edit_read(input, edit->zone, field, edit->complaints, ret);
	*ret = (struct dns_record){
		.name = dns_owner(input->name, edit->zone->origin, edit->complaints->arena, &why),
		.type = dns_type_parse(input->type),
		.data = "",
	};
	if (!ret->name)
		complain_at(edit, ".record.name", "name", why);
	return ret->name != NULL;
}

static void remove_records(const struct edit *edit)
{
	struct dns_record record;
	struct row *row;
	bool data;

	if (*edit->change->record_id) {
		if ((row = named(edit)))
			drop(row, edit->place);
	} else if (!edit->change->record) {
		complain_at(edit, ".record", "required", "Say which record.");
	} else if (read_target(edit, edit->change->record, &record, &data) && may(edit, &record)) {
		remove_set(edit, &record, data);
	}
}

static void edit_one(const struct edit *edit)
{
	const Stralix__V1__RecordChange *change = edit->change;
	struct dns_record record;
	char field[FIELD];
	struct row *row;

	if (strcmp(change->op, "remove") == 0) {
		remove_records(edit);
		return;
	}
	if (strcmp(change->op, "add") != 0 && strcmp(change->op, "replace") != 0) {
		complain_at(edit, ".op", "op", "Use add, replace or remove.");
		return;
	}
	if (!change->record) {
		complain_at(edit, ".record", "required", "Give the record.");
		return;
	}
	snprintf(field, sizeof(field), "changes[%d].record", edit->place);
	if (!edit_read(change->record, edit->zone, field, edit->complaints, &record) || !may(edit, &record))
		return;
	if (strcmp(change->op, "add") == 0)
		add(edit, &record);
	else if (!*change->record_id)
		replace_set(edit, &record);
	else if ((row = named(edit)))
		fill(row, &record, change->record->comment, edit->place);
}

void edit_changes(struct content *content, const struct zone *zone, Stralix__V1__RecordChange *const *changes, size_t n,
                  struct complaints *complaints)
{
	for (size_t i = 0; i < n; i++) {
		const struct edit edit = { content, zone, complaints, changes[i], (int)i };

		edit_one(&edit);
	}
}

static bool is_there(const struct content *content, const struct dns_record *record)
{
	for (size_t i = 0; i < content->n; i++)
		if (is_set(&content->rows[i], record) && !*content->rows[i].managed_by &&
		    strcmp(content->rows[i].data, record->data) == 0)
			return true;
	return false;
}

void edit_add(struct content *content, const struct dns_record *record, struct complaints *complaints)
{
	struct row *row;

	if (is_there(content, record))
		return;
	if ((row = content_add(content)))
		fill(row, record, "", NO_CHANGE);
	else
		complain(complaints, "templateId", "count", "There are too many records.");
}

/* The row of a file's record, if it is there; its TTL is the file's. */
static struct row *same(struct content *content, const struct dns_record *record)
{
	for (size_t i = 0; i < content->n; i++) {
		struct row *row = &content->rows[i];

		if (is_set(row, record) && !*row->managed_by && row->change == NO_CHANGE &&
		    strcmp(row->data, record->data) == 0)
			return row;
	}
	return NULL;
}

/* What an exported file has of another service's records stays theirs. */
static bool is_managed(const struct content *content, const struct dns_record *record)
{
	for (size_t i = 0; i < content->n; i++)
		if (is_set(&content->rows[i], record) && *content->rows[i].managed_by && content->rows[i].in_step &&
		    strcmp(content->rows[i].data, record->data) == 0)
			return true;
	return false;
}

static uint32_t serial_of(const struct dns_record *soa, struct arena *arena)
{
	const char *members[DNS_MEMBERS] = { NULL };

	return rdata_split(DNS_SOA, soa->data, arena, members) ? (uint32_t)strtoul(members[2], NULL, 10) : 0;
}

void edit_zone_file(struct content *content, const struct zone *zone, const struct zonefile *file, bool replace,
                    uint32_t *ret_serial)
{
	size_t n = content->n;

	*ret_serial = 0;
	for (size_t i = 0; i < file->n; i++) {
		const struct dns_record *record = &file->records[i];
		struct row *row;

		if (is_service_s(dns_type_row(record->type), record->name, zone->origin)) {
			if (record->type == DNS_SOA)
				*ret_serial = serial_of(record, content->arena);
			continue;
		}
		if (is_managed(content, record))
			continue;
		row = same(content, record);
		if (!row && !(row = content_add(content)))
			return;
		if (row->fate == ROW_KEPT && (row->ttl ? row->ttl : zone_times(zone).ttl) == record->ttl)
			row->change = (int)record->tag; /* as it is */
		else
			fill(row, record, row->comment, (int)record->tag);
	}
	for (size_t i = 0; replace && i < n; i++)
		if (content->rows[i].change == NO_CHANGE && !*content->rows[i].managed_by)
			content->rows[i].fate = ROW_GONE;
}
