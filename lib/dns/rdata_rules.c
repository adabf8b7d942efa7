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

static bool naptr(const struct dns_type_row *row, char *const members[static DNS_MEMBERS], struct rdata_fault *fault)
{
	if (strlen(members[2]) == 3 && !strchr("SAUPsaup", members[2][1]))
		return rdata_refuse(fault, &row->members[2], "flags", NULL);
	if (!is(members[4], "\"\"") && !is(members[5], "."))
		return rdata_refuse(fault, &row->members[4], "either",
		                    "There is a substitution or a replacement, not both.");
	return true;
}

static bool caa_value(const struct dns_type_row *row, const char *tag, const char *value, struct rdata_fault *fault)
{
	if (is(tag, "iodef") && strncmp(value, "\"mailto:", 8) != 0 && strncmp(value, "\"http://", 8) != 0 &&
	    strncmp(value, "\"https://", 9) != 0)
		return rdata_refuse(fault, &row->members[2], "iodef", "Enter a URL: mailto:…, http://… or https://….");
	if (strncmp(tag, "issue", 5) == 0 &&
	    value[1 + strspn(value + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                                "0123456789.-; =:/_+%")] != '"')
		return rdata_refuse(fault, &row->members[2], "issuer", NULL);
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
		{ DNS_MX, mx },       { DNS_DS, ds },   { DNS_SSHFP, sshfp }, { DNS_TLSA, tlsa },
		{ DNS_NAPTR, naptr }, { DNS_CAA, caa }, { DNS_SVCB, svcb },   { DNS_HTTPS, svcb },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].type == row->type)
			return rules[i].rule(row, members, fault);
	return true;
}
