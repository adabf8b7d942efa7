/* verify: see verify.h. */
#include "verify.h"

#include <stdio.h>
#include <string.h>

#include "chain_sql.h"

enum { PAGE = 200, LOST_MAX = 1000 };

/* Columns of the walk. */
enum { POSITION, VERSION, PREVIOUS, HASH, RECORD_ID, CHECKPOINT, HAS_RECORD, RECORD };

const struct db_query *const verify_queries = chain_queries;

struct verify {
	const struct verify_options *options;
	struct verify_result *result;
	size_t kept; /* the next of the kept ones */
};

static void tell(struct verify *v, int64_t position, const char *record_id, const char *text)
{
	v->result->faults++;
	if (v->options->fault)
		v->options->fault(v->options->arg, position, record_id, text);
}

static const uint8_t *hash_of(const struct rows *rows, unsigned row, unsigned column)
{
	size_t size = 0;
	const uint8_t *bytes = rows_bytes(rows, row, column, &size);

	return size == CHAIN_HASH ? bytes : NULL;
}

static void read_link(const struct rows *rows, unsigned row, struct chain_link *ret)
{
	*ret = (struct chain_link){
		.position = rows_int(rows, row, POSITION),
		.version = rows_int(rows, row, VERSION),
		.previous = hash_of(rows, row, PREVIOUS),
		.hash = hash_of(rows, row, HASH),
		.record_id = rows_text(rows, row, RECORD_ID),
		.has_record = rows_bool(rows, row, HAS_RECORD),
	};
	audit_entry_read(rows, row, RECORD, &ret->record);
}

/* What the database keeps: each is signed, and says what the link says. */
static void look_at_checkpoint(struct verify *v, const struct chain_link *link, const char *token)
{
	struct checkpoint checkpoint;
	struct error why = { 0 };

	if (!*token)
		return;
	v->result->checkpoints++;
	if (!checkpoint_read(v->options->key, token, &checkpoint, &why)) {
		tell(v, link->position, link->record_id, why.message);
	} else if (checkpoint.position != link->position || !link->hash ||
	           memcmp(checkpoint.hash, link->hash, CHAIN_HASH) != 0) {
		tell(v, link->position, link->record_id,
		     "isn't what a signed checkpoint says: the chain was made anew");
	} else {
		v->result->newest = checkpoint;
		snprintf(v->result->newest_token, TOKEN_MAX, "%s", token);
	}
}

static void look_at_kept(struct verify *v, const struct chain_link *link)
{
	for (; v->kept < v->options->n_kept; v->kept++) {
		const struct checkpoint *kept = &v->options->kept[v->kept];

		if (kept->position > link->position)
			return;
		if (kept->position < link->position)
			tell(v, kept->position, "", "is gone, but a checkpoint kept elsewhere tells of it");
		else if (!link->hash || memcmp(kept->hash, link->hash, CHAIN_HASH) != 0)
			tell(v, link->position, link->record_id,
			     "isn't what a checkpoint kept elsewhere says: the chain was made anew");
	}
}

static bool look_at_page(struct verify *v, const struct rows *rows, struct error *err)
{
	for (unsigned row = 0; row < rows_count(rows); row++) {
		struct chain_link link;
		enum chain_fault fault;

		read_link(rows, row, &link);
		if (!chain_step(&v->result->end, &link, &fault, err))
			return false;
		v->result->links++;
		if (fault != CHAIN_WHOLE)
			tell(v, link.position, link.record_id, chain_fault_text(fault));
		look_at_checkpoint(v, &link, rows_text(rows, row, CHECKPOINT));
		look_at_kept(v, &link);
	}
	return true;
}

/* The end: what checkpoints tell of and isn't there, what is there and no link tells of. */
static bool look_at_lost(struct verify *v, struct tx *tx, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN_FROM(tx, chain_queries, CHAIN_LOST, &rows, err, DB_INT(LOST_MAX)))
		return false;
	for (unsigned row = 0; row < rows_count(rows); row++) {
		int64_t position = rows_int(rows, row, 0);

		if (position)
			tell(v, position, "", "is gone, but a checkpoint tells of it: the end was cut off");
		else
			tell(v, 0, rows_text(rows, row, 1), "is in no link: it was put in, or its link was deleted");
	}
	for (; v->kept < v->options->n_kept; v->kept++)
		tell(v, v->options->kept[v->kept].position, "",
		     "is gone, but a checkpoint kept elsewhere tells of it: the end was cut off");
	return true;
}

bool verify_chain(struct tx *tx, const struct verify_options *options, struct verify_result *ret, struct error *err)
{
	struct verify v = { .options = options, .result = ret };
	unsigned n;

	*ret = (struct verify_result){ 0 };
	do {
		_cleanup_(rows_freep) struct rows *rows = NULL;

		if (!TX_RUN_FROM(tx, chain_queries, CHAIN_WALK, &rows, err, DB_INT(ret->end.position), DB_INT(PAGE)) ||
		    !look_at_page(&v, rows, err))
			return error_wrap(err, "verify the audit records");
		n = rows_count(rows);
	} while (n == PAGE);
	return look_at_lost(&v, tx, err) || error_wrap(err, "verify the audit records");
}
