/* postgres: a private PostgreSQL for a test: its own folder, a Unix socket, no TCP port. Aborts when it can't be had.
 */
#pragma once

#include "lib/base/cleanup.h"

struct postgres;

/* Makes a cluster with the superuser "postgres" and starts it; the folder goes with postgres_free. As root it runs as
 * the user postgres. STRALIX_PG_BIN names the folder of initdb and pg_ctl. */
struct postgres *postgres_new(void);
void postgres_free(struct postgres *postgres);
DEFINE_CLEANUP(struct postgres *, postgres_free)

void postgres_stop(struct postgres *postgres); /* fast: connections are cut */
void postgres_start(struct postgres *postgres);
void postgres_psql(struct postgres *postgres, const char *sql); /* as superuser */

/* "host=… user=… dbname=postgres"; belongs to postgres until the next call. */
const char *postgres_conninfo(struct postgres *postgres, const char *user);
