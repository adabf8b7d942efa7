/* The first people of an installation: organisations, users, API tokens, straight into the database. */
#include "bootstrap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/json/json.h"

#include "stralix/v1/bootstrap.contract.h"

#include "account.h"
#include "authz_sql.h"
#include "launch.h"
#include "opaque.h"

enum { FILE_MAX = 256 * 1024, ARENA = 4 * 1024 * 1024, HASH_MS = 60000, TOKEN_TTL_S = 365 * 24 * 3600 };

struct bootstrap {
	struct db *db, *wide;
	struct hasher *hasher;
};

static void bootstrap_done(struct bootstrap *bootstrap)
{
	db_free(bootstrap->db);
	db_free(bootstrap->wide);
	hasher_free(bootstrap->hasher);
}

static bool read_text(const char *path, struct buf *text, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char part[4096];
	ssize_t n;

	if (fd < 0)
		return error_errno(err, errno, "open %s", path);
	while ((n = read(fd, part, sizeof(part))) > 0 && text->size + (size_t)n <= FILE_MAX)
		buf_add(text, part, (size_t)n);
	if (n < 0)
		return error_errno(err, errno, "read %s", path);
	if (n > 0 || buf_failed(text))
		return error_set(err, ERR_TOO_LARGE, "%s is over %d bytes", path, FILE_MAX);
	return true;
}

/* The file's array, or its one object, becomes the list of a message that the contract checks. */
static bool read_people(const char *path, struct arena *arena, Stralix__V1__Bootstrap **ret, struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 }, whole = { 0 };
	ProtobufCMessage *message;
	bool array;

	if (!read_text(path, &text, err))
		return false;
	array = text.size && text.data[strspn(text.data, " \t\r\n")] == '[';
	buf_printf(&whole, array ? "{\"users\":%s}" : "{\"users\":[%s]}", text.size ? text.data : "");
	if (buf_failed(&whole))
		return error_set(err, ERR_INTERNAL, "no memory");
	if (!json_read(&stralix__v1__bootstrap__descriptor, whole.data, whole.size, arena, &message, err) ||
	    !contract_validate(&stralix__v1__bootstrap__rules, message, arena, err))
		return error_wrap(err, "%s", path);
	*ret = (Stralix__V1__Bootstrap *)message;
	return true;
}

static bool find_organisation(struct db *wide, const char *name, struct uuid *ret, bool *found, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;

	if (!tx_begin(wide, NULL, &tx, err) ||
	    !TX_RUN(tx, AUTHZ_WIDE_ORGANISATION_BY_NAME, &rows, err, DB_TEXT(name)) || !tx_commit(&tx, err))
		return false;
	*found = rows_count(rows) > 0;
	if (*found)
		*ret = rows_uuid(rows, 0, 0);
	return true;
}

static bool need_organisation(struct bootstrap *bootstrap, const char *name, struct uuid *ret, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	bool found;

	if (!find_organisation(bootstrap->wide, name, ret, &found, err))
		return false;
	if (found)
		return true;
	*ret = uuid_v7();
	return tx_begin(bootstrap->db, ret, &tx, err) &&
	       TX_RUN(tx, AUTHZ_ORGANISATION_INSERT, NULL, err, DB_UUID(ret), DB_TEXT(name), DB_NULL) &&
	       tx_commit(&tx, err);
}

static bool insert_user(struct bootstrap *bootstrap, const Stralix__V1__BootstrapUser *user, const struct uuid *org,
                        struct uuid *ret, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	char hash[PASSWORD_HASH];

	*ret = uuid_v7();
	return password_acceptable(user->password, user->email, "password", err) &&
	       hasher_hash(bootstrap->hasher, user->password, HASH_MS, hash, err) &&
	       tx_begin(bootstrap->db, org, &tx, err) &&
	       TX_RUN(tx, AUTHZ_USER_INSERT, NULL, err, DB_UUID(ret), DB_UUID(org), DB_TEXT(user->email),
	              DB_TEXT(user->name), DB_TEXT(user->role), DB_TEXT(hash), DB_BOOL(false)) &&
	       tx_commit(&tx, err);
}

/* *org is the user's own in the end, whatever the file calls it. */
static bool need_user(struct bootstrap *bootstrap, const Stralix__V1__BootstrapUser *user, struct uuid *ret,
                      struct uuid *org, struct error *err)
{
	struct account account = { 0 };
	Stralix__Role role;
	bool found;

	if (!role_parse(user->role, &role))
		return error_field(err, "role", "WORD", "customer, staff or admin, not '%s'", user->role);
	if (!account_by_email(bootstrap->wide, user->email, &account, &found, err))
		return false;
	if (!found)
		return need_organisation(bootstrap, user->organisation, org, err) &&
		       insert_user(bootstrap, user, org, ret, err);
	*ret = account.id;
	*org = account.org;
	return true;
}

static bool assign(struct bootstrap *bootstrap, const Stralix__V1__BootstrapUser *user, const struct uuid *id,
                   struct error *err)
{
	if (user->n_assigned > AUTHZ_STAFF_ORGS)
		return error_field(err, "assigned", "max", "At most %d organisations.", AUTHZ_STAFF_ORGS);
	for (size_t i = 0; i < user->n_assigned; i++) {
		_cleanup_(tx_freep) struct tx *tx = NULL;
		struct uuid org;

		if (!need_organisation(bootstrap, user->assigned[i], &org, err) ||
		    !tx_begin(bootstrap->db, &org, &tx, err) ||
		    !TX_RUN(tx, AUTHZ_STAFF_ASSIGN, NULL, err, DB_UUID(id), DB_UUID(&org)) || !tx_commit(&tx, err))
			return error_wrap(err, "assign '%s'", user->assigned[i]);
	}
	return true;
}

