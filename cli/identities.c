/* Keys, JWTs and credentials of the bus, each made once and signed anew when what it says has changed. */
#include "identities.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/contract/contract.h"
#include "lib/trust/store.h"

#include "stralix/v1/contract.h"

#include "process.h"

enum { SEED_MAX = 256, JWT_MAX = 256 * 1024 };

static const char out_of_memory[] = "sign for the bus: a name is malformed or memory is out";

/* A key's seed in the folder pki. */
static bool open_key(const struct place *place, const char *name, enum nkey_kind kind, struct nkey **ret,
                     struct error *err)
{
	struct path path = place_path(place, "pki/%s.seed", name);
	_cleanup_free_ char *seed = NULL;

	if (place_exists(path.text)) {
		if (!store_read(path.text, SEED_MAX, &seed, NULL, err))
			return false;
		seed[strcspn(seed, "\n")] = '\0';
		return nkey_from_seed(seed, ret, err) || error_wrap(err, "%s", path.text);
	}
	*ret = nkey_new(kind);
	return *ret ? place_write(place, path.text, nkey_seed(*ret), 0600, OWNER_ROOT, err)
	            : error_set(err, ERR_INTERNAL, "%s: no key could be made", path.text);
}

/* Keeps the JWT in a file when it says the same as the new one. *jwt becomes what stands in the file. */
static bool keep_jwt(const struct place *place, const char *path, char **jwt, struct error *err)
{
	_cleanup_free_ char *now = NULL;

	if (!*jwt)
		return error_set(err, ERR_INTERNAL, "%s", out_of_memory);
	if (store_read(path, JWT_MAX, &now, NULL, NULL) && nats_jwt_same(now, *jwt)) {
		free(*jwt);
		*jwt = TAKE_PTR(now);
		return place_own(place, path, OWNER_NATS, err);
	}
	return place_write(place, path, *jwt, 0644, OWNER_NATS, err);
}

static const struct contract_rights *find_rights(const char *process)
{
	const struct contract_rights *row = contract_rights;

	while (row->process && strcmp(row->process, process) != 0)
		row++;
	return row->process ? row : NULL;
}

static bool open_operator(const struct place *place, const struct identities *identities, struct error *err)
{
	_cleanup_(nkey_freep) struct nkey *op = NULL;
	_cleanup_free_ char *jwt = NULL;
	struct path path = place_path(place, "nats/operator.jwt");

	if (place_exists(path.text))
		return place_own(place, path.text, OWNER_NATS, err);
	if (!open_key(place, "operator", NKEY_OPERATOR, &op, err))
		return false;
	jwt = nats_operator_jwt(op, nkey_public(identities->operator_signer), nkey_public(identities->system),
	                        "stralix");
	return jwt ? place_write(place, path.text, jwt, 0644, OWNER_NATS, err)
	           : error_set(err, ERR_INTERNAL, "%s", out_of_memory);
}

static bool open_accounts(const struct place *place, struct identities *identities, struct error *err)
{
	const struct contract_rights *node = find_rights("node");
	const struct nats_rights template = { node ? node->publish : NULL, node ? node->subscribe : NULL };
	int64_t now = clock_unix_ms() / 1000;

	identities->system_jwt = nats_account_jwt(identities->operator_signer, nkey_public(identities->system), "SYS",
	                                          NULL, NULL, NULL, false, now);
	identities->account_jwt =
		nats_account_jwt(identities->operator_signer, nkey_public(identities->account), "STRALIX",
	                         nkey_public(identities->users), nkey_public(identities->nodes), &template, true, now);
	return keep_jwt(place, place_path(place, "nats/system.jwt").text, &identities->system_jwt, err) &&
	       keep_jwt(place, place_path(place, "nats/account.jwt").text, &identities->account_jwt, err);
}

