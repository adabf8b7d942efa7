/* audit_db: a private PostgreSQL with audit's schema and roles. Ends the test when it can't be had. */
#pragma once

#include "lib/db/db.h"

#include "postgres.h"

struct postgres *audit_db_new(void); /* postgres_free */

/* As a role, with its queries and those of more (ends with NULL; may be NULL). db_free. */
struct db *audit_db_open(struct postgres *postgres, const char *role, const struct db_query *queries,
                         const struct db_query *const *more);
