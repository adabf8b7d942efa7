/* acme_account: see acme_account.h. */
#include "acme_account.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/token/seal.h"
#include "lib/trust/store.h"

#include "web.h"
#include "web_sql.h"

#define PURPOSE "acme_account"

enum { BINDING_MOST = 1024 };

struct acme_account {
	struct service *service;
	const struct web_settings *settings;
	struct acme_key *key;
	char thumbprint[ACME_THUMBPRINT];
	pthread_mutex_t lock; /* of url; held while the authority is asked, so that one thread does */
	char url[ACME_URL];   /* "": not known */
};

static void wiped(struct buf *buf)
{
	seal_wipe(buf);
}

#define _cleanup_wiped_ _cleanup_(wiped)

/* The row's key, opened. */
static bool read_row(struct acme_account *account, const struct seal_key *vault, const struct rows *rows,
                     struct error *err)
{
	_cleanup_wiped_ struct buf pem = { 0 };
	struct uuid id = rows_uuid(rows, 0, 0);
	char text[UUID_TEXT];
	size_t size;
	const uint8_t *box = rows_bytes(rows, 0, 1, &size);

	return (seal_open(vault, PURPOSE, uuid_format(&id, text), box, size, &pem, err) &&
	        acme_key_read(pem.data, pem.size, &account->key, err) &&
	        acme_key_thumbprint(account->key, account->thumbprint, err)) ||
	       error_wrap(err, "open the account's key with %s", account->settings->vault_key);
}

/* A fresh key; a rival's row stays. */
static bool make_row(struct tx *tx, const char *directory, const struct seal_key *vault, struct error *err)
{
	_cleanup_(acme_key_freep) struct acme_key *key = NULL;
	_cleanup_wiped_ struct buf pem = { 0 };
	_cleanup_buf_ struct buf box = { 0 };
	char thumbprint[ACME_THUMBPRINT], text[UUID_TEXT];
	uint8_t public[SEAL_KEY];
	struct uuid id = uuid_v7();

	seal_key_public(vault, public);
	return acme_key_new(&key, err) && acme_key_write(key, &pem, err) && acme_key_thumbprint(key, thumbprint, err) &&
	       seal(public, PURPOSE, uuid_format(&id, text), pem.data, pem.size, &box, err) &&
	       TX_RUN(tx, WEB_ACME_ACCOUNT_INSERT, NULL, err, DB_TEXT(directory), DB_UUID(&id),
	              DB_BYTES(box.data, box.size), DB_TEXT(thumbprint));
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
			snprintf(account->url, sizeof(account->url), "%s", rows_text(rows, 0, 3));
			return read_row(account, vault, rows, err) &&
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
	acme_key_free(account->key);
	pthread_mutex_destroy(&account->lock);
	free(account);
}

const char *acme_account_thumbprint(const struct acme_account *account)
{
	return account->thumbprint;
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
	ok = acme_account_open(acme, account->key, settings->acme_contact, *binding.id ? &binding : NULL, false,
	                       account->url, err);
	if (key)
		explicit_bzero(key, size);
	return ok && keep_url(account, err);
}

bool acme_account_signer(struct acme_account *account, struct acme *acme, char url[static ACME_URL],
                         struct acme_signer *ret, struct error *err)
{
	bool ok;

	pthread_mutex_lock(&account->lock);
	ok = *account->url || open_account(account, acme, err);
	memcpy(url, account->url, ACME_URL);
	pthread_mutex_unlock(&account->lock);
	*ret = (struct acme_signer){ .key = account->key, .account = url };
	return ok;
}

void acme_account_lost(struct acme_account *account)
{
	pthread_mutex_lock(&account->lock);
	account->url[0] = '\0';
	pthread_mutex_unlock(&account->lock);
}