bool identities_open(const struct place *place, struct identities *ret, struct error *err)
{
	struct identities identities = { 0 };

	if (!place_folder(place, place_path(place, "nats").text, 0700, OWNER_NATS, err) ||
	    !open_key(place, "operator-signing", NKEY_OPERATOR, &identities.operator_signer, err) ||
	    !open_key(place, "system", NKEY_ACCOUNT, &identities.system, err) ||
	    !open_key(place, "account", NKEY_ACCOUNT, &identities.account, err) ||
	    !open_key(place, "users", NKEY_ACCOUNT, &identities.users, err) ||
	    !open_key(place, "nodes", NKEY_ACCOUNT, &identities.nodes, err) ||
	    !open_operator(place, &identities, err) || !open_accounts(place, &identities, err)) {
		identities_done(&identities);
		return error_wrap(err, "make the bus's operator");
	}
	*ret = identities;
	return true;
}

void identities_done(struct identities *identities)
{
	nkey_free(identities->operator_signer);
	nkey_free(identities->system);
	nkey_free(identities->account);
	nkey_free(identities->users);
	nkey_free(identities->nodes);
	free(identities->system_jwt);
	free(identities->account_jwt);
	*identities = (struct identities){ 0 };
}

struct user {
	const struct nkey *signer;
	const char *name;
	const char *account;              /* NULL: the signer itself */
	const struct nats_rights *rights; /* NULL: the signer's template */
};

/* Whether the credentials in a file are good as they are; else *key is the key to go on with, if there is one. */
static bool creds_say(const char *path, const struct user *user, struct nkey **key)
{
	_cleanup_free_ char *text = NULL, *jwt = NULL, *wanted = NULL;

	if (!store_read(path, JWT_MAX, &text, NULL, NULL) || !nats_creds_read(text, &jwt, key, NULL))
		return false;
	wanted = nats_user_jwt(user->signer, nkey_public(*key), user->name, user->account, user->rights, 0);
	return wanted && nats_jwt_same(jwt, wanted);
}

static bool write_creds(const struct place *place, const struct user *user, const char *path, unsigned owner,
                        struct error *err)
{
	_cleanup_(nkey_freep) struct nkey *key = NULL;
	_cleanup_free_ char *jwt = NULL, *text = NULL;

	if (creds_say(path, user, &key))
		return place_own(place, path, owner, err);
	if (!key)
		key = nkey_new(NKEY_USER);
	if (key)
		jwt = nats_user_jwt(user->signer, nkey_public(key), user->name, user->account, user->rights, 0);
	if (jwt)
		text = nats_creds(jwt, key);
	return text ? place_write(place, path, text, 0600, owner, err)
	            : error_set(err, ERR_INTERNAL, "%s", out_of_memory);
}

bool identities_process(const struct place *place, const struct identities *identities, const char *process,
                        const char *path, unsigned owner, struct error *err)
{
	const struct contract_rights *row = find_rights(process);
	const struct nats_rights rights = { row ? row->publish : NULL, row ? row->subscribe : NULL };
	const struct user user = { identities->users, process, nkey_public(identities->account), &rights };

	if (!row)
		return error_set(err, ERR_INTERNAL, "the contract gives '%s' no rights", process);
	return write_creds(place, &user, path, owner, err);
}

bool identities_node(const struct place *place, const struct identities *identities, const char *node, const char *path,
                     unsigned owner, struct error *err)
{
	const struct user user = { identities->nodes, node, nkey_public(identities->account), NULL };

	return write_creds(place, &user, path, owner, err);
}

bool identities_system(const struct place *place, const struct identities *identities, const char *path, unsigned owner,
                       struct error *err)
{
	static const char *const publish[] = { "$SYS.REQ.>", NULL };
	static const char *const subscribe[] = { "$SYS.>", "_INBOX.sys.>", NULL };
	static const struct nats_rights rights = { publish, subscribe };
	const struct user user = { identities->system, "sys", NULL, &rights };

	return write_creds(place, &user, path, owner, err);
}
