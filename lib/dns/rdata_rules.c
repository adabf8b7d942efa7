/* rdata_rules: what holds between the members of one record's data. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static bool is(const char *text, const char *value)
{
	return strcmp(text, value) == 0;
}

/* RFC 7505: "0 ." says that there is no mail. */
static bool mx(const struct dns_type_row *row, char *const members[static DNS_MEMBERS], struct rdata_fault *fault)
{
	return !is(members[1], ".") || is(members[0], "0") ||
	       rdata_refuse(fault, &row->members[0], "null_mx",
	                    "A record that refuses mail (target .) has priority 0.");
}

static bool digest(const struct dns_member *member, const char *hex, const char *type, const char *const types[],
                   const size_t bytes[], struct rdata_fault *fault)
{
	for (size_t i = 0; types[i]; i++)
		if (is(type, types[i]))
			return strlen(hex) == 2 * bytes[i] ||
			       rdata_refuse(fault, member, "length",
			                    "This has the wrong number of digits for its type.");
	return true;
}

static bool ds(const struct dns_type_row *row, char *const members[static DNS_MEMBERS], struct rdata_fault *fault)
{
	static const char *const types[] = { "1", "2", "4", NULL };
	static const size_t bytes[] = { 20, 32, 48 };

	if (is(members[2], "3"))
		return rdata_refuse(fault, &row->members[2], "digest_type", NULL);
	return digest(&row->members[3], members[3], members[2], types, bytes, fault);
}

/* RFC 8078 §4: "0 0 0 00" says that there is to be none. */
static bool cds(const struct dns_type_row *row, char *const members[static DNS_MEMBERS], struct rdata_fault *fault)
{
	if (is(members[0], "0") && is(members[1], "0") && is(members[2], "0") && is(members[3], "00"))
		return true;
	if (is(members[1], "0"))
		return rdata_refuse(fault, &row->members[1], "range", NULL);
	if (is(members[2], "0"))
		return rdata_refuse(fault, &row->members[2], "range", NULL);
	return ds(row, members, fault);
}

static bool cdnskey(const struct dns_type_row *row, char *const members[static DNS_MEMBERS], struct rdata_fault *fault)
{
	if (is(members[0], "0") && is(members[2], "0") && is(members[3], "AA=="))
		return true;
	if (!is(members[0], "256") && !is(members[0], "257"))
		return rdata_refuse(fault, &row->members[0], "range", NULL);
	return !is(members[2], "0") || rdata_refuse(fault, &row->members[2], "range", NULL);
}

static bool sshfp(const struct dns_type_row *row, char *const members[static DNS_MEMBERS], struct rdata_fault *fault)
{
	static const char *const types[] = { "1", "2", NULL };
	static const size_t bytes[] = { 20, 32 };

	if (is(members[0], "5"))
		return rdata_refuse(fault, &row->members[0], "algorithm", NULL);
	return digest(&row->members[2], members[2], members[1], types, bytes, fault);
}

static bool tlsa(const struct dns_type_row *row, char *const members[static DNS_MEMBERS], struct rdata_fault *fault)
{
	static const char *const types[] = { "1", "2", NULL };
	static const size_t bytes[] = { 32, 64 };

	return digest(&row->members[3], members[3], members[2], types, bytes, fault);
}

/* RFC 3402 §3.2: a delimiter, what is looked for, it again, what is put there (\1 is the first group of what was
 * found), it again, and "i" or nothing. */
static bool is_substitution(const char *text)
{
	unsigned delimiters = 0, groups = 0;
	char delimiter = *text;

	if (!delimiter || strchr("0123456789i\\", delimiter))
		return false;
	for (; *text && delimiters < 3; text++) {
		if (*text == '\\' && text[1]) {
			text++;
			if (delimiters == 2 && *text >= '0' && *text <= '9' &&
			    (*text == '0' || (unsigned)(*text - '0') > groups))
				return false;
		} else if (*text == delimiter) {
			delimiters++;
		} else if (*text == '(' && delimiters == 1) {
			groups++;
		}
	}
	return delimiters == 3 && (is(text, "") || is(text, "i"));
}

/* What a member in quotes means, as text; false without memory, or when a byte of it isn't printable ASCII. */
static bool decode(const char *member, struct buf *out)
{
	dns_word_decode(member + 1, out); /* it was made by dns_word_quote, with a quote at either end */
	if (buf_failed(out) || !out->size)
		return false;
	out->data[--out->size] = '\0';
	for (size_t i = 0; i < out->size; i++)
		if (out->data[i] < ' ' || out->data[i] > '~')
			return false;
	return true;
}

