/* acme_account: see acme_account.h. */
#include "acme_account.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/failpoint.h"
#include "lib/token/seal.h"
#include "lib/trust/store.h"

#include "web.h"
#include "web_sql.h"

#define PURPOSE "acme_account"

enum { BINDING_MOST = 1024, CONTACT = 255 };

enum { ID, SEALED_KEY, THUMBPRINT, URL, NEXT_KEY, NEXT_IS_OLD, ROW_CONTACT };

/* A key that the account has or had: kept to the end, since other threads may sign with it yet. */
struct loaded {
	struct acme_key *key;
	char thumbprint[ACME_THUMBPRINT];
	struct loaded *before;
};

struct acme_account {
	struct service *service;
	const struct web_settings *settings;
	pthread_mutex_t lock;  /* of what follows; held while the authority is asked, so that one thread does */
	struct loaded *loaded; /* the one that holds first */
	char url[ACME_URL];    /* "": not known */
	char contact[CONTACT];
};

static void wiped(struct buf *buf)
{
	seal_wipe(buf);
}

#define _cleanup_wiped_ _cleanup_(wiped)

static void loaded_free(struct loaded *loaded)
{
	if (!loaded)
		return;
	acme_key_free(loaded->key);
	free(loaded);
}
DEFINE_CLEANUP(struct loaded *, loaded_free)

/* A row's key, opened. */
static bool open_box(const struct seal_key *vault, const struct rows *rows, unsigned column, struct loaded **ret,
                     struct error *err)
{
	_cleanup_(loaded_freep) struct loaded *loaded = calloc(1, sizeof(*loaded));
	_cleanup_wiped_ struct buf pem = { 0 };
	struct uuid id = rows_uuid(rows, 0, ID);
	char text[UUID_TEXT];
	size_t size;
	const uint8_t *box = rows_bytes(rows, 0, column, &size);

	if (!loaded)
		return error_set(err, ERR_INTERNAL, "out of memory");
	if (!seal_open(vault, PURPOSE, uuid_format(&id, text), box, size, &pem, err) ||
	    !acme_key_read(pem.data, pem.size, &loaded->key, err) ||
	    !acme_key_thumbprint(loaded->key, loaded->thumbprint, err))
		return error_wrap(err, "open the account's key");
	*ret = TAKE_PTR(loaded);
	return true;
}

/* A fresh key and its box. */
static bool make_key(const struct seal_key *vault, const struct uuid *id, struct loaded **ret, struct buf *box,
                     struct error *err)
{
	_cleanup_(loaded_freep) struct loaded *loaded = calloc(1, sizeof(*loaded));
	_cleanup_wiped_ struct buf pem = { 0 };
	uint8_t public[SEAL_KEY];
	char text[UUID_TEXT];

	if (!loaded)
		return error_set(err, ERR_INTERNAL, "out of memory");
	seal_key_public(vault, public);
	if (!acme_key_new(&loaded->key, err) || !acme_key_write(loaded->key, &pem, err) ||
	    !acme_key_thumbprint(loaded->key, loaded->thumbprint, err) ||
	    !seal(public, PURPOSE, uuid_format(id, text), pem.data, pem.size, box, err))
		return false;
	*ret = TAKE_PTR(loaded);
	return true;
}

/* A row with a fresh key; a rival's stays. */
static bool make_row(struct tx *tx, const char *directory, const struct seal_key *vault, struct error *err)
{
	_cleanup_(loaded_freep) struct loaded *loaded = NULL;
	_cleanup_buf_ struct buf box = { 0 };
	struct uuid id = uuid_v7();

	return make_key(vault, &id, &loaded, &box, err) &&
	       TX_RUN(tx, WEB_ACME_ACCOUNT_INSERT, NULL, err, DB_TEXT(directory), DB_UUID(&id),
	              DB_BYTES(box.data, box.size), DB_TEXT(loaded->thumbprint));
}

static void hold(struct acme_account *account, struct loaded *loaded)
{
	loaded->before = account->loaded;
	account->loaded = loaded;
}

static void take_contact(struct acme_account *account, const struct rows *rows)
{
	snprintf(account->contact, sizeof(account->contact), "%s",
	         rows_null(rows, 0, ROW_CONTACT) ? account->settings->acme_contact : rows_text(rows, 0, ROW_CONTACT));
}

static bool load(struct acme_account *account, const struct seal_key *vault, struct error *err)
{
	const char *directory = account->settings->acme_directory;
	_cleanup_(tx_freep) struct tx *tx = NULL;

	if (!tx_begin(service_db(account->service), NULL, &tx, err))
		return false;
	for (unsigned i = 0; i < 2; i++) {
		_cleanup_(rows_freep) struct rows *rows = NULL;

		if (!TX_RUN(tx, WEB_ACME_ACCOUNT_FIND, &rows, err, DB_TEXT(directory)))
			return false;
		if (rows_count(rows)) {
			snprintf(account->url, sizeof(account->url), "%s", rows_text(rows, 0, URL));
			take_contact(account, rows);
			return open_box(vault, rows, SEALED_KEY, &account->loaded, err) &&
			       TX_RUN(tx, WEB_ACME_ACCOUNT_CHOOSE, NULL, err, DB_TEXT(directory)) &&
			       tx_commit(&tx, err);
		}
		if (!make_row(tx, directory, vault, err))
			return false;
	}
	return error_set(err, ERR_INTERNAL, "the account's row isn't there");
}

