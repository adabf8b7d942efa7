/* format: one small function a format, and the table that names them. */
#include "lib/contract/format.h"

#include <arpa/inet.h>
#include <string.h>

#include "lib/base/uuid.h"

#include "domain.h"
#include "pem.h"
#include "url.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

enum { LOCAL_MAX = 64 };

/* Gives the normalised text, from the arena or as it is; NULL when it breaks the format. */
typedef const char *check_fn(const char *text, struct arena *arena);

static bool only(const char *text, const char *alphabet)
{
	return *text && !text[strspn(text, alphabet)];
}

static char *lower(const char *text, struct arena *arena)
{
	char *copy = arena_strdup(arena, text);

	for (char *c = copy; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
	return copy;
}

static const char *check_uuid(const char *text, struct arena *arena)
{
	struct uuid id;

	return uuid_parse(text, &id) ? lower(text, arena) : NULL;
}

static const char *check_id(const char *text, struct arena *arena)
{
	(void)arena;
	return only(text, LOWER DIGITS "-") && strlen(text) <= 63 ? text : NULL;
}

static bool is_local_part(const char *text, size_t size)
{
	if (!size || size > LOCAL_MAX || text[0] == '.' || text[size - 1] == '.')
		return false;
	for (size_t i = 0; i < size; i++)
		if (!strchr(LOWER DIGITS ".!#$%&'*+/=?^_`{|}~-", text[i]) || (text[i] == '.' && text[i + 1] == '.'))
			return false;
	return true;
}

static const char *check_email(const char *text, struct arena *arena)
{
	const char *copy = lower(text, arena), *at = copy ? strrchr(copy, '@') : NULL, *domain;

	if (!at || !is_local_part(copy, (size_t)(at - copy)))
		return NULL;
	domain = domain_normalise(at + 1, arena);
	return domain ? arena_printf(arena, "%.*s@%s", (int)(at - copy), copy, domain) : NULL;
}

static const char *check_password(const char *text, struct arena *arena)
{
	size_t size = strlen(text);

	(void)arena;
	return size >= 12 && size <= 128 && format_utf8_valid(text, size) ? text : NULL;
}

bool format_printable(uint32_t point)
{
	return point >= 0x20 && !(point >= 0x7F && point < 0xA0) && !(point >= 0x2028 && point <= 0x202E) &&
	       !(point >= 0x2060 && point <= 0x206F) && !(point >= 0xFFF9 && point <= 0xFFFB) && point != 0xFEFF &&
	       (point & 0xFFFE) != 0xFFFE;
}

static bool all_printable(const char *text, const char *also)
{
	size_t size = strlen(text), step;
	uint32_t point;

	for (; size; text += step, size -= step) {
		step = format_utf8_next(text, size, &point);
		if (!step || (!format_printable(point) && !(point < 0x20 && strchr(also, (int)point))))
			return false;
	}
	return true;
}

/* Spaces at the ends are nobody's intention. */
static const char *trimmed(const char *text, struct arena *arena)
{
	size_t size;

	text += strspn(text, " ");
	size = strlen(text);
	while (size && text[size - 1] == ' ')
		size--;
	return text[size] ? arena_strndup(arena, text, size) : text;
}

static const char *check_line(const char *text, struct arena *arena)
{
	return all_printable(text, "") ? trimmed(text, arena) : NULL;
}

static const char *check_note(const char *text, struct arena *arena)
{
	return all_printable(text, "\n\t") ? trimmed(text, arena) : NULL;
}

static const char *check_token(const char *text, struct arena *arena)
{
	(void)arena;
	return only(text, LOWER UPPER DIGITS "_.-") ? text : NULL;
}

static const char *check_cursor(const char *text, struct arena *arena)
{
	(void)arena;
	return only(text, LOWER UPPER DIGITS "_-") ? text : NULL;
}

static const char *check_word(const char *text, struct arena *arena)
{
	const char *word = *text == '-' ? text + 1 : text;

	(void)arena;
	return *word >= 'a' && *word <= 'z' && only(word, LOWER DIGITS "_.-") ? text : NULL;
}

static const char *check_ip(const char *text, struct arena *arena)
{
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	char out[INET6_ADDRSTRLEN];
	uint8_t address[16];

	if (inet_pton(family, text, address) != 1 || !inet_ntop(family, address, out, sizeof(out)))
		return NULL;
	return arena_strdup(arena, out);
}

/* 43 digits hold 258 bits: the last two must be zero, else a key had four spellings. */
static const char *check_public_key(const char *text, struct arena *arena)
{
	(void)arena;
	return only(text, LOWER UPPER DIGITS "_-") && strlen(text) == 43 && strchr("AEIMQUYcgkosw048", text[42]) ? text
	                                                                                                         : NULL;
}

static const char *check_subject(const char *text, struct arena *arena)
{
	size_t size = strlen(text);

	(void)arena;
	return only(text, LOWER UPPER DIGITS "_.-") && text[0] != '.' && text[size - 1] != '.' && !strstr(text, "..")
	               ? text
	               : NULL;
}

static const char *check_text(const char *text, struct arena *arena)
{
	(void)arena;
	return format_utf8_valid(text, strlen(text)) ? text : NULL;
}

static const char *check_permission(const char *text, struct arena *arena)
{
	size_t head = strspn(text, LOWER "_");

	(void)arena;
	return head && text[head] == ':' && only(text + head + 1, LOWER "_") ? text : NULL;
}

static const char *check_field_path(const char *text, struct arena *arena)
{
	(void)arena;
	return only(text, LOWER "_.") && text[0] != '.' && text[strlen(text) - 1] != '.' && !strstr(text, "..") ? text
	                                                                                                        : NULL;
}

static const char *check_php_version(const char *text, struct arena *arena)
{
	size_t size = strlen(text);

	(void)arena;
	return size >= 3 && size <= 5 && strspn(text, DIGITS) == 1 && text[1] == '.' && only(text + 2, DIGITS) ? text
	                                                                                                       : NULL;
}

static const char *check_certificate_name(const char *text, struct arena *arena)
{
	bool wild = strncmp(text, "*.", 2) == 0;
	const char *name = domain_normalise(text + (wild ? 2 : 0), arena);

	return name && wild ? arena_printf(arena, "*.%s", name) : name;
}

/* Syntax only: what a zone may hold is looked at by lib/dns. */
static const char *check_dns_name(const char *text, struct arena *arena)
{
	size_t size = strlen(text);

	for (size_t i = 0; i < size; i++)
		if (text[i] <= ' ' || text[i] > '~' || strchr("\"();@", text[i]) ||
		    (text[i] == '.' && text[i + 1] == '.'))
			return NULL;
	return size && text[size - 1] == '.' && (text[0] != '.' || size == 1) ? lower(text, arena) : NULL;
}

static const char *check_dns_type(const char *text, struct arena *arena)
{
	(void)arena;
	return *text >= 'A' && *text <= 'Z' && only(text, UPPER DIGITS) ? text : NULL;
}

static const char *check_dns_owner(const char *text, struct arena *arena)
{
	const char *line = check_line(text, arena);

	return line && *line && !strpbrk(line, " \"();") ? line : NULL;
}

static const char *check_zone_file(const char *text, struct arena *arena)
{
	(void)arena;
	return all_printable(text, "\n\r\t") ? text : NULL;
}

static check_fn *const checks[] = {
	[STRALIX__FORMAT__HOSTNAME] = domain_normalise,
	[STRALIX__FORMAT__UUID] = check_uuid,
	[STRALIX__FORMAT__ID] = check_id,
	[STRALIX__FORMAT__EMAIL] = check_email,
	[STRALIX__FORMAT__PASSWORD] = check_password,
	[STRALIX__FORMAT__LINE] = check_line,
	[STRALIX__FORMAT__NOTE] = check_note,
	[STRALIX__FORMAT__TOKEN] = check_token,
	[STRALIX__FORMAT__CURSOR] = check_cursor,
	[STRALIX__FORMAT__SEARCH] = check_line,
	[STRALIX__FORMAT__WORD] = check_word,
	[STRALIX__FORMAT__IP] = check_ip,
	[STRALIX__FORMAT__PUBLIC_KEY] = check_public_key,
	[STRALIX__FORMAT__SUBJECT] = check_subject,
	[STRALIX__FORMAT__TEXT] = check_text,
	[STRALIX__FORMAT__PERMISSION] = check_permission,
	[STRALIX__FORMAT__URL_PATH] = url_path,
	[STRALIX__FORMAT__REDIRECT_TARGET] = url_target,
	[STRALIX__FORMAT__SITE_FOLDER] = url_folder,
	[STRALIX__FORMAT__FILE_NAME] = url_file_name,
	[STRALIX__FORMAT__UPSTREAM] = url_upstream,
	[STRALIX__FORMAT__FIELD_PATH] = check_field_path,
	[STRALIX__FORMAT__ETAG] = check_token,
	[STRALIX__FORMAT__PHP_VERSION] = check_php_version,
	[STRALIX__FORMAT__DNS_ZONE] = domain_normalise,
	[STRALIX__FORMAT__DNS_NAME] = check_dns_name,
	[STRALIX__FORMAT__DNS_RDATA] = check_line,
	[STRALIX__FORMAT__DNS_TYPE] = check_dns_type,
	[STRALIX__FORMAT__DNS_OWNER] = check_dns_owner,
	[STRALIX__FORMAT__ZONE_FILE] = check_zone_file,
	[STRALIX__FORMAT__PEM] = pem_normalise,
	[STRALIX__FORMAT__CERTIFICATE_NAME] = check_certificate_name,
	/* MESSAGE and DIGEST are of bytes: contract_validate looks at their size. */
};

static const struct {
	const char *name, *words;
	size_t most;
} facts[] = {
#define FORMAT(name, most, least, format, pattern, words) [STRALIX__FORMAT__##name] = { #name, words, most },
#include "proto/stralix/formats.def"
#undef FORMAT
};

static bool is_known(Stralix__Format format)
{
	return (size_t)format < ARRAY_SIZE(facts) && facts[format].name;
}

bool format_check(Stralix__Format format, const char *text, struct arena *arena, const char **ret, const char **reason)
{
	const char *normal;

	*reason = format_words(format);
	if (!is_known(format) || !checks[format])
		return false;
	normal = checks[format](text, arena);
	if (!normal)
		return false;
	*ret = normal;
	return true;
}

const char *format_name(Stralix__Format format)
{
	return is_known(format) ? facts[format].name : "UNSET";
}

const char *format_words(Stralix__Format format)
{
	return is_known(format) ? facts[format].words : "This field has no format.";
}

size_t format_limit(Stralix__Format format)
{
	return is_known(format) ? facts[format].most : 0;
}
