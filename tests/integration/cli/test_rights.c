/*
 * Rights on the bus, against a real nats-server set up by stralixctl: every identity is tried on the subjects of all
 * the others. What should happen is worked out here from the contract alone.
 */
#include <nats/nats.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clock.h"
#include "lib/contract/contract.h"
#include "lib/trust/cert.h"
#include "lib/trust/nkey.h"
#include "lib/trust/store.h"

#include "stralix/v1/contract.h"

#include "installation.h"

enum { SUBJECT = 160, SUBJECTS = 1024, CONNECT_TRIES = 4, FLUSH_MS = 5000 };

/* Who is tried: a process, or a node by the template. */
struct identity {
	const char *rights; /* row of contract_rights */
	const char *folder; /* below etc/ */
	const char *node;   /* fills {{name()}} */
};

static const struct identity identities[] = {
	{ "gateway", "gateway", NULL },
	{ "authz", "authz", NULL },
	{ "audit", "audit", NULL },
	{ "tasks", "tasks", NULL },
	{ "web", "web", NULL },
	{ "dns", "dns", NULL },
	{ "sre", "sre", NULL },
	{ "node", "agent-n1/link", "n1" },
	{ "node", "agent-n2/link", "n2" },
};

static const struct contract_rights *rights_of(const struct identity *identity)
{
	for (const struct contract_rights *row = contract_rights; row->process; row++)
		if (strcmp(row->process, identity->rights) == 0)
			return row;
	fail_msg("the contract knows no %s", identity->rights);
	return NULL;
}

/* The pattern as the server sees it for this identity. */
static void fill_name(const char *pattern, const char *node, char ret[static SUBJECT])
{
	const char *mark = strstr(pattern, "{{name()}}");

	if (!mark)
		snprintf(ret, SUBJECT, "%s", pattern);
	else
		snprintf(ret, SUBJECT, "%.*s%s%s", (int)(mark - pattern), pattern, node, mark + strlen("{{name()}}"));
}

/* A subject without wildcards that the pattern matches. */
static void make_concrete(const char *pattern, char ret[static SUBJECT])
{
	size_t used = 0;

	for (; *pattern != '\0' && used + 8 < SUBJECT; pattern++)
		if (*pattern == '*' || *pattern == '>')
			used += (size_t)snprintf(ret + used, SUBJECT - used, "%s", *pattern == '*' ? "x1" : "x1.y1");
		else
			ret[used++] = *pattern;
	ret[used] = '\0';
}

static bool matches(const char *pattern, const char *subject)
{
	for (;;) {
		size_t p = strcspn(pattern, "."), s = strcspn(subject, ".");

		if (strcmp(pattern, ">") == 0)
			return *subject != '\0';
		if ((p != 1 || *pattern != '*') && (p != s || memcmp(pattern, subject, p) != 0))
			return false;
		if (pattern[p] == '\0' || subject[s] == '\0')
			return pattern[p] == subject[s];
		pattern += p + 1;
		subject += s + 1;
	}
}

static bool may(const struct identity *identity, bool publish, const char *subject)
{
	const struct contract_rights *row = rights_of(identity);

	for (const char *const *p = publish ? row->publish : row->subscribe; *p; p++) {
		char pattern[SUBJECT];

		fill_name(*p, identity->node, pattern);
		if (matches(pattern, subject))
			return true;
	}
	return false;
}

/* One subject for each right of anybody, each once. */
struct subjects {
	char list[SUBJECTS][SUBJECT];
	size_t n;
};

static void add_subject(struct subjects *to, const char *subject)
{
	for (size_t i = 0; i < to->n; i++)
		if (strcmp(to->list[i], subject) == 0)
			return;
	assert_true(to->n < SUBJECTS);
	snprintf(to->list[to->n++], SUBJECT, "%s", subject);
}

