/* settings: see settings.h. */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/contract/contract.h"
#include "lib/contract/php.h"
#include "lib/contract/reflect.h"

#define PREFIX "settings."
#define WELL_KNOWN "/.well-known/"

enum { SETTINGS_MAX = 256 * 1024, FIELD = 64 };

static const ProtobufCMessageDescriptor *const type = &stralix__v1__website_settings__descriptor;

static Stralix__V1__WebsiteSettings *fresh(struct arena *arena)
{
	Stralix__V1__WebsiteSettings *settings = arena_alloc(arena, sizeof(*settings));

	if (settings)
		stralix__v1__website_settings__init(settings);
	return settings;
}

bool settings_read(const void *data, size_t size, struct arena *arena, Stralix__V1__WebsiteSettings **ret,
                   struct error *err)
{
	ProtobufCMessage *message = NULL;

	if (size == 0) {
		*ret = fresh(arena);
		return *ret || error_set(err, ERR_TOO_LARGE, "no room for a website");
	}
	if (!contract_unpack(type, data, size, SETTINGS_MAX, arena, &message, err))
		return error_wrap(err, "settings of a website");
	*ret = (Stralix__V1__WebsiteSettings *)(void *)message;
	return true;
}

uint8_t *settings_pack(const Stralix__V1__WebsiteSettings *settings, size_t *ret_size)
{
	size_t size = settings ? protobuf_c_message_get_packed_size(&settings->base) : 0;
	uint8_t *bytes = malloc(size + 1);

	*ret_size = bytes && size ? protobuf_c_message_pack(&settings->base, bytes) : 0;
	return bytes;
}

bool settings_equal(const Stralix__V1__WebsiteSettings *a, const Stralix__V1__WebsiteSettings *b)
{
	size_t n, m;
	_cleanup_free_ uint8_t *x = settings_pack(a, &n), *y = settings_pack(b, &m);

	return x && y && n == m && memcmp(x, y, n) == 0;
}

/* One member as a whole: its value, and of a list how many there are. */
static void take(const ProtobufCFieldDescriptor *field, const Stralix__V1__WebsiteSettings *from,
                 Stralix__V1__WebsiteSettings *to)
{
	size_t size = field->label == PROTOBUF_C_LABEL_REPEATED ? sizeof(void *) : reflect_size(field->type);

	memcpy((char *)to + field->offset, (const char *)from + field->offset, size);
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		memcpy((char *)to + field->quantifier_offset, (const char *)from + field->quantifier_offset,
		       sizeof(size_t));
}

bool settings_merge(const Stralix__V1__WebsiteSettings *from, const Stralix__V1__WebsiteSettings *given,
                    char *const *mask, size_t n_mask, struct arena *arena, Stralix__V1__WebsiteSettings **ret,
                    struct error *err)
{
	Stralix__V1__WebsiteSettings *merged = fresh(arena), none;

	if (!merged)
		return error_set(err, ERR_TOO_LARGE, "no room for a website");
	stralix__v1__website_settings__init(&none);
	*merged = *from;
	for (size_t i = 0; i < n_mask; i++) {
		const ProtobufCFieldDescriptor *field = NULL;

		if (strncmp(mask[i], PREFIX, strlen(PREFIX)) == 0)
			field = protobuf_c_message_descriptor_get_field_by_name(type, mask[i] + strlen(PREFIX));
		if (!field)
			return error_field(err, "updateMask", "unknown", "There is no setting '%s'.", mask[i]);
		take(field, given ? given : &none, merged);
	}
	*ret = merged;
	return true;
}

static bool refuse(struct error *err, const char *list, size_t i, const char *member, const char *rule,
                   const char *words)
{
	char field[FIELD];

	snprintf(field, sizeof(field), PREFIX "%s[%zu]%s", list, i, member);
	return error_field(err, field, rule, "%s", words);
}

static bool check_aliases(const Stralix__V1__WebsiteSettings *settings, const char *domain, struct error *err)
{
	for (size_t i = 0; i < settings->n_aliases; i++) {
		if (strcmp(settings->aliases[i], domain) == 0)
			return refuse(err, "aliases", i, "", "repeated", "This is the website's own name.");
		for (size_t j = 0; j < i; j++)
			if (strcmp(settings->aliases[i], settings->aliases[j]) == 0)
				return refuse(err, "aliases", i, "", "repeated", "This name is given twice.");
	}
	return true;
}

