/* authz_db: a private PostgreSQL with authz's schema, roles and two organisations. Aborts when it can't be had. */
#pragma once

#include "lib/db/db.h"

struct authz_db;

struct authz_db *authz_db_new(void);
void authz_db_free(struct authz_db *it);

struct db *authz_db_own(struct authz_db *it);            /* as authz */
struct db *authz_db_wide(struct authz_db *it);           /* as authz_wide */
void authz_db_sql(struct authz_db *it, const char *sql); /* as superuser, search_path authz */

extern const char *const authz_db_orgs[2]; /* ids of the organisations "Bakery" and "Cobbler" */
