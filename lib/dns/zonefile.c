/* zonefile: reading; see zonefile.h. */
#include "lib/dns/zonefile.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dns/name.h"
#include "lib/dns/rdata.h"

/* Owner, TTL, class and type come before the data. */
enum { WORDS = DNS_RDATA_WORDS + 4, FAULTS = 50, SCRATCH_MAX = 4 * ZONEFILE_MAX, CONTROL = 0x7f };

struct reader {
	const char *at, *end;
	const char *zone; /* with the dot, as all names here */
	char origin[DNS_NAME_MAX + 1];
	char owner[DNS_NAME_MAX + 1]; /* of the record before; empty: there was none, or it was refused */
	const char *kept_owner;       /* the same in the arena; NULL: not yet */
	bool owner_refused;           /* which was said */
	uint32_t ttl;
	bool fixed_ttl;       /* by $TTL */
	unsigned line, begin; /* of what is read, and of the entry's first line */
	bool blank;           /* the entry begins with a blank: the owner before */
	struct buf entry;
	struct dns_word words[WORDS];
	size_t n;
	struct arena *arena, *scratch; /* of what is given back, and of what is read now */
	struct zonefile *ret;
};

static void fault(struct reader *reader, const char *member, const char *format, ...) _printf_(3, 4);

static void fault(struct reader *reader, const char *member, const char *format, ...)
{
	if (reader->ret->n_faults == FAULTS)
		return;
	struct zonefile_fault *one = &reader->ret->faults[reader->ret->n_faults++];
	va_list args;

	one->line = reader->begin;
	snprintf(one->member, sizeof(one->member), "%s", member);
	va_start(args, format);
	vsnprintf(one->words, sizeof(one->words), format, args);
	va_end(args);
}

/* A backslash and what it makes mean itself, a line's end excepted. */
static void take_escape(struct reader *reader)
{
	buf_putc(&reader->entry, *reader->at++);
	if (reader->at < reader->end && *reader->at != '\n' && *reader->at)
		buf_putc(&reader->entry, *reader->at++);
}

/* From the quote to behind the one that ends it; a line's end ends it too, and words.c says that it has none. */
static void take_quoted(struct reader *reader)
{
	buf_putc(&reader->entry, *reader->at++);
	while (reader->at < reader->end && *reader->at != '\n') {
		char c = *reader->at;

		if (c == '\\') {
			take_escape(reader);
			continue;
		}
		if (!c)
			c = CONTROL;
		buf_putc(&reader->entry, c);
		reader->at++;
		if (c == '"')
			return;
	}
}

static void skip_comment(struct reader *reader)
{
	while (reader->at < reader->end && *reader->at != '\n')
		reader->at++;
}

/* One entry as one line, without comments and brackets. False: its brackets don't match, which is said. */
static bool next_entry(struct reader *reader)
{
	int depth = 0;

	buf_clear(&reader->entry);
	reader->begin = reader->line;
	reader->blank = *reader->at == ' ' || *reader->at == '\t';
	while (reader->at < reader->end) {
		char c = *reader->at;

		if (c == '"') {
			take_quoted(reader);
			continue;
		}
		if (c == '\\') {
			take_escape(reader);
			continue;
		}
		if (c == ';') {
			skip_comment(reader);
			continue;
		}
		reader->at++;
		if (c == '\n') {
			reader->line++;
			if (!depth)
				return true;
			c = ' ';
		} else if (c == '\r' && reader->at < reader->end && *reader->at == '\n') {
			continue;
		} else if (c == '(' || c == ')') {
			depth += c == '(' ? 1 : -1;
			c = ' ';
			if (depth < 0 || depth > 1) {
				fault(reader, "data", "This bracket has no partner.");
				skip_comment(reader);
				depth = 0;
				buf_clear(&reader->entry);
				continue;
			}
		} else if (!c) {
			c = CONTROL;
		}
		buf_putc(&reader->entry, c);
	}
	if (depth)
		fault(reader, "data", "A bracket has no end.");
	return depth == 0;
}

static void directive(struct reader *reader)
{
	const char *name = reader->words[0].text, *why = NULL;

	if (strcmp(name, "$TTL") == 0 && reader->n == 2) {
		reader->fixed_ttl = dns_word_seconds(reader->words[1].text, &reader->ttl);
		if (!reader->fixed_ttl)
			fault(reader, "ttl", "This is no time: write seconds, or units such as 1h.");
	} else if (strcmp(name, "$ORIGIN") == 0 && reader->n == 2) {
		const char *origin =
			dns_name(reader->words[1].text, reader->origin, DNS_NAME_ROOT, reader->scratch, &why);

		if (!origin)
			fault(reader, "name", "%s", why);
		else
			memcpy(reader->origin, origin, strlen(origin) + 1);
	} else {
		fault(reader, "directive", "Only $ORIGIN NAME and $TTL SECONDS are read; this is %.40s.", name);
	}
}

static bool same_word(const char *text, const char *word)
{
	size_t i = 0;

	for (; text[i] && word[i]; i++)
		if ((text[i] & ~0x20) != word[i])
			return false;
	return text[i] == word[i];
}

/* TTL and class, in either order. False: said. */
static bool take_ttl_and_class(struct reader *reader, size_t *at, uint32_t *ttl)
{
	bool class_given = false, ttl_given = false;

	*ttl = reader->ttl;
	for (; *at < reader->n; (*at)++) {
		const char *text = reader->words[*at].text;

		if (!class_given && same_word(text, "IN")) {
			class_given = true;
		} else if (same_word(text, "CH") || same_word(text, "HS") || same_word(text, "CS")) {
			fault(reader, "class", "Only class IN is kept.");
			return false;
		} else if (!ttl_given && *text >= '0' && *text <= '9') {
			ttl_given = true;
			if (!dns_word_seconds(text, ttl)) {
				fault(reader, "ttl", "This is no time: write seconds, or units such as 1h.");
				return false;
			}
		} else {
			break;
		}
	}
	if (ttl_given && !reader->fixed_ttl)
		reader->ttl = *ttl;
	return true;
}

