/* ListDnsAccounts, GetDnsAccount, CreateDnsAccount, UpdateDnsAccount, VerifyDnsAccount, DeleteDnsAccount. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/contract/domain.h"
#include "lib/service/change.h"

#include "account.h"
#include "dns.h"
#include "dns_sql.h"
#include "provider_access.h"
#include "provider_worker.h"
#include "view.h"

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for the answer; ask for fewer");
}

/* The account, for these eyes. */
static bool see(struct call *call, const char *account_id, struct account *ret, struct error *err)
{
	struct uuid id;

	if (!uuid_parse(account_id, &id))
		return error_set(err, ERR_NOT_FOUND, "There is no such DNS account.");
	if (!account_find(service_db_wide(call_service(call)), &id, call_arena(call), ret, err))
		return false;
	return call_may_see(call, &ret->org) || error_set(err, ERR_NOT_FOUND, "There is no such DNS account.");
}

static bool begin(struct call *call, const char *account_id, struct change **ret, struct account *account,
                  struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;

	if (!see(call, account_id, account, err) || !change_begin(call, &account->org, &change, err) ||
	    !account_lock(change_tx(change), &account->id, call_arena(call), account, err))
		return false;
	*ret = TAKE_PTR(change);
	return true;
}

static bool tell(struct change *change, const char *action, const char *verb, const struct account *before,
                 const struct account *after, struct arena *arena, struct error *err)
{
	Stralix__V1__DnsAccount *was = before ? account_view(before, arena) : NULL;
	Stralix__V1__DnsAccount *is = after ? account_view(after, arena) : NULL;
	const Stralix__V1__DnsAccount *of = is ? is : was;
	Stralix__V1__Target target;

	if (!of)
		return no_room(err);
	stralix__v1__target__init(&target);
	target.kind = (char *)(uintptr_t) "dns_account";
	target.id = of->id;
	target.name = of->name;
	target.organisation_id = of->organisation_id;
	return change_audit(change, action, &target, "success", &stralix__v1__dns_account__rules,
	                    was ? &was->base : NULL, is ? &is->base : NULL, err) &&
	       change_event(change, "dns-account", verb, of->id, err);
}

static struct provider_workers *workers_of(struct call *call)
{
	const struct dns_state *state = call_state(call);

	return state->workers;
}

static bool finish(struct call *call, struct change *change, const struct account *account, struct error *err)
{
	Stralix__V1__DnsAccountReply reply;

	stralix__v1__dns_account_reply__init(&reply);
	if (!(reply.account = account_view(account, call_arena(call))))
		return no_room(err);
	if (!change_reply(change, &reply.base, err) || !change_commit(change, err))
		return false;
	provider_wake(workers_of(call));
	return true;
}

/* Errors: ERR_NOT_FOUND (an organisation not for these eyes). */
bool dns_list_dns_accounts(struct call *call, const Stralix__V1__ListDnsAccountsRequest *req, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct arena *arena = call_arena(call);
	Stralix__V1__ListDnsAccountsReply reply;
	struct account account;
	struct uuid org;

	stralix__v1__list_dns_accounts_reply__init(&reply);
	if (!call_choose_org(call, req->organisation_id, &org, err) ||
	    !DB_RUN(service_db_wide(call_service(call)), NULL, DNS_WIDE_ACCOUNT_LIST, &rows, err, DB_UUID(&org)))
		return error_wrap(err, "list DNS accounts");
	reply.accounts = arena_alloc(arena, (rows_count(rows) + 1) * sizeof(void *));
	if (!reply.accounts)
		return no_room(err);
	for (; reply.n_accounts < rows_count(rows); reply.n_accounts++) {
		if (!account_read(rows, (unsigned)reply.n_accounts, arena, &account, err))
			return false;
		if (!(reply.accounts[reply.n_accounts] = account_view(&account, arena)))
			return no_room(err);
	}
	return call_reply(call, &reply.base, err);
}

/* Errors: ERR_NOT_FOUND. */
bool dns_get_dns_account(struct call *call, const Stralix__V1__GetDnsAccountRequest *req, struct error *err)
{
	Stralix__V1__DnsAccountReply reply;
	struct account account;

	stralix__v1__dns_account_reply__init(&reply);
	if (!see(call, req->account_id, &account, err))
		return false;
	return (reply.account = account_view(&account, call_arena(call))) ? call_reply(call, &reply.base, err)
	                                                                  : no_room(err);
}