static void collect(struct subjects *to)
{
	for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
		const struct contract_rights *row = rights_of(&identities[i]);
		const char *const *const lists[] = { row->publish, row->subscribe };

		for (size_t k = 0; k < ARRAY_SIZE(lists); k++)
			for (const char *const *p = lists[k]; *p; p++) {
				char pattern[SUBJECT], subject[SUBJECT];

				fill_name(*p, identities[i].node, pattern);
				make_concrete(pattern, subject);
				add_subject(to, subject);
			}
	}
}

/* How to connect; NULL: leave it out. */
struct door {
	const char *creds, *ca, *cert, *key, *host;
};

struct paths {
	char creds[128], ca[128], cert[128], key[128];
};

static struct door door_of(const struct test_installation *installation, const char *folder, struct paths *paths)
{
	snprintf(paths->creds, sizeof paths->creds, "%s/etc/%s/nats.creds", installation->dir, folder);
	snprintf(paths->cert, sizeof paths->cert, "%s/etc/%s/tls.crt", installation->dir, folder);
	snprintf(paths->key, sizeof paths->key, "%s/etc/%s/tls.key", installation->dir, folder);
	snprintf(paths->ca, sizeof paths->ca, "%s/pki/ca.crt", installation->dir);
	return (struct door){ paths->creds, paths->ca, paths->cert, paths->key, "nats.stralix.internal" };
}

static natsStatus connect_once(const struct test_installation *installation, const struct door *door,
                               natsConnection **ret)
{
	natsOptions *options = NULL;
	natsStatus s = natsOptions_Create(&options);

	if (s == NATS_OK)
		s = natsOptions_SetURL(options, installation->url);
	if (s == NATS_OK)
		s = natsOptions_SetAllowReconnect(options, false);
	if (s == NATS_OK)
		s = natsOptions_SetSecure(options, true);
	if (s == NATS_OK && door->ca)
		s = natsOptions_LoadCATrustedCertificates(options, door->ca);
	if (s == NATS_OK && door->cert)
		s = natsOptions_LoadCertificatesChain(options, door->cert, door->key);
	if (s == NATS_OK && door->host)
		s = natsOptions_SetExpectedHostname(options, door->host);
	if (s == NATS_OK && door->creds)
		s = natsOptions_SetUserCredentialsFromFiles(options, door->creds, NULL);
	if (s == NATS_OK)
		s = natsConnection_Connect(ret, options);
	natsOptions_Destroy(options);
	return s;
}

/* cnats 3.4.1 forgets one signature in 256, so a refusal must be had several times to count. */
static natsStatus try_door(const struct test_installation *installation, const struct door *door, natsConnection **ret)
{
	natsStatus s = NATS_ERR;

	for (int i = 0; i < CONNECT_TRIES && s != NATS_OK; i++)
		s = connect_once(installation, door, ret);
	return s;
}

static natsConnection *enter(const struct test_installation *installation, const char *folder)
{
	struct paths paths;
	struct door door = door_of(installation, folder, &paths);
	natsConnection *connection = NULL;

	if (try_door(installation, &door, &connection) != NATS_OK)
		fail_msg("%s can't connect: %s", folder, nats_GetLastError(NULL));
	return connection;
}

/* Whether the server let it pass. Its refusal comes before its answer to the flush, and names the subject. */
static bool passes(natsConnection *connection, bool publish, const char *subject)
{
	natsSubscription *subscription = NULL;
	const char *last = NULL;
	char quoted[SUBJECT + 2];

	if (publish)
		assert_int_equal(natsConnection_PublishString(connection, subject, ""), NATS_OK);
	else
		assert_int_equal(natsConnection_SubscribeSync(&subscription, connection, subject), NATS_OK);
	assert_int_equal(natsConnection_FlushTimeout(connection, FLUSH_MS), NATS_OK);
	natsConnection_GetLastError(connection, &last);
	snprintf(quoted, sizeof quoted, "\"%s\"", subject);
	natsSubscription_Destroy(subscription);
	return !last || !strstr(last, quoted) || !strstr(last, publish ? "Publish" : "Subscription");
}