static bool naptr(const struct dns_type_row *row, char *const members[static DNS_MEMBERS], struct rdata_fault *fault)
{
	_cleanup_buf_ struct buf regexp = { 0 };

	if (!is(members[2], "\"\"") && (strlen(members[2]) != 3 || !strchr("SAUPsaup", members[2][1])))
		return rdata_refuse(fault, &row->members[2], "flags", NULL);
	if (is(members[4], "\"\""))
		return true;
	if (!is(members[5], "."))
		return rdata_refuse(fault, &row->members[4], "either",
		                    "There is a substitution or a replacement, not both.");
	return (decode(members[4], &regexp) && is_substitution(regexp.data)) ||
	       rdata_refuse(fault, &row->members[4], "substitution", NULL);
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Letters, digits and hyphens between them; what it takes, 0: there is none. */
static size_t take_label(const char *text)
{
	size_t size = 0;

	while (is_alnum(text[size]) || (size && text[size] == '-'))
		size++;
	return size && text[size - 1] == '-' ? 0 : size;
}

/* RFC 8659 §4.2: the name of an authority, or none, then parameters "; tag=value; tag=value". */
static bool is_issuer(const char *text)
{
	size_t size = 0;

	text += strspn(text, " ");
	while ((size = take_label(text)) > 0) {
		text += size;
		if (*text != '.')
			break;
		text++;
		if (!take_label(text))
			return false;
	}
	text += strspn(text, " ");
	if (*text == ';' && !text[1 + strspn(text + 1, " ")])
		return true;
	while (*text == ';') {
		text += 1 + strspn(text + 1, " ");
		size = take_label(text);
		text += size + strspn(text + size, " ");
		if (!size || *text != '=')
			return false;
		text += 1 + strspn(text + 1, " ");
		text += strcspn(text, "; ");
		text += strspn(text, " ");
	}
	return !*text;
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool caa_value(const struct dns_type_row *row, const char *tag, const char *member, struct rdata_fault *fault)
{
	_cleanup_buf_ struct buf buf = { 0 };

	if (!decode(member, &buf))
		return rdata_refuse(fault, &row->members[2], "value", NULL);
	const char *value = buf.data;
	if (is(tag, "iodef") && !starts(value, "mailto:") && !starts(value, "http://") && !starts(value, "https://"))
		return rdata_refuse(fault, &row->members[2], "iodef", "Enter a URL: mailto:…, http://… or https://….");
	if (starts(tag, "issue") && !is_issuer(value))
		return rdata_refuse(fault, &row->members[2], "issuer", NULL);
	if (is(tag, "contactemail") && (!strchr(value, '@') || strchr(value, ' ')))
		return rdata_refuse(fault, &row->members[2], "email", "Enter a mail address.");
	if (is(tag, "contactphone") && !strpbrk(value, "0123456789"))
		return rdata_refuse(fault, &row->members[2], "phone", "Enter a telephone number such as +1-555-0100.");
	return true;
}

static bool caa(const struct dns_type_row *row, char *const members[static DNS_MEMBERS], struct rdata_fault *fault)
{
	static const char *const tags[] = {
		"issue", "issuewild", "issuemail", "iodef", "contactemail", "contactphone"
	};

	if (!is(members[0], "0") && !is(members[0], "128"))
		return rdata_refuse(fault, &row->members[0], "flags", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (is(members[1], tags[i]))
			return caa_value(row, members[1], members[2], fault);
	return rdata_refuse(fault, &row->members[1], "tag", NULL);
}

/* RFC 9460 §2.4.2: an alias has no parameters, and an alias to its own name is none. */
static bool svcb(const struct dns_type_row *row, char *const members[static DNS_MEMBERS], struct rdata_fault *fault)
{
	if (!is(members[0], "0"))
		return true;
	return !*members[2] ||
	       rdata_refuse(fault, &row->members[2], "alias", "An alias (priority 0) has no parameters.");
}

bool rdata_rules(const struct dns_type_row *row, char *const members[static DNS_MEMBERS], struct rdata_fault *fault)
{
	static const struct {
		enum dns_type type;
		bool (*rule)(const struct dns_type_row *row, char *const members[static DNS_MEMBERS],
		             struct rdata_fault *fault);
	} rules[] = {
		{ DNS_MX, mx },       { DNS_DS, ds },           { DNS_SSHFP, sshfp }, { DNS_TLSA, tlsa },
		{ DNS_NAPTR, naptr }, { DNS_CAA, caa },         { DNS_SVCB, svcb },   { DNS_HTTPS, svcb },
		{ DNS_CDS, cds },     { DNS_CDNSKEY, cdnskey },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].type == row->type)
			return rules[i].rule(row, members, fault);
	return true;
}
