/* The chain in a real PostgreSQL: it is one, however many append, and whatever is done to it is found. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/audit/verify.h"

#include "audit_sql.h"
#include "schema.h"
#include "services/audit/chain.h"
#include "services/audit/store.h"
#include "tamper_sql.h"

#define BAKERY "0192f000-0000-7000-8000-00000000000a"

enum { LINKS = 40, MIDDLE = 20, ROUNDS = 10000, COPIES = 4, EACH = 50, TEXT_COLUMNS = 14 };

struct fixture {
	struct postgres *postgres;
	struct db *own, *wide, *super;
	struct token_key *key;
	uint8_t public[TOKEN_KEY];
};

static int set_up(void **state)
{
	const struct db_query *const more[] = { verify_queries, NULL };
	struct fixture *f = calloc(1, sizeof(*f));

	f->postgres = postgres_new();
	schema_make(f->postgres, "audit");
	schema_migrate(f->postgres, "audit", audit_migrations);
	f->own = schema_open(f->postgres, "audit", "audit", (struct db_options){ .queries = audit_queries });
	f->wide = schema_open(f->postgres, "audit", "audit_wide",
	                      (struct db_options){ .queries = audit_queries_wide, .more_queries = more });
	f->super = schema_open(f->postgres, "audit", "postgres",
	                       (struct db_options){ .queries = tamper_queries, .more_queries = more });
	f->key = token_key_new();
	token_key_public(f->key, f->public);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	db_free(f->own);
	db_free(f->wide);
	db_free(f->super);
	postgres_free(f->postgres);
	token_key_free(f->key);
	free(f);
	return 0;
}

static int empty(void **state)
{
	struct fixture *f = *state;

	postgres_psql(f->postgres, "set session_replication_role = replica;"
	                           "truncate audit.records, audit.chain, audit.checkpoints");
	return 0;
}

static bool add(struct fixture *f, int n, struct error *err)
{
	char id[UUID_TEXT], after[32], at[] = "2026-11-24T17:38:00.123Z", service[] = "web", outcome[] = "success";
	char actor[] = "0192f000-0000-7000-8000-0000000000aa", name[] = "cleo@bakery.example", ip[] = "192.0.2.1";
	char request[] = "0192f000-0000-7000-8000-0000000000bb", action[] = "website.create", kind[] = "website";
	char target_id[] = "0192f000-0000-7000-8000-0000000000ff",
	     site[] = "b\xc3\xbc"
		      "cher.example",
	     org[] = BAKERY, node[] = "n1";
	Stralix__V1__Target target;
	Stralix__V1__Record record;

	stralix__v1__target__init(&target);
	stralix__v1__record__init(&record);
	snprintf(id, sizeof(id), "0192f000-0000-7000-8000-%012d", n);
	snprintf(after, sizeof(after), "{\"n\":%d}", n);
	at[22] = (char)('0' + n % 10);
	record.id = id;
	record.at = at;
	record.service = service;
	record.action = action;
	record.actor_id = actor;
	record.actor_name = name;
	record.source_ip = ip;
	record.request_id = request;
	record.after = after;
	record.outcome = outcome;
	target.kind = kind;
	target.id = target_id;
	target.name = site;
	target.organisation_id = org;
	target.node_id = node;
	record.target = n % 7 ? &target : NULL; /* some are of no organisation */
	return record_insert(f->own, &record, err);
}

static void fill(struct fixture *f, int from, int to)
{
	struct error err = { 0 };

	for (int n = from; n <= to; n++)
		if (!add(f, n, &err))
			fail_msg("%s", err.message);
}

static void sign(struct fixture *f, char token[static TOKEN_MAX])
{
	struct error err = { 0 };

	if (!chain_checkpoint(f->own, f->key, token, &err))
		fail_msg("%s", err.message);
}

static void say(void *arg, int64_t position, const char *record_id, const char *text)
{
	snprintf(arg, 256, "%d %s %s", (int)position, record_id, text);
}

static uint64_t verify_in(struct fixture *f, struct tx *tx, const struct checkpoint *kept, char words[static 256],
                          struct verify_result *ret)
{
	const struct verify_options options = {
		.key = f->public, .kept = kept, .n_kept = kept ? 1 : 0, .fault = say, .arg = words
	};
	struct error err = { 0 };

	words[0] = '\0';
	if (!verify_chain(tx, &options, ret, &err))
		fail_msg("%s", err.message);
	return ret->faults;
}

static uint64_t verify(struct fixture *f, struct db *db, char words[static 256], struct verify_result *ret)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct error err = { 0 };

	if (!tx_begin(db, NULL, &tx, &err))
		fail_msg("%s", err.message);
	return verify_in(f, tx, NULL, words, ret);
}

static void whole(struct fixture *f, uint64_t links)
{
	struct verify_result result;
	char words[256];

	if (verify(f, f->wide, words, &result))
		fail_msg("%s", words);
	assert_int_equal(result.links, links);
}