static void try_all(natsConnection *connection, const struct identity *identity, bool publish,
                    const struct subjects *subjects)
{
	size_t allowed = 0;

	for (size_t i = 0; i < subjects->n; i++) {
		const char *subject = subjects->list[i];
		bool wanted = may(identity, publish, subject);

		if (passes(connection, publish, subject) != wanted)
			fail_msg("%s may %s %s, but the server says otherwise", identity->folder,
			         wanted ? (publish ? "publish" : "subscribe") : "not use", subject);
		allowed += wanted;
	}
	assert_in_range(allowed, 1, subjects->n - 1);
}

static void every_identity_has_its_own_subjects_and_no_other(void **state)
{
	const struct test_installation *installation = *state;
	struct subjects *subjects = calloc(1, sizeof *subjects);

	assert_non_null(subjects);
	collect(subjects);
	for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
		natsConnection *connection = enter(installation, identities[i].folder);

		try_all(connection, &identities[i], true, subjects);
		try_all(connection, &identities[i], false, subjects);
		natsConnection_Destroy(connection);
	}
	free(subjects);
}

/* To the server a right to "report.*" is one to "report.>" as well: it compares word by word, ">" being a word. */
static void nobody_listens_to_more_than_its_own(void **state)
{
	static const char *const wide[] = { ">",        "*.>",      "rpc.>",      "rpc.*.*", "node.>", "node.*.>",
		                            "report.>", "_INBOX.>", "_INBOX.*.>", "$SYS.>",  "$JS.>",  "*.*.*.*" };

	for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
		natsConnection *connection = enter(*state, identities[i].folder);

		for (size_t k = 0; k < ARRAY_SIZE(wide); k++)
			if (passes(connection, false, wide[k]) && !may(&identities[i], false, wide[k]))
				fail_msg("%s listens to %s", identities[i].folder, wide[k]);
		natsConnection_Destroy(connection);
	}
}

static void nobody_commands_the_server_or_empties_streams(void **state)
{
	static const char *const subjects[] = {
		"$SYS.REQ.CLAIMS.UPDATE",           "$SYS.REQ.CLAIMS.DELETE",      "$SYS.REQ.SERVER.PING",
		"$JS.API.STREAM.DELETE.EVENTS",     "$JS.API.STREAM.PURGE.EVENTS", "$JS.API.STREAM.CREATE.OTHER",
		"$JS.API.STREAM.MSG.DELETE.EVENTS",
	};

	for (size_t i = 0; i < ARRAY_SIZE(identities); i++) {
		natsConnection *connection = enter(*state, identities[i].folder);

		for (size_t k = 0; k < ARRAY_SIZE(subjects); k++)
			if (passes(connection, true, subjects[k]))
				fail_msg("%s publishes on %s", identities[i].folder, subjects[k]);
		natsConnection_Destroy(connection);
	}
}

static void the_system_user_may_push_accounts_and_nothing_in_the_application(void **state)
{
	struct test_installation *installation = *state;
	struct paths system, paths;
	struct door door = door_of(installation, "gateway", &paths);
	natsConnection *connection = NULL;

	door_of(installation, "sys", &system);
	door.creds = system.creds;
	assert_int_equal(try_door(installation, &door, &connection), NATS_OK);
	assert_true(passes(connection, true, "$SYS.REQ.SERVER.PING"));
	assert_false(passes(connection, true, "rpc.web.CreateWebsite"));
	assert_false(passes(connection, false, "node.n1.website.apply"));
	natsConnection_Destroy(connection);
}

static void assert_shut(const struct test_installation *installation, const struct door *door, const char *why)
{
	natsConnection *connection = NULL;

	if (try_door(installation, door, &connection) == NATS_OK)
		fail_msg("let in: %s", why);
}