/* No authority any more: new states of websites answer none. */
static bool choose_none(struct service *service, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return DB_RUN(service_db(service), NULL, WEB_ACME_ACCOUNT_CHOOSE, &rows, err, DB_TEXT(""));
}

bool acme_account_load(struct service *service, struct acme_account **ret, struct error *err)
{
	const struct web_settings *settings = service_settings(service);
	_cleanup_(acme_account_freep) struct acme_account *account = NULL;
	_cleanup_(seal_key_freep) struct seal_key *vault = NULL;

	*ret = NULL;
	if (!*settings->acme_directory)
		return choose_none(service, err);
	account = calloc(1, sizeof(*account));
	if (!account)
		return error_set(err, ERR_INTERNAL, "out of memory");
	account->service = service;
	account->settings = settings;
	pthread_mutex_init(&account->lock, NULL);
	if (!seal_key_read(settings->vault_key, &vault, err) || !load(account, vault, err))
		return error_wrap(err, "account of the certificate authority");
	*ret = TAKE_PTR(account);
	return true;
}

void acme_account_free(struct acme_account *account)
{
	if (!account)
		return;
	while (account->loaded) {
		struct loaded *loaded = account->loaded;

		account->loaded = loaded->before;
		loaded_free(loaded);
	}
	pthread_mutex_destroy(&account->lock);
	free(account);
}

static bool keep_url(struct acme_account *account, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return DB_RUN(service_db(account->service), NULL, WEB_ACME_ACCOUNT_URL, &rows, err,
	              DB_TEXT(account->settings->acme_directory), DB_TEXT(account->url));
}

/* The binding's key is read when it is needed and forgotten. */
static bool open_account(struct acme_account *account, struct acme *acme, struct error *err)
{
	const struct web_settings *settings = account->settings;
	struct acme_binding binding = { .id = settings->acme_binding_id };
	_cleanup_free_ char *key = NULL;
	size_t size = 0;
	bool ok;

	if (*binding.id) {
		if (!store_read(settings->acme_binding_file, BINDING_MOST, &key, &size, err))
			return false;
		key[strcspn(key, "\r\n")] = '\0';
		binding.key = key;
	}
	ok = acme_account_open(acme, account->loaded->key, account->contact, *binding.id ? &binding : NULL, false,
	                       account->url, err);
	if (key)
		explicit_bzero(key, size);
	return ok && keep_url(account, err);
}

/* The row as it is now; what another copy of web changed is taken over. */
static bool refresh(struct acme_account *account, struct rows **ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(seal_key_freep) struct seal_key *vault = NULL;
	struct loaded *loaded = NULL;

	if (!DB_RUN(service_db(account->service), NULL, WEB_ACME_ACCOUNT_FIND, &rows, err,
	            DB_TEXT(account->settings->acme_directory)))
		return false;
	if (!rows_count(rows))
		return error_set(err, ERR_INTERNAL, "the account's row isn't there");
	take_contact(account, rows);
	if (strcmp(rows_text(rows, 0, THUMBPRINT), account->loaded->thumbprint) != 0) {
		if (!seal_key_read(account->settings->vault_key, &vault, err) ||
		    !open_box(vault, rows, SEALED_KEY, &loaded, err))
			return false;
		hold(account, loaded);
	}
	*ret = TAKE_PTR(rows);
	return true;
}

static bool change_row(struct acme_account *account, unsigned query, const struct db_param *params, unsigned n,
                       bool *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!db_run(service_db(account->service), NULL, query, params, n, &rows, err))
		return false;
	*ret = rows_affected(rows) == 1;
	return true;
}

/* The next key holds, from the authority's answer on. When another copy of web wrote that first, it is taken over from
 * the row. */
static bool promote(struct acme_account *account, const void *box, size_t size, struct loaded **next, struct error *err)
{
	const struct db_param params[] = { DB_TEXT(account->settings->acme_directory), DB_BYTES(box, size),
		                           DB_TEXT((*next)->thumbprint) };
	bool done;

	if (!change_row(account, WEB_ACME_ACCOUNT_ROLL, params, ARRAY_SIZE(params), &done, err))
		return false;
	hold(account, TAKE_PTR(*next));
	return true;
}

static bool drop_next(struct acme_account *account, const void *box, size_t size, struct error *err)
{
	const struct db_param params[] = { DB_TEXT(account->settings->acme_directory), DB_BYTES(box, size) };
	bool done;

	return change_row(account, WEB_ACME_ACCOUNT_STAY, params, ARRAY_SIZE(params), &done, err);
}

/* A change of the key that was begun and whose end nobody noted: the authority says which key holds. While it may be
 * on its way yet (not answered), the one before is signed with and both are kept. */