/* A name or an address, with a port if need be: "[2001:db8::1]:5300". */
static bool is_server(const char *text, const struct dns_settings *settings, struct arena *arena)
{
	struct server server;

	if (strchr(text, ' ') || !server_parse(text, &server))
		return false;
	return server.is_name ? domain_normalise(server.host, arena) != NULL : server_may(&server, settings);
}

static bool take_servers(char *const *servers, size_t n, const struct dns_settings *settings, struct arena *arena,
                         struct account *ret, struct error *err)
{
	ret->n_servers = 0;
	for (size_t i = 0; i < n && i < PROVIDER_SERVERS; i++) {
		if (!is_server(servers[i], settings, arena)) {
			char field[32];

			snprintf(field, sizeof(field), "nameServers[%zu]", i);
			return error_field(err, field, "server",
			                   "Enter a name or a public address, with a port if need be.");
		}
		ret->servers[ret->n_servers++] = servers[i];
	}
	return true;
}

/* What the form says of where it is. */
struct given {
	const char *base_url, *server_id;
	char *const *servers;
	size_t n_servers;
};

static bool take(struct call *call, const struct given *given, struct account *ret, struct error *err)
{
	const struct dns_settings *settings = service_settings(call_service(call));
	bool powerdns = ret->provider == &provider_powerdns;

	if (powerdns && !*given->base_url)
		return error_field(err, "baseUrl", "required", "Enter where its API is: https://dns.example:8081.");
	if (*given->base_url && !access_url_check(given->base_url, settings, err))
		return false;
	ret->base_url = given->base_url;
	ret->server_id = !powerdns ? "" : *given->server_id ? given->server_id : "localhost";
	return take_servers(given->servers, given->n_servers, settings, call_arena(call), ret, err);
}

static bool taken(struct error *err)
{
	error_set(err, ERR_NONE, "There is a DNS account of this name already.");
	error_field(err, "name", "EXISTS", "There is a DNS account of this name already.");
	err->code = ERR_EXISTS;
	return false;
}

static bool no_vault(struct error *err)
{
	return error_set(err, ERR_CONFLICT,
	                 "This installation keeps no tokens of other providers: the dns service has no vault_key.");
}

static bool insert(struct change *change, const struct account *account, const char *servers, struct error *err)
{
	if (!TX_RUN(change_tx(change), DNS_ACCOUNT_INSERT, NULL, err, DB_UUID(&account->id), DB_UUID(&account->org),
	            DB_TEXT(account->name), DB_TEXT(account->provider->kind), DB_TEXT(account->base_url),
	            DB_TEXT(account->server_id), DB_TEXT(servers), DB_BYTES(account->sealed, account->sealed_size)))
		return err->code == ERR_EXISTS ? taken(err) : false;
	return true;
}

/* Effects: one row (checking), audit dns_account.create. Errors: ERR_INVALID, ERR_EXISTS (name), ERR_NOT_FOUND
 * (organisation), ERR_CONFLICT (no vault key). */
bool dns_create_dns_account(struct call *call, const Stralix__V1__CreateDnsAccountRequest *req, struct error *err)
{
	const struct given given = { req->base_url, req->server_id, req->name_servers, req->n_name_servers };
	const struct seal_key *vault = provider_vault(workers_of(call));
	_cleanup_(change_freep) struct change *change = NULL;
	struct arena *arena = call_arena(call);
	struct account account = { .id = uuid_v7(), .name = req->name, .message = "", .version = 1 };
	const char *servers;

	account.provider = provider_find(req->kind);
	account.created_ms = account.updated_ms = clock_unix_ms();
	if (!account.provider || !account.provider->calls)
		return error_field(err, "kind", "kind", "Enter powerdns or cloudflare.");
	if (!vault)
		return no_vault(err);
	if (!call_choose_org(call, req->organisation_id, &account.org, err) || !take(call, &given, &account, err) ||
	    !account_seal(vault, &account.id, req->token, arena, &account, err))
		return false;
	if (!(servers = servers_join(account.servers, account.n_servers, arena)))
		return no_room(err);
	return change_begin(call, &account.org, &change, err) && insert(change, &account, servers, err) &&
	       tell(change, "dns_account.create", "created", NULL, &account, arena, err) &&
	       finish(call, change, &account, err);
}