static void an_empty_chain_is_whole(void **state)
{
	char token[TOKEN_MAX];

	whole(*state, 0);
	sign(*state, token);
	assert_string_equal(token, "");
}

static void records_are_linked_once_as_they_come(void **state)
{
	char token[TOKEN_MAX], again[TOKEN_MAX];
	struct verify_result result;
	char words[256];

	fill(*state, 1, 3);
	fill(*state, 2, 5);
	whole(*state, 5);
	sign(*state, token);
	sign(*state, again);
	assert_string_equal(again, "");
	assert_int_equal(verify(*state, ((struct fixture *)*state)->wide, words, &result), 0);
	assert_int_equal(result.newest.position, 5);
	assert_string_equal(result.newest_token, token);
}

struct copy {
	struct fixture *f;
	int from;
	struct error err;
};

static void *append_many(void *arg)
{
	struct copy *copy = arg;

	for (int n = copy->from; n < copy->from + EACH; n++)
		if (!add(copy->f, n, &copy->err))
			break;
	return NULL;
}

static void many_at_once_make_one_chain(void **state)
{
	struct copy copies[COPIES] = { 0 };
	pthread_t threads[COPIES];

	for (int i = 0; i < COPIES; i++) {
		/* Neighbours send half of the same records. */
		copies[i] = (struct copy){ .f = *state, .from = 1 + i * EACH / 2 };
		assert_int_equal(pthread_create(&threads[i], NULL, append_many, &copies[i]), 0);
	}
	for (int i = 0; i < COPIES; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < COPIES; i++)
		if (copies[i].err.code != ERR_NONE)
			fail_msg("%s", copies[i].err.message);
	whole(*state, (COPIES + 1) * EACH / 2);
}

static void records_from_before_the_chain_are_linked_once(void **state)
{
	struct fixture *f = *state;
	struct error err = { 0 };
	int64_t last = 0;

	fill(f, 1, 5);
	postgres_psql(f->postgres, "set session_replication_role = replica; truncate audit.chain");
	for (int i = 0; i < 2; i++)
		if (!chain_adopt(f->own, f->wide, 0, &last, &err))
			fail_msg("%s", err.message);
	assert_true(last >= 5);
	whole(f, 5);
	fill(f, 6, 7);
	whole(f, 7);
}

static void a_chain_made_anew_is_not_what_was_signed(void **state)
{
	struct fixture *f = *state;
	struct verify_result result;
	char words[256], token[TOKEN_MAX];
	struct error err = { 0 };
	int64_t last;

	fill(f, 1, 5);
	sign(f, token);
	postgres_psql(f->postgres,
	              "set session_replication_role = replica; truncate audit.chain;"
	              "update audit.records set outcome = 'failed' where seq = (select min(seq) from audit.records)");
	if (!chain_adopt(f->own, f->wide, 0, &last, &err))
		fail_msg("%s", err.message);
	assert_int_equal(verify(f, f->wide, words, &result), 1);
	assert_non_null(strstr(words, "made anew"));
}

static void a_checkpoint_of_another_key_is_none(void **state)
{
	_cleanup_(token_key_freep) struct token_key *other = token_key_new();
	struct fixture *f = *state;
	struct verify_result result;
	char words[256], token[TOKEN_MAX];
	struct error err = { 0 };

	fill(f, 1, 2);
	assert_true(chain_checkpoint(f->own, other, token, &err));
	assert_int_equal(verify(f, f->wide, words, &result), 1);
	assert_non_null(strstr(words, "signature"));
}

static void the_service_may_not_touch_the_chain(void **state)
{
	struct fixture *f = *state;
	char token[TOKEN_MAX];

	fill(f, 1, 1);
	sign(f, token);
	postgres_psql(f->postgres, "do $$ declare command text; who text; begin"
	                           " foreach who in array array['audit', 'audit_wide', 'audit_owner', 'postgres'] loop"
	                           "  foreach command in array array['update audit.chain set version = 2',"
	                           "   'delete from audit.chain', 'truncate audit.chain',"
	                           "   'update audit.checkpoints set token = token',"
	                           "   'delete from audit.checkpoints', 'truncate audit.checkpoints'] loop"
	                           "   begin"
	                           "    execute format('set local role %I', who);"
	                           "    execute command;"
	                           "    raise exception 'done' using errcode = 'ZZ001';"
	                           "   exception when insufficient_privilege then null; end;"
	                           "   reset role;"
	                           "  end loop;"
	                           " end loop;"
	                           " end $$");
	whole(f, 1);
}

/* What is done, with which of the parameters. */
struct tampering {
	unsigned query;
	unsigned params; /* 0: none, 1: a position, 2: and another or an amount, 4: a column and a text as well */
	bool hidden;     /* only who kept a checkpoint elsewhere can know */
	unsigned weight;
};