static int hex(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* The next byte of a good path, an escape being what it stands for. */
static char next(const char **path)
{
	const char *c = *path;

	*path += *c == '%' ? 3 : 1;
	return (char)(*c == '%' ? hex(c[1]) << 4 | hex(c[2]) : *c);
}

/* What stands behind a prefix; NULL: the path begins otherwise. */
static const char *behind(const char *path, const char *prefix)
{
	while (*prefix)
		if (!*path || next(&path) != next(&prefix))
			return NULL;
	return path;
}

/* Whether a redirect's target is a path that it redirects as well. */
static bool leads_back(const Stralix__V1__Redirect *redirect)
{
	const char *rest = *redirect->to == '/' ? behind(redirect->to, redirect->from) : NULL;
	bool folder = redirect->from[strlen(redirect->from) - 1] == '/';

	if (*redirect->to == '/' && redirect->keep_path)
		return true;
	return rest && (!*rest || *rest == '?' || (redirect->below && (*rest == '/' || folder)));
}

/* A redirect answers before a password is asked for. */
static bool is_protected(const Stralix__V1__WebsiteSettings *settings, const char *path)
{
	for (size_t i = 0; i < settings->n_protected_folders; i++) {
		const char *folder = settings->protected_folders[i]->path, *rest = behind(behind(path, "/"), folder);

		if (!*folder || (rest && (!*rest || *rest == '/')))
			return true;
	}
	return false;
}

static bool check_redirect(const Stralix__V1__WebsiteSettings *settings, size_t i, struct error *err)
{
	static const unsigned statuses[] = { 0, 301, 302, 303, 307, 308 };
	const Stralix__V1__Redirect *redirect = settings->redirects[i];
	bool known = false;

	for (size_t s = 0; s < sizeof(statuses) / sizeof(statuses[0]); s++)
		known |= redirect->status == statuses[s];
	if (!known)
		return refuse(err, "redirects", i, ".status", "enum", "Use 301, 302, 303, 307 or 308.");
	if (behind(redirect->from, WELL_KNOWN))
		return refuse(err, "redirects", i, ".from", "reserved", "This path is needed for certificates.");
	if (is_protected(settings, redirect->from))
		return refuse(err, "redirects", i, ".from", "protected",
		              "What asks for a password can't be redirected.");
	if (leads_back(redirect))
		return refuse(err, "redirects", i, ".to", "loop", "This redirect would lead to itself.");
	for (size_t j = 0; j < i; j++) {
		const char *rest = behind(redirect->from, settings->redirects[j]->from);

		if (rest && !*rest && redirect->below == settings->redirects[j]->below)
			return refuse(err, "redirects", i, ".from", "repeated", "This path is redirected already.");
	}
	return true;
}

static bool check_lists(const Stralix__V1__WebsiteSettings *settings, struct error *err)
{
	for (size_t i = 0; i < settings->n_redirects; i++)
		if (!check_redirect(settings, i, err))
			return false;
	for (size_t i = 0; i < settings->n_error_pages; i++)
		for (size_t j = 0; j < i; j++)
			if (settings->error_pages[i]->status == settings->error_pages[j]->status)
				return refuse(err, "errorPages", i, ".status", "repeated",
				              "This status has a page already.");
	return true;
}

bool settings_check(const Stralix__V1__WebsiteSettings *settings, const char *domain, struct error *err)
{
	return check_aliases(settings, domain, err) && check_lists(settings, err) && php_check(settings->php, err);
}

const char *settings_certificate_mode(const Stralix__V1__WebsiteSettings *settings)
{
	if (!settings || !settings->https)
		return "automatic";
	if (settings->https->certificate == STRALIX__V1__HTTPS__CERTIFICATE__OWN)
		return "own";
	return settings->https->certificate == STRALIX__V1__HTTPS__CERTIFICATE__NONE ? "none" : "automatic";
}

bool settings_want_wildcard(const Stralix__V1__WebsiteSettings *settings)
{
	return settings && settings->https && settings->https->wildcard;
}

bool settings_has_alias(const Stralix__V1__WebsiteSettings *settings, const char *name)
{
	for (size_t i = 0; settings && i < settings->n_aliases; i++)
		if (strcmp(settings->aliases[i], name) == 0)
			return true;
	return false;
}