static bool write_account(struct change *change, struct account *after, struct arena *arena, struct error *err)
{
	const char *servers = servers_join(after->servers, after->n_servers, arena);

	if (!servers)
		return no_room(err);
	after->version++;
	after->state = ACCOUNT_CHECKING;
	after->message = "";
	after->updated_ms = clock_unix_ms();
	if (!TX_RUN(change_tx(change), DNS_ACCOUNT_UPDATE, NULL, err, DB_UUID(&after->id), DB_TEXT(after->name),
	            DB_TEXT(after->base_url), DB_TEXT(after->server_id), DB_TEXT(servers),
	            DB_BYTES(after->sealed, after->sealed_size)))
		return err->code == ERR_EXISTS ? taken(err) : false;
	return TX_RUN(change_tx(change), DNS_ACCOUNT_RENAME, NULL, err, DB_UUID(&after->id), DB_TEXT(after->name)) &&
	       TX_RUN(change_tx(change), DNS_ACCOUNT_HURRY, NULL, err, DB_UUID(&after->id));
}

/* Effects: the row as a whole (checking), its waiting zones are tried anew, audit dns_account.update. Errors:
 * ERR_NOT_FOUND, ERR_PRECONDITION, ERR_INVALID, ERR_EXISTS. */
bool dns_update_dns_account(struct call *call, const Stralix__V1__UpdateDnsAccountRequest *req, struct error *err)
{
	const struct given given = { req->base_url, req->server_id, req->name_servers, req->n_name_servers };
	const struct seal_key *vault = provider_vault(workers_of(call));
	_cleanup_(change_freep) struct change *change = NULL;
	struct arena *arena = call_arena(call);
	struct account before, after;
	char etag[24];

	if (!vault)
		return no_vault(err);
	if (!begin(call, req->account_id, &change, &before, err))
		return false;
	snprintf(etag, sizeof(etag), "%" PRIu64, before.version);
	if (strcmp(etag, req->if_match) != 0)
		return error_set(err, ERR_PRECONDITION,
		                 "The account was changed meanwhile. Look at it again, then repeat your change.");
	after = before;
	after.name = req->name;
	if (!take(call, &given, &after, err))
		return false;
	if (!*req->token && strcmp(before.base_url, after.base_url) != 0)
		return error_field(err, "token", "required", "Enter the token again: it goes to another place now.");
	if (*req->token && !account_seal(vault, &after.id, req->token, arena, &after, err))
		return false;
	return write_account(change, &after, arena, err) &&
	       tell(change, "dns_account.update", "updated", &before, &after, arena, err) &&
	       finish(call, change, &after, err);
}

/* Effects: the row (checking), audit dns_account.verify. Errors: ERR_NOT_FOUND. */
bool dns_verify_dns_account(struct call *call, const Stralix__V1__VerifyDnsAccountRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct arena *arena = call_arena(call);
	struct account before, after;

	if (!begin(call, req->account_id, &change, &before, err))
		return false;
	after = before;
	return write_account(change, &after, arena, err) &&
	       tell(change, "dns_account.verify", "updated", &before, &after, arena, err) &&
	       finish(call, change, &after, err);
}

/* Effects: the row goes, audit dns_account.delete. Errors: ERR_NOT_FOUND, ERR_CONFLICT (zones are served by it). */
bool dns_delete_dns_account(struct call *call, const Stralix__V1__DeleteDnsAccountRequest *req, struct error *err)
{
	_cleanup_(change_freep) struct change *change = NULL;
	struct arena *arena = call_arena(call);
	struct account account;
	Stralix__V1__Empty empty;

	stralix__v1__empty__init(&empty);
	if (!begin(call, req->account_id, &change, &account, err))
		return false;
	if (account.zones)
		return error_set(err, ERR_CONFLICT, "%u zones are served by this account; delete and purge them first.",
		                 account.zones);
	return TX_RUN(change_tx(change), DNS_ACCOUNT_DELETE, NULL, err, DB_UUID(&account.id)) &&
	       tell(change, "dns_account.delete", "deleted", &account, NULL, arena, err) &&
	       change_reply(change, &empty.base, err) && change_commit(change, err);
}
