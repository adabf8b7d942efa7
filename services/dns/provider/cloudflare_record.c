/* cloudflare_record: see cloudflare_record.h. */
#include "cloudflare_record.h"

#include <stdlib.h>
#include <string.h>

#include "lib/dns/rdata.h"

/*
 * Types that it has beside those with their text in "content" alone: what the members of types.def are called in
 * "data". number: the value is a JSON number. https://developers.cloudflare.com/api/resources/dns/subresources/records
 */
struct member {
	const char *name;
	bool number;
};

static const struct spelling {
	enum dns_type type;
	struct member members[DNS_MEMBERS];
} spellings[] = {
	{ DNS_SRV, { { "priority", true }, { "weight", true }, { "port", true }, { "target", false } } },
	{ DNS_CAA, { { "flags", true }, { "tag", false }, { "value", false } } },
	{ DNS_DS, { { "key_tag", true }, { "algorithm", true }, { "digest_type", true }, { "digest", false } } },
	{ DNS_SSHFP, { { "algorithm", true }, { "type", true }, { "fingerprint", false } } },
	{ DNS_TLSA, { { "usage", true }, { "selector", true }, { "matching_type", true }, { "certificate", false } } },
	{ DNS_NAPTR,
	  { { "order", true },
	    { "preference", true },
	    { "flags", false },
	    { "service", false },
	    { "regex", false },
	    { "replacement", false } } },
	{ DNS_SVCB, { { "priority", true }, { "target", false }, { "value", false } } },
	{ DNS_HTTPS, { { "priority", true }, { "target", false }, { "value", false } } },
};

static const struct spelling *spelling_of(enum dns_type type)
{
	for (size_t i = 0; i < ARRAY_SIZE(spellings); i++)
		if (spellings[i].type == type)
			return &spellings[i];
	return NULL;
}

bool cloudflare_supports(enum dns_type type)
{
	static const enum dns_type plain[] = { DNS_A, DNS_AAAA, DNS_CNAME, DNS_MX, DNS_NS, DNS_PTR, DNS_TXT };

	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		if (plain[i] == type)
			return true;
	return spelling_of(type) != NULL;
}

static const char *text_of(const json_t *value, struct arena *arena)
{
	if (json_is_integer(value))
		return arena_printf(arena, "%lld", (long long)json_integer_value(value));
	return json_is_string(value) ? arena_strdup(arena, json_string_value(value)) : NULL;
}

static const char *join_data(const struct spelling *spelling, const json_t *data, struct arena *arena)
{
	const char *members[DNS_MEMBERS] = { NULL };

	for (size_t i = 0; i < DNS_MEMBERS && spelling->members[i].name; i++)
		members[i] = text_of(json_object_get(data, spelling->members[i].name), arena);
	return rdata_join(spelling->type, members, arena);
}

const char *cloudflare_data(enum dns_type type, const json_t *record, struct arena *arena)
{
	const json_t *content = json_object_get(record, "content"), *data = json_object_get(record, "data");
	const struct spelling *spelling = spelling_of(type);

	if (spelling && json_object_size(data))
		return join_data(spelling, data, arena);
	if (!json_is_string(content))
		return NULL;
	if (type == DNS_MX)
		return arena_printf(arena, "%lld %s",
		                    (long long)json_integer_value(json_object_get(record, "priority")),
		                    json_string_value(content));
	return arena_strdup(arena, json_string_value(content));
}

/* Without the dot at the end, but for the root. */
static const char *dotless(const char *text, struct arena *arena)
{
	size_t size = strlen(text);

	return arena_strndup(arena, text, size - (size > 1 && text[size - 1] == '.'));
}

static json_t *data_json(const struct spelling *spelling, const struct dns_record *record, struct arena *arena)
{
	const char *members[DNS_MEMBERS] = { NULL };
	json_t *data = json_object();

	if (!rdata_split(record->type, record->data, arena, members)) {
		json_decref(data);
		return NULL;
	}
	for (size_t i = 0; i < DNS_MEMBERS && spelling->members[i].name; i++) {
		const char *text = members[i] ? members[i] : "";
		bool name = strcmp(spelling->members[i].name, "target") == 0;

		json_object_set_new(data, spelling->members[i].name,
		                    spelling->members[i].number ? json_integer(strtoll(text, NULL, 10))
		                                                : json_string(name ? dotless(text, arena) : text));
	}
	return data;
}

json_t *cloudflare_json(const struct dns_record *record, struct arena *arena)
{
	const struct spelling *spelling = spelling_of(record->type);
	const char *name = dotless(record->name, arena), *content;
	json_t *json = name ? json_pack("{s:s, s:s, s:I}", "type", dns_type_name(record->type), "name", name, "ttl",
	                                (json_int_t)record->ttl)
	                    : NULL;
	char *end = NULL;

	if (!json)
		return NULL;
	if (spelling) {
		json_object_set_new(json, "data", data_json(spelling, record, arena));
		return json;
	}
	content = record->data;
	if (record->type == DNS_MX) {
		json_object_set_new(json, "priority", json_integer(strtol(content, &end, 10)));
		content = end + (*end == ' ');
	}
	if (record->type == DNS_MX || record->type == DNS_CNAME || record->type == DNS_NS || record->type == DNS_PTR)
		content = dotless(content, arena);
	json_object_set_new(json, "content", json_string(content ? content : ""));
	return json;
}
