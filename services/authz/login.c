/* Limits of sign-in attempts: one row an address and one an account, each with a window that its first attempt starts.
 */
#include "login.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "authz.h"
#include "authz_sql.h"

static void ip_text(const char *ip, char *ret, size_t size)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, ip, &four) == 1) {
		inet_ntop(AF_INET, &four, ret, (socklen_t)size);
	} else if (inet_pton(AF_INET6, ip, &six) != 1) {
		snprintf(ret, size, "unknown");
	} else if (IN6_IS_ADDR_V4MAPPED(&six)) {
		inet_ntop(AF_INET, &six.s6_addr[12], ret, (socklen_t)size);
	} else {
		memset(&six.s6_addr[8], 0, 8);
		inet_ntop(AF_INET6, &six, ret, (socklen_t)size);
	}
}

void login_ip_key(const char *ip, char ret[static LOGIN_KEY])
{
	char text[INET6_ADDRSTRLEN];

	ip_text(ip, text, sizeof(text));
	snprintf(ret, LOGIN_KEY, "ip %s", text);
}

static void account_key(const char *email, char ret[static LOGIN_KEY])
{
	snprintf(ret, LOGIN_KEY, "account %s", email);
}

bool login_too_many(int64_t limit, int64_t attempts)
{
	return limit > 0 && attempts > limit;
}

/* Counts one attempt under a key; 0 is returned as retry_after_s when it is admitted. */
static bool count(struct tx *tx, const char *key, int64_t limit, unsigned *ret_after_s, bool *ret_first,
                  struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	*ret_after_s = 0;
	if (limit == 0)
		return true;
	if (!TX_RUN(tx, AUTHZ_WIDE_ATTEMPT_COUNT, &rows, err, DB_TEXT(key), DB_INT(AUTHZ_LOGIN_WINDOW_S)))
		return false;
	if (!login_too_many(limit, rows_int(rows, 0, 0)))
		return true;
	*ret_after_s = (unsigned)rows_int(rows, 0, 1);
	*ret_first = rows_int(rows, 0, 0) == limit + 1;
	return true;
}

bool login_admit(struct db *wide, const struct login_limits *limits, const char *ip, const char *email, bool *ret_first,
                 struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	char by_ip[LOGIN_KEY], by_account[LOGIN_KEY];
	unsigned after_s;

	login_ip_key(ip, by_ip);
	account_key(email, by_account);
	*ret_first = false;
	if (!tx_begin(wide, NULL, &tx, err) || !count(tx, by_ip, limits->per_ip, &after_s, ret_first, err) ||
	    (!after_s && !count(tx, by_account, limits->per_account, &after_s, ret_first, err)) || !tx_commit(&tx, err))
		return error_wrap(err, "count a sign-in");
	if (!after_s)
		return true;
	error_set(err, ERR_RATE_LIMITED, "Too many attempts to sign in. Try again in %u seconds.", after_s);
	err->retry_after_s = after_s;
	return false;
}

bool login_forgive(struct db *wide, const char *ip, const char *email, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	char by_ip[LOGIN_KEY], by_account[LOGIN_KEY];
	const char *const keys[] = { by_ip, by_account };

	login_ip_key(ip, by_ip);
	account_key(email, by_account);
	if (!tx_begin(wide, NULL, &tx, err) ||
	    !TX_RUN(tx, AUTHZ_WIDE_ATTEMPT_FORGIVE, NULL, err, DB_TEXTS(keys, ARRAY_SIZE(keys))) ||
	    !tx_commit(&tx, err))
		return error_wrap(err, "take back a counted sign-in");
	return true;
}