static char upper(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return c;
}

static enum dns_type take_type(struct reader *reader, const char *text)
{
	char name[16];
	size_t size = strlen(text);

	if (size < sizeof(name)) {
		for (size_t i = 0; i <= size; i++)
			name[i] = upper(text[i]);
		enum dns_type type = dns_type_parse(name);
		if (type != DNS_NONE)
			return type;
		static const char *const made[] = {
			"RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY"
		};
		for (size_t i = 0; i < ARRAY_SIZE(made); i++) {
			if (strcmp(made[i], name) == 0) {
				fault(reader, "type", "Leave out %s: what belongs to signing is made here.", name);
				return DNS_NONE;
			}
		}
	}
	fault(reader, "type", "%.40s is no type of record that is kept here.", text);
	return DNS_NONE;
}

/* To reader->owner. False: there is none, which was said once. */
static bool take_owner(struct reader *reader, size_t *at)
{
	const char *why = NULL, *name;

	if (reader->blank) {
		if (!*reader->owner && !reader->owner_refused)
			fault(reader, "name", "The first record needs a name.");
		return *reader->owner != '\0';
	}
	name = dns_name(reader->words[(*at)++].text, reader->origin, DNS_NAME_WILDCARD, reader->scratch, &why);
	if (name && !dns_name_within(name, reader->zone)) {
		why = "This name is outside of the zone.";
		name = NULL;
	}
	reader->owner_refused = !name;
	if (!name)
		fault(reader, "name", "%s", why);
	if (!name || strcmp(name, reader->owner) != 0)
		reader->kept_owner = NULL;
	memcpy(reader->owner, name ? name : "", strlen(name ? name : "") + 1);
	return name != NULL;
}

/* Copies what is good to where it stays. */
static void keep(struct reader *reader, struct dns_record *one, const char *data)
{
	if (!reader->kept_owner)
		reader->kept_owner = arena_strdup(reader->arena, reader->owner);
	one->name = reader->kept_owner;
	one->data = arena_strdup(reader->arena, data);
	one->tag = reader->begin;
	if (one->name && one->data)
		reader->ret->n++;
	else
		fault(reader, "data", "out of memory");
}

static void record(struct reader *reader)
{
	struct dns_record *one = &reader->ret->records[reader->ret->n];
	struct rdata_fault why = { 0 };
	const char *data = NULL;
	size_t at = 0;

	if (!take_owner(reader, &at) || !take_ttl_and_class(reader, &at, &one->ttl))
		return;
	if (at == reader->n) {
		fault(reader, "type", "There is no type of record.");
		return;
	}
	if (reader->ret->n == ZONEFILE_RECORDS) {
		fault(reader, "name", "A file has at most %d records.", ZONEFILE_RECORDS);
		reader->at = reader->end;
		return;
	}
	one->type = take_type(reader, reader->words[at++].text);
	if (one->type == DNS_NONE)
		return;
	if (rdata_from_words(one->type, reader->words + at, reader->n - at, reader->origin, reader->scratch, &data,
	                     &why))
		keep(reader, one, data);
	else
		fault(reader, *why.member ? why.member : "data", "%s", why.words);
}

static void entry(struct reader *reader)
{
	_cleanup_(arena_freep) struct arena *scratch = arena_new(SCRATCH_MAX);
	const char *why = NULL;

	if (!scratch || buf_failed(&reader->entry)) {
		fault(reader, "data", "out of memory");
		return;
	}
	reader->scratch = scratch;
	if (!dns_words(reader->entry.data ? reader->entry.data : "", scratch, reader->words, WORDS, &reader->n, &why))
		fault(reader, "data", "%s", why);
	else if (reader->n && reader->words[0].text[0] == '$' && !reader->words[0].quoted)
		directive(reader);
	else if (reader->n)
		record(reader);
	reader->scratch = NULL;
}

bool zonefile_read(const char *text, size_t size, const char *origin, uint32_t ttl, struct arena *arena,
                   struct zonefile *ret)
{
	static const char mark[] = "\xEF\xBB\xBF"; /* UTF-8, says an editor */
	struct reader reader = { .at = text,
		                 .end = text + size,
		                 .zone = origin,
		                 .ttl = ttl,
		                 .line = 1,
		                 .begin = 1,
		                 .arena = arena,
		                 .ret = ret };

	*ret = (struct zonefile){ 0 };
	ret->faults = arena_alloc(arena, sizeof(*ret->faults) * FAULTS);
	ret->records = arena_alloc(arena, sizeof(*ret->records) * (ZONEFILE_RECORDS + 1));
	if (!ret->faults || !ret->records)
		return false;
	snprintf(reader.origin, sizeof(reader.origin), "%s", origin);
	if (size > ZONEFILE_MAX)
		fault(&reader, "data", "A file has at most %d bytes.", ZONEFILE_MAX);
	if (size >= sizeof(mark) - 1 && memcmp(text, mark, sizeof(mark) - 1) == 0)
		reader.at += sizeof(mark) - 1;
	while (size <= ZONEFILE_MAX && reader.at < reader.end && ret->n_faults < FAULTS)
		if (next_entry(&reader))
			entry(&reader);
	buf_done(&reader.entry);
	return ret->n_faults == 0;
}