static const struct tampering tamperings[] = {
	{ TAMPER_EDIT_TEXT, 4, false, 8 },
	{ TAMPER_EDIT_TIME, 2, false, 2 },
	{ TAMPER_EDIT_STORED, 2, false, 1 },
	{ TAMPER_EDIT_ORG, 1, false, 1 },
	{ TAMPER_EDIT_TARGET, 1, false, 1 },
	{ TAMPER_EDIT_MOVE_TEXT, 1, false, 1 },
	{ TAMPER_DELETE_RECORD, 1, false, 2 },
	{ TAMPER_DELETE_LINK, 1, false, 2 },
	{ TAMPER_DELETE_BOTH, 1, false, 2 },
	{ TAMPER_DELETE_AND_CLOSE, 1, false, 2 },
	{ TAMPER_SWAP_RECORDS, 2, false, 2 },
	{ TAMPER_SWAP_CONTENT, 2, false, 2 },
	{ TAMPER_SWAP_LINKS, 2, false, 2 },
	{ TAMPER_CUT_TAIL, 1, false, 2 },
	{ TAMPER_CUT_TAIL_AND_CHECKPOINTS, 1, true, 2 },
	{ TAMPER_PUT_IN, 0, false, 1 },
	{ TAMPER_FORGE_LINK, 2, false, 1 },
};

static uint32_t draw(uint32_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % below;
}

static const struct tampering *draw_tampering(uint32_t *seed)
{
	unsigned sum = 0, drawn;

	for (size_t i = 0; i < ARRAY_SIZE(tamperings); i++)
		sum += tamperings[i].weight;
	drawn = draw(seed, sum);
	for (size_t i = 0;; i++) {
		if (drawn < tamperings[i].weight)
			return &tamperings[i];
		drawn -= tamperings[i].weight;
	}
}

/* Gives how many rows it touched. */
static unsigned tamper(struct tx *tx, const struct tampering *what, uint32_t *seed)
{
	int64_t first = 1 + draw(seed, LINKS), other = 1 + (first + draw(seed, LINKS - 1)) % LINKS;
	unsigned column = draw(seed, TEXT_COLUMNS);
	char text[] = { (char)('a' + draw(seed, 26)), '\0' };
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct db_param params[] = { DB_INT(first), DB_INT(other), DB_INT(column), DB_TEXT(text) };
	struct error err = { 0 };

	if (what->query == TAMPER_EDIT_TARGET || what->query == TAMPER_EDIT_MOVE_TEXT)
		first -= first % 7 == 0; /* one that has a target */
	params[0] = DB_INT(first);
	if (what->query == TAMPER_FORGE_LINK)
		params[1] = DB_BYTES(text, 1);
	if (!tx_run(tx, what->query, params, what->params, &rows, &err))
		fail_msg("%s: %s", tamper_queries[what->query].name, err.message);
	return rows_affected(rows);
}

static void ten_thousand_tamperings_are_all_found(void **state)
{
	struct fixture *f = *state;
	char token[TOKEN_MAX], words[256];
	struct verify_result result;
	struct checkpoint kept;
	struct error err = { 0 };
	uint32_t seed = 20261126;

	fill(f, 1, MIDDLE);
	sign(f, token);
	fill(f, MIDDLE + 1, LINKS);
	sign(f, token);
	assert_true(checkpoint_read(f->public, token, &kept, &err));
	postgres_psql(f->postgres,
	              "alter table audit.records disable trigger user; alter table audit.chain disable trigger user;"
	              "alter table audit.checkpoints disable trigger user;"
	              "alter table audit.chain drop constraint chain_pkey, drop constraint chain_record_id_key,"
	              " drop constraint chain_position_check");
	whole(f, LINKS);
	for (int round = 0; round < ROUNDS; round++) {
		const struct tampering *what = draw_tampering(&seed);
		_cleanup_(tx_freep) struct tx *tx = NULL;

		if (!tx_begin(f->super, NULL, &tx, &err))
			fail_msg("%s", err.message);
		if (!tamper(tx, what, &seed) && what->query != TAMPER_DELETE_AND_CLOSE)
			fail_msg("round %d: %s touched nothing", round, tamper_queries[what->query].name);
		if (!verify_in(f, tx, what->hidden ? &kept : NULL, words, &result))
			fail_msg("round %d: %s wasn't found", round, tamper_queries[what->query].name);
	}
	whole(f, LINKS);
}

#define FROM_EMPTY(test) cmocka_unit_test_setup(test, empty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FROM_EMPTY(an_empty_chain_is_whole),
		FROM_EMPTY(records_are_linked_once_as_they_come),
		FROM_EMPTY(many_at_once_make_one_chain),
		FROM_EMPTY(records_from_before_the_chain_are_linked_once),
		FROM_EMPTY(a_chain_made_anew_is_not_what_was_signed),
		FROM_EMPTY(a_checkpoint_of_another_key_is_none),
		FROM_EMPTY(the_service_may_not_touch_the_chain),
		FROM_EMPTY(ten_thousand_tamperings_are_all_found),
	};

	return cmocka_run_group_tests_name("audit/chain", tests, set_up, tear_down);
}
