/* stralixctl audit verify: reads the database itself, so that the panel's own word isn't what is believed. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/audit/verify.h"
#include "lib/base/clock.h"
#include "lib/base/config.h"
#include "lib/trust/store.h"

#include "command.h"
#include "place.h"

enum { KEPT_FILE_MAX = 16 * 1024 * 1024, TIMEOUT_MS = 3600 * 1000 };

struct verify_settings {
	const char *dir, *kept;
};

static const struct option_row options[] = {
	{ "dir", "DIR", offsetof(struct verify_settings, dir), NULL, false,
	  "the run directory that stralixctl init made" },
	{ "kept", "FILE", offsetof(struct verify_settings, kept), "", false,
	  "checkpoints kept elsewhere, a line each; gets the newest one when all is whole" },
	{ .name = NULL },
};

/* What is read of the settings of stralix-audit. */
struct source {
	char *db_wide;
};

static const struct config_row rows[] = {
	{ "db_wide", CONFIG_STRING, offsetof(struct source, db_wide), NULL, 0, 0, NULL,
	  "PostgreSQL connection string of the role that sees every record" },
	{ .key = NULL },
};

static void source_done(struct source *source)
{
	config_done(rows, source);
}

/* Checkpoints of a file. */
struct kept {
	char *text;
	struct checkpoint *list;
	size_t n;
};

static void kept_done(struct kept *kept)
{
	free(kept->text);
	free(kept->list);
}

static int by_position(const void *a, const void *b)
{
	const struct checkpoint *one = a, *other = b;

	return (one->position > other->position) - (one->position < other->position);
}

static size_t count_lines(const char *text)
{
	size_t n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static bool read_kept(const char *path, const uint8_t *key, struct kept *ret, struct error *err)
{
	char *rest, *line;

	if (!path[0] || !place_exists(path))
		return true;
	if (!store_read(path, KEPT_FILE_MAX, &ret->text, NULL, err))
		return false;
	ret->list = calloc(count_lines(ret->text), sizeof(*ret->list));
	if (!ret->list)
		return error_set(err, ERR_INTERNAL, "%s: out of memory", path);
	for (line = strtok_r(ret->text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (!checkpoint_read(key, line, &ret->list[ret->n++], err))
			return error_wrap(err, "%s", path);
	qsort(ret->list, ret->n, sizeof(*ret->list), by_position);
	return true;
}

/* Adds the newest checkpoint, unless it is there. */
static bool keep(const char *path, const struct kept *kept, const struct verify_result *result, struct error *err)
{
	FILE *file;
	bool ok;

	if (!path[0] || !result->newest.position ||
	    (kept->n && kept->list[kept->n - 1].position >= result->newest.position))
		return true;
	file = fopen(path, "ae");
	if (!file)
		return error_errno(err, errno, "open %s", path);
	ok = fprintf(file, "%s\n", result->newest_token) > 0;
	return (fclose(file) == 0 && ok) || error_set(err, ERR_INTERNAL, "write %s", path);
}

static void print_fault(void *arg, int64_t position, const char *record_id, const char *text)
{
	FILE *out = arg;

	if (position)
		fprintf(out, "FAULT link %" PRId64 "%s%s: %s\n", position, record_id[0] ? ", record " : "", record_id,
		        text);
	else
		fprintf(out, "FAULT record %s: %s\n", record_id, text);
}

static void print_end(const struct verify_result *result, FILE *out)
{
	char at[CLOCK_RFC3339];

	fprintf(out, "%" PRIu64 " records in the chain, %" PRIu64 " checkpoints, %" PRIu64 " faults\n", result->links,
	        result->checkpoints, result->faults);
	if (result->newest.position)
		fprintf(out, "newest checkpoint: record %" PRId64 ", %s; what is behind it can be cut off unseen\n%s\n",
		        result->newest.position, clock_rfc3339(result->newest.at * 1000, at), result->newest_token);
}

static bool walk(const char *conninfo, const struct verify_options *verify, struct verify_result *ret,
                 struct error *err)
{
	const struct db_options db_options = { .conninfo = conninfo,
		                               .schema = "audit",
		                               .queries = verify_queries,
		                               .connections = 1,
		                               .statement_timeout_ms = TIMEOUT_MS };
	_cleanup_(db_freep) struct db *db = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;

	return db_open(&db_options, &db, err) && tx_begin(db, NULL, &tx, err) && verify_chain(tx, verify, ret, err);
}

static bool run(const void *arg, FILE *out, struct error *err)
{
	const struct verify_settings *settings = arg;
	const struct place place = { .root = settings->dir };
	_cleanup_(keyring_freep) struct keyring *keyring = NULL;
	_cleanup_(source_done) struct source source = { 0 };
	_cleanup_(kept_done) struct kept kept = { 0 };
	_cleanup_free_ struct verify_result *result = calloc(1, sizeof(*result));
	struct verify_options verify = { .fault = print_fault, .arg = out };

	if (!result)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!config_load_some(place_path(&place, "etc/audit/config.yaml").text, rows, &source, err) ||
	    !keyring_read(place_path(&place, "etc/keyring").text, &keyring, err))
		return false;
	verify.key = keyring_find(keyring, "audit");
	if (!verify.key)
		return error_set(err, ERR_NOT_FOUND, "the keyring has no key of audit");
	if (!read_kept(settings->kept, verify.key, &kept, err))
		return false;
	verify.kept = kept.list;
	verify.n_kept = kept.n;
	if (!walk(source.db_wide, &verify, result, err))
		return false;
	print_end(result, out);
	if (result->faults)
		return error_set(err, ERR_CONFLICT, "the audit records are not what was written");
	return keep(settings->kept, &kept, result, err);
}

const struct command audit_verify_command = {
	.name = "audit verify",
	.summary = "look whether audit records were changed, deleted, moved or cut off",
	.help = "Walks the hash chain of all audit records, reading the database itself as the role audit_wide, and\n"
		"prints every fault; the exit status is 1 when there is one. A tail that was cut off shows as far as\n"
		"signed checkpoints tell of it. Whoever rules the database can delete those as well, so keep some\n"
		"elsewhere: with --kept all of FILE are held against the chain, and the newest is added to it.",
	.options = options,
	.settings_size = sizeof(struct verify_settings),
	.run = run,
};