static void certificate_and_credentials_are_both_demanded(void **state)
{
	const struct test_installation *installation = *state;
	struct paths paths, other;
	const struct door good = door_of(installation, "web", &paths), sre = door_of(installation, "sre", &other);
	struct door door = good;

	door.cert = door.key = NULL;
	assert_shut(installation, &door, "no client certificate");
	door = good;
	door.creds = NULL;
	assert_shut(installation, &door, "no credentials");
	door = good;
	door.host = "other.stralix.internal";
	assert_shut(installation, &door, "a server of another name");
	door = good;
	door.key = sre.key;
	assert_shut(installation, &door, "another's key");
}

static void another_authority_is_believed_by_neither_side(void **state)
{
	const struct test_installation *installation = *state;
	struct test_installation foreign;
	struct paths paths, others;
	const struct door good = door_of(installation, "web", &paths);
	struct door door = good, stranger;

	test_installation_make(&foreign);
	stranger = door_of(&foreign, "web", &others);
	door.cert = stranger.cert;
	door.key = stranger.key;
	assert_shut(installation, &door, "a client certificate of a foreign authority");
	door = good;
	door.ca = stranger.ca;
	assert_shut(installation, &door, "a server that our authority doesn't know");
	door = good;
	door.creds = stranger.creds;
	assert_shut(installation, &door, "credentials of a foreign operator");
	test_installation_drop(&foreign);
}

static struct nkey *read_seed(const struct test_installation *installation, const char *name)
{
	_cleanup_free_ char *seed = NULL;
	struct nkey *key = NULL;
	char path[128];

	snprintf(path, sizeof path, "%s/pki/%s.seed", installation->dir, name);
	assert_true(store_read(path, 256, &seed, NULL, NULL));
	assert_true(nkey_from_seed(seed, &key, NULL));
	return key;
}

/* Enters with credentials made here for a fresh user. */
static natsStatus enter_as(const struct test_installation *installation, const struct nkey *signer, const char *name,
                           const struct nats_rights *rights, natsConnection **ret)
{
	_cleanup_(nkey_freep) struct nkey *account = read_seed(installation, "account"), *user = nkey_new(NKEY_USER);
	_cleanup_free_ char *jwt = NULL, *text = NULL;
	struct paths paths;
	struct door door = door_of(installation, "web", &paths);
	char path[128];
	natsStatus s;

	jwt = nats_user_jwt(signer, nkey_public(user), name, nkey_public(account), rights, 0);
	text = nats_creds(jwt, user);
	snprintf(path, sizeof path, "%s/forged.creds", installation->dir);
	assert_true(store_write(path, text, strlen(text), 0600, NULL));
	door.creds = path;
	s = try_door(installation, &door, ret);
	unlink(path);
	return s;
}

static void the_node_key_signs_nothing_wider_than_the_template(void **state)
{
	static const char *const all[] = { ">", NULL };
	static const struct nats_rights everything = { all, all };
	_cleanup_(nkey_freep) struct nkey *nodes = read_seed(*state, "nodes");
	natsConnection *connection = NULL;

	if (enter_as(*state, nodes, "n1", &everything, &connection) == NATS_OK) {
		assert_false(passes(connection, true, "rpc.web.CreateWebsite"));
		assert_false(passes(connection, true, "node.n2.website.apply"));
		assert_false(passes(connection, false, "node.n2.website.apply"));
		natsConnection_Destroy(connection);
	}
}

static void a_key_that_the_account_does_not_name_signs_nobody(void **state)
{
	static const char *const all[] = { ">", NULL };
	static const struct nats_rights everything = { all, all };
	_cleanup_(nkey_freep) struct nkey *stranger = nkey_new(NKEY_ACCOUNT);
	natsConnection *connection = NULL;

	assert_int_not_equal(enter_as(*state, stranger, "web", &everything, &connection), NATS_OK);
}

static void a_user_without_rights_may_nothing(void **state)
{
	static const struct nats_rights nothing = { NULL, NULL };
	_cleanup_(nkey_freep) struct nkey *users = read_seed(*state, "users");
	natsConnection *connection = NULL;

	assert_int_equal(enter_as(*state, users, "web", &nothing, &connection), NATS_OK);
	assert_false(passes(connection, true, "event.a.b.c"));
	assert_false(passes(connection, false, "event.a.b.c"));
	natsConnection_Destroy(connection);
}

