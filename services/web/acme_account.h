/*
 * acme_account: the installation's account at its authority. The key stands in a row, sealed to web's vault key (a file
 * that all copies have): whoever reads the database alone has nothing of it, and all copies answer for one account.
 */
#pragma once

#include "lib/acme/acme.h"
#include "lib/service/service.h"

struct acme_account;

/* Reads the row, or makes it with a fresh key; asks no authority. *ret NULL: the settings name none. */
bool acme_account_load(struct service *service, struct acme_account **ret, struct error *err) _must_check_;
void acme_account_free(struct acme_account *account);
DEFINE_CLEANUP(struct acme_account *, acme_account_free)

const char *acme_account_thumbprint(const struct acme_account *account);

/* Who signs: with the account's URL, found or made now when it isn't known. url: ACME_URL bytes that it points into. */
bool acme_account_signer(struct acme_account *account, struct acme *acme, char url[static ACME_URL],
                         struct acme_signer *ret, struct error *err) _must_check_;

/* The authority doesn't know it any more: the next signer makes it anew. */
void acme_account_lost(struct acme_account *account);
