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

/* Of the key that holds, as the row has it now. */
bool acme_account_thumbprint(struct acme_account *account, char ret[static ACME_THUMBPRINT],
                             struct error *err) _must_check_;

/* Who signs: with the account's URL, found or made now when it isn't known, and the key that holds: the authority is
 * asked when a change of it was cut off. url: ACME_URL bytes that it points into; the key lives as long as account. */
bool acme_account_signer(struct acme_account *account, struct acme *acme, char url[static ACME_URL],
                         struct acme_signer *ret, struct error *err) _must_check_;

/* The authority doesn't know it any more: the next signer makes it anew. */
void acme_account_lost(struct acme_account *account);

/* Gives the account a new key. It stands in the row beside the old one before the authority hears of it, and the old
 * one goes when the new one is known to hold; so whatever is cut off, one of them does. ERR_CONFLICT: a change is under
 * way. */
bool acme_account_roll(struct acme_account *account, struct acme *acme, struct error *err) _must_check_;

/* Tells the authority where to write to; "": nowhere. The row is the caller's. */
bool acme_account_write_to(struct acme_account *account, struct acme *acme, const char *contact,
                           struct error *err) _must_check_;