static bool settle(struct acme_account *account, struct acme *acme, const struct rows *rows, bool answered,
                   struct error *err)
{
	_cleanup_(seal_key_freep) struct seal_key *vault = NULL;
	_cleanup_(loaded_freep) struct loaded *next = NULL;
	struct error why = { 0 };
	char url[ACME_URL];
	const uint8_t *box;
	size_t size;

	if (rows_null(rows, 0, NEXT_KEY))
		return true;
	box = rows_bytes(rows, 0, NEXT_KEY, &size);
	if (!seal_key_read(account->settings->vault_key, &vault, err) || !open_box(vault, rows, NEXT_KEY, &next, err))
		return false;
	if (acme_account_open(acme, next->key, "", NULL, true, url, &why))
		return promote(account, box, size, &next, err);
	if (strcmp(acme_problem(acme)->type, "accountDoesNotExist") != 0) {
		*err = why;
		return error_wrap(err, "which of the account's keys holds");
	}
	return (!answered && !rows_bool(rows, 0, NEXT_IS_OLD)) || drop_next(account, box, size, err);
}

/* With the lock: the key that holds, and the URL. */
static bool prepare(struct acme_account *account, struct acme *acme, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	return refresh(account, &rows, err) && settle(account, acme, rows, false, err) &&
	       (*account->url || open_account(account, acme, err));
}

bool acme_account_signer(struct acme_account *account, struct acme *acme, char url[static ACME_URL],
                         struct acme_signer *ret, struct error *err)
{
	bool ok;

	pthread_mutex_lock(&account->lock);
	ok = prepare(account, acme, err);
	memcpy(url, account->url, ACME_URL);
	*ret = (struct acme_signer){ .key = account->loaded->key, .account = url };
	pthread_mutex_unlock(&account->lock);
	return ok;
}

bool acme_account_thumbprint(struct acme_account *account, char ret[static ACME_THUMBPRINT], struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	bool ok;

	pthread_mutex_lock(&account->lock);
	ok = refresh(account, &rows, err);
	memcpy(ret, account->loaded->thumbprint, ACME_THUMBPRINT);
	pthread_mutex_unlock(&account->lock);
	return ok;
}

/* The next key into the row, beside the one that holds, before the authority hears of it. */
static bool begin_roll(struct acme_account *account, const struct uuid *id, struct loaded **ret, struct buf *box,
                       struct error *err)
{
	_cleanup_(seal_key_freep) struct seal_key *vault = NULL;
	bool done;

	if (!seal_key_read(account->settings->vault_key, &vault, err) || !make_key(vault, id, ret, box, err))
		return false;
	const struct db_param params[] = { DB_TEXT(account->settings->acme_directory),
		                           DB_TEXT(account->loaded->thumbprint), DB_BYTES(box->data, box->size) };
	if (!change_row(account, WEB_ACME_ACCOUNT_NEXT, params, ARRAY_SIZE(params), &done, err))
		return false;
	return done || error_set(err, ERR_CONFLICT, "The account's key is being changed already.");
}

/* The authority heard the request, and has refused it. */
static bool is_refusal(const struct error *why)
{
	return why->code == ERR_CONFLICT || why->code == ERR_FORBIDDEN || why->code == ERR_NOT_FOUND ||
	       why->code == ERR_RATE_LIMITED;
}

/* A change that failed, as far as we know: a lost answer may have been a yes. */
static bool end_roll(struct acme_account *account, struct acme *acme, const char *thumbprint, const struct error *why,
                     struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!refresh(account, &rows, err) || !settle(account, acme, rows, is_refusal(why), err))
		return false;
	if (strcmp(account->loaded->thumbprint, thumbprint) == 0)
		return true;
	*err = *why;
	return false;
}

static bool roll(struct acme_account *account, struct acme *acme, struct error *err)
{
	const struct acme_signer signer = { .key = account->loaded->key, .account = account->url };
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(loaded_freep) struct loaded *next = NULL;
	_cleanup_buf_ struct buf box = { 0 };
	struct error why = { 0 };
	struct uuid id;

	if (!refresh(account, &rows, err))
		return false;
	id = rows_uuid(rows, 0, ID);
	if (!begin_roll(account, &id, &next, &box, err))
		return false;
	failpoint("web.rolling");
	if (!acme_account_rollover(acme, &signer, next->key, &why))
		return end_roll(account, acme, next->thumbprint, &why, err);
	failpoint("web.rolled");
	return promote(account, box.data, box.size, &next, err);
}

bool acme_account_roll(struct acme_account *account, struct acme *acme, struct error *err)
{
	bool ok;

	pthread_mutex_lock(&account->lock);
	ok = prepare(account, acme, err) && roll(account, acme, err);
	pthread_mutex_unlock(&account->lock);
	return ok;
}

bool acme_account_write_to(struct acme_account *account, struct acme *acme, const char *contact, struct error *err)
{
	struct acme_signer signer;
	char url[ACME_URL];

	return acme_account_signer(account, acme, url, &signer, err) &&
	       acme_account_contact(acme, &signer, contact, err);
}

void acme_account_lost(struct acme_account *account)
{
	pthread_mutex_lock(&account->lock);
	account->url[0] = '\0';
	pthread_mutex_unlock(&account->lock);
}