/* Whether the file holds a token that is still good and this user's. */
static bool token_good(struct bootstrap *bootstrap, const char *path, const struct uuid *user, bool *ret,
                       struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	_cleanup_(tx_freep) struct tx *tx = NULL;
	_cleanup_buf_ struct buf text = { 0 };
	uint8_t digest[OPAQUE_DIGEST];
	struct uuid holder;

	*ret = false;
	if (access(path, F_OK) && errno == ENOENT)
		return true;
	if (!read_text(path, &text, err))
		return false;
	if (!text.size)
		return true;
	text.data[strcspn(text.data, "\r\n")] = '\0';
	opaque_digest(text.data, digest);
	if (!tx_begin(bootstrap->wide, NULL, &tx, err) ||
	    !TX_RUN(tx, AUTHZ_WIDE_TOKEN_IDENTITY, &rows, err, DB_BYTES(digest, sizeof(digest))) ||
	    !tx_commit(&tx, err))
		return false;
	holder = rows_count(rows) ? rows_uuid(rows, 0, 1) : (struct uuid){ 0 };
	*ret = uuid_equal(&holder, user);
	return true;
}

/* Whole or not at all. */
static bool write_secret(const char *path, const char *secret, struct error *err)
{
	_cleanup_free_ char *temporary = NULL;
	_cleanup_close_ int fd = -1;

	if (asprintf(&temporary, "%s.new", path) < 0)
		return error_errno(err, ENOMEM, "write %s", path);
	if (unlink(temporary) && errno != ENOENT)
		return error_errno(err, errno, "remove %s", temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || dprintf(fd, "%s\n", secret) < 0 || fsync(fd) || rename(temporary, path))
		return error_errno(err, errno, "write %s", path);
	return true;
}

/* The file comes first: a secret whose row is missing is made anew the next time. */
static bool need_token(struct bootstrap *bootstrap, const Stralix__V1__BootstrapUser *user, const struct uuid *id,
                       const struct uuid *org, struct error *err)
{
	_cleanup_(tx_freep) struct tx *tx = NULL;
	struct uuid token_id = uuid_v7();
	uint8_t digest[OPAQUE_DIGEST];
	char token[OPAQUE_TEXT];
	bool good;

	if (!*user->token_name)
		return true;
	if (!*user->token_file)
		return error_field(err, "tokenFile", "required", "a token needs a file for its secret");
	if (!token_good(bootstrap, user->token_file, id, &good, err) || good)
		return good;
	opaque_new(OPAQUE_API, token);
	opaque_digest(token, digest);
	return write_secret(user->token_file, token, err) && tx_begin(bootstrap->db, org, &tx, err) &&
	       TX_RUN(tx, AUTHZ_TOKEN_DELETE_NAMED, NULL, err, DB_UUID(id), DB_TEXT(user->token_name)) &&
	       TX_RUN(tx, AUTHZ_TOKEN_INSERT, NULL, err, DB_UUID(&token_id), DB_UUID(org), DB_UUID(id),
	              DB_TEXT(user->token_name), DB_BYTES(digest, sizeof(digest)), DB_TEXTS(NULL, 0),
	              DB_INT(TOKEN_TTL_S), DB_NULL, DB_TEXTS(NULL, 0)) &&
	       tx_commit(&tx, err);
}

static bool make(struct bootstrap *bootstrap, const Stralix__V1__Bootstrap *people, struct error *err)
{
	for (size_t i = 0; i < people->n_users; i++) {
		const Stralix__V1__BootstrapUser *user = people->users[i];
		struct uuid id, org;

		if (!need_user(bootstrap, user, &id, &org, err) || !assign(bootstrap, user, &id, err) ||
		    !need_token(bootstrap, user, &id, &org, err))
			return error_wrap(err, "user %s", user->email);
		log_info("%s is there", user->email);
	}
	return true;
}

static bool open_all(const struct launch_settings *settings, struct bootstrap *ret, struct error *err)
{
	const struct db_options own = {
		.conninfo = settings->db, .schema = "authz", .queries = authz_queries, .connections = 1
	};
	const struct db_options wide = {
		.conninfo = settings->db_wide, .schema = "authz", .queries = authz_queries_wide, .connections = 1
	};

	return hasher_new(&ret->hasher, err) && db_open(&own, &ret->db, err) && db_open(&wide, &ret->wide, err);
}

static bool run(const char *config, const char *file, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA);
	_cleanup_(launch_settings_done) struct launch_settings settings = { 0 };
	_cleanup_(bootstrap_done) struct bootstrap bootstrap = { 0 };
	Stralix__V1__Bootstrap *people = NULL;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "no memory");
	return launch_settings_load(config, &settings, err) && read_people(file, arena, &people, err) &&
	       open_all(&settings, &bootstrap, err) && make(&bootstrap, people, err);
}

int bootstrap_main(const char *config, const char *file)
{
	struct error err = { 0 };

	log_open("authz", LOG_INFO_);
	if (run(config, file, &err))
		return EXIT_SUCCESS;
	log_failure(LOG_ERROR_, &err, "bootstrap");
	return EXIT_FAILURE;
}
