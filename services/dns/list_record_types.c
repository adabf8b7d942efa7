/* ListRecordTypes. What records there are, and what their data is made of. */
#include "lib/dns/type.h"

#include "dns.h"

enum { TYPES = 64 };

static const char *const kinds[] = {
	[DNS_U8] = "u8",         [DNS_U16] = "u16",           [DNS_U32] = "u32",         [DNS_TTL] = "ttl",
	[DNS_IPV4] = "ipv4",     [DNS_IPV6] = "ipv6",         [DNS_NAME] = "name",       [DNS_NAME_OR_ROOT] = "name",
	[DNS_HOST] = "host",     [DNS_HOST_OR_ROOT] = "host", [DNS_MAILBOX] = "mailbox", [DNS_TAG] = "tag",
	[DNS_STRING] = "string", [DNS_STRINGS] = "strings",   [DNS_HEX] = "hex",         [DNS_PARAMS] = "params",
	[DNS_BASE64] = "base64",
};

static char *borrow(const char *text)
{
	return (char *)(uintptr_t)text;
}

static Stralix__V1__RecordTypeField *field_view(const struct dns_member *member, struct arena *arena)
{
	Stralix__V1__RecordTypeField *view = arena_alloc(arena, sizeof(*view));

	if (!view)
		return NULL;
	stralix__v1__record_type_field__init(view);
	view->name = borrow(member->name);
	view->kind = borrow(kinds[member->kind]);
	view->least = member->least;
	view->most = member->most;
	view->words = borrow(member->words);
	return view;
}

static Stralix__V1__RecordType *type_view(const struct dns_type_row *row, struct arena *arena)
{
	Stralix__V1__RecordType *view = arena_alloc(arena, sizeof(*view));

	if (!view)
		return NULL;
	stralix__v1__record_type__init(view);
	view->name = borrow(row->name);
	view->apex_only = (row->flags & DNS_TYPE_APEX) != 0;
	view->fields = arena_alloc(arena, DNS_MEMBERS * sizeof(void *));
	for (size_t i = 0; view->fields && i < dns_members(row); i++)
		if (!(view->fields[view->n_fields++] = field_view(&row->members[i], arena)))
			return NULL;
	return view->fields ? view : NULL;
}

bool dns_list_record_types(struct call *call, const Stralix__V1__ListRecordTypesRequest *req, struct error *err)
{
	Stralix__V1__RecordType *list[TYPES];
	Stralix__V1__ListRecordTypesReply reply;

	(void)req;
	stralix__v1__list_record_types_reply__init(&reply);
	reply.types = list;
	for (const struct dns_type_row *row = dns_types; row->name && reply.n_types < TYPES; row++) {
		if (row->flags & DNS_TYPE_OWN)
			continue;
		if (!(list[reply.n_types++] = type_view(row, call_arena(call))))
			return error_set(err, ERR_TOO_LARGE, "no room for the list");
	}
	return call_reply(call, &reply.base, err);
}