/* The account as an older contract would have it: nodes may only send heartbeats. */
static char *older_account(const struct test_installation *installation)
{
	static const char *const publish[] = { "heartbeat.{{name()}}", NULL };
	static const struct nats_rights template = { publish, NULL };
	_cleanup_(nkey_freep) struct nkey *op = read_seed(installation, "operator-signing");
	_cleanup_(nkey_freep) struct nkey *account = read_seed(installation, "account");
	_cleanup_(nkey_freep) struct nkey *users = read_seed(installation, "users");
	_cleanup_(nkey_freep) struct nkey *nodes = read_seed(installation, "nodes");

	return nats_account_jwt(op, nkey_public(account), "STRALIX", nkey_public(users), nkey_public(nodes), &template,
	                        true, clock_unix_ms() / 1000 - 100);
}

/* Puts another account JWT where the server finds it at its start. */
static void replace_account(const struct test_installation *installation, const char *jwt)
{
	_cleanup_free_ char *conf = NULL, *now = NULL, *changed = NULL;
	char path[128];
	const char *at;

	snprintf(path, sizeof path, "%s/nats/account.jwt", installation->dir);
	assert_true(store_read(path, 1 << 20, &now, NULL, NULL));
	assert_true(store_write(path, jwt, strlen(jwt), 0644, NULL));
	snprintf(path, sizeof path, "%s/nats/server.conf", installation->dir);
	assert_true(store_read(path, 1 << 20, &conf, NULL, NULL));
	at = strstr(conf, now);
	assert_non_null(at);
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - conf), conf, jwt, at + strlen(now)) > 0);
	assert_true(store_write(path, changed, strlen(changed), 0600, NULL));
}

static bool node_may_listen(const struct test_installation *installation)
{
	natsConnection *connection = enter(installation, "agent-n1/link");
	bool may_listen = passes(connection, false, "node.n1.website.apply");

	natsConnection_Destroy(connection);
	return may_listen;
}

static void another_contract_is_in_force_after_init_and_a_restart(void **state)
{
	struct test_installation own;
	_cleanup_free_ char *older = NULL, *out = NULL;

	(void)state;
	test_installation_make(&own);
	older = older_account(&own);
	replace_account(&own, older);
	test_installation_start(&own);
	assert_false(node_may_listen(&own));
	test_installation_stop(&own);
	assert_true(test_command(
		"init", (char *[]){ (char[]){ "--dir" }, own.dir, (char[]){ "--nats-port" }, own.port, NULL }, &out));
	assert_non_null(strstr(out, "/nats/account.jwt\n"));
	test_installation_start(&own);
	assert_true(node_may_listen(&own));
	test_installation_drop(&own);
}

static int start(void **state)
{
	struct test_installation *installation = calloc(1, sizeof *installation);

	if (!installation)
		return -1;
	test_installation_make(installation);
	test_installation_start(installation);
	*state = installation;
	return 0;
}

static int stop(void **state)
{
	test_installation_drop(*state);
	free(*state);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_identity_has_its_own_subjects_and_no_other),
		cmocka_unit_test(nobody_listens_to_more_than_its_own),
		cmocka_unit_test(nobody_commands_the_server_or_empties_streams),
		cmocka_unit_test(the_system_user_may_push_accounts_and_nothing_in_the_application),
		cmocka_unit_test(certificate_and_credentials_are_both_demanded),
		cmocka_unit_test(another_authority_is_believed_by_neither_side),
		cmocka_unit_test(the_node_key_signs_nothing_wider_than_the_template),
		cmocka_unit_test(a_key_that_the_account_does_not_name_signs_nobody),
		cmocka_unit_test(a_user_without_rights_may_nothing),
		cmocka_unit_test(another_contract_is_in_force_after_init_and_a_restart),
	};

	return cmocka_run_group_tests_name("rights", tests, start, stop);
}
