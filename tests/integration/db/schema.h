/* schema: a service's schema in a private PostgreSQL, with the three roles that it has in production. Aborts when it
 * can't be had. */
#pragma once

#include "lib/db/db.h"

#include "postgres.h"

/* The roles <name>_owner, <name> and <name>_wide, and the schema. */
void schema_make(struct postgres *postgres, const char *name);
void schema_migrate(struct postgres *postgres, const char *name, const struct db_migration *migrations);

/* As a role: options says which queries; schema, connections and conninfo are filled in. db_free. */
struct db *schema_open(struct postgres *postgres, const char *name, const char *role, struct db_options options);
