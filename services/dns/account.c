/* account: see account.h. */
#include "account.h"

#include <inttypes.h>
#include <string.h>

#include "dns_sql.h"
#include "view.h"

#define PURPOSE "dns_account"

enum {
	ID,
	ORG,
	NAME,
	KIND,
	BASE_URL,
	SERVER_ID,
	NAME_SERVERS,
	SEALED,
	STATE,
	MESSAGE,
	ATTEMPT,
	CHECKED,
	VERSION,
	CREATED,
	UPDATED,
	LEASE,
	ZONES,
};

static const char *const states[ACCOUNT_STATES] = {
	[ACCOUNT_CHECKING] = "checking", [ACCOUNT_ACTIVE] = "active", [ACCOUNT_FAILED] = "failed"
};

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for a DNS account");
}

static bool no_such(struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, "There is no such DNS account.");
}

const char *account_state_name(enum account_state state)
{
	return states[state];
}

const char *servers_join(const char *const *servers, size_t n, struct arena *arena)
{
	const char *text = "";

	for (size_t i = 0; text && i < n; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? " " : "", servers[i]);
	return text;
}

bool servers_split(const char *text, struct arena *arena, const char *ret[static PROVIDER_SERVERS], size_t *n)
{
	for (*n = 0; *text && *n < PROVIDER_SERVERS; ++*n) {
		size_t size = strcspn(text, " ");

		if (!(ret[*n] = arena_strndup(arena, text, size)))
			return false;
		text += size + (text[size] == ' ');
	}
	return true;
}

static bool read_sealed(const struct rows *rows, unsigned row, struct arena *arena, struct account *ret)
{
	const uint8_t *bytes = rows_bytes(rows, row, SEALED, &ret->sealed_size);
	uint8_t *copy = arena_alloc(arena, ret->sealed_size + 1);

	if (copy)
		memcpy(copy, bytes, ret->sealed_size);
	ret->sealed = copy;
	return copy != NULL;
}

bool account_read(const struct rows *rows, unsigned row, struct arena *arena, struct account *ret, struct error *err)
{
	*ret = (struct account){
		.id = rows_uuid(rows, row, ID),
		.org = rows_uuid(rows, row, ORG),
		.lease = rows_uuid(rows, row, LEASE),
		.provider = provider_find(rows_text(rows, row, KIND)),
		.name = arena_strdup(arena, rows_text(rows, row, NAME)),
		.base_url = arena_strdup(arena, rows_text(rows, row, BASE_URL)),
		.server_id = arena_strdup(arena, rows_text(rows, row, SERVER_ID)),
		.message = arena_strdup(arena, rows_text(rows, row, MESSAGE)),
		.attempt = (uint32_t)rows_int(rows, row, ATTEMPT),
		.zones = (uint32_t)rows_int(rows, row, ZONES),
		.version = (uint64_t)rows_int(rows, row, VERSION),
		.checked_ms = rows_ms(rows, row, CHECKED),
		.created_ms = rows_ms(rows, row, CREATED),
		.updated_ms = rows_ms(rows, row, UPDATED),
	};
	while (ret->state < ACCOUNT_STATES && strcmp(states[ret->state], rows_text(rows, row, STATE)) != 0)
		ret->state++;
	if (ret->state == ACCOUNT_STATES || !ret->provider)
		return error_set(err, ERR_INTERNAL, "a DNS account's row has an unknown state or kind");
	return (ret->name && ret->base_url && ret->server_id && ret->message && read_sealed(rows, row, arena, ret) &&
	        servers_split(rows_text(rows, row, NAME_SERVERS), arena, ret->servers, &ret->n_servers)) ||
	       no_room(err);
}

bool account_find(struct db *wide, const struct uuid *id, struct arena *arena, struct account *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(wide, NULL, DNS_WIDE_ACCOUNT_FIND, &rows, err, DB_UUID(id)))
		return false;
	return rows_count(rows) ? account_read(rows, 0, arena, ret, err) : no_such(err);
}

bool account_lock(struct tx *tx, const struct uuid *id, struct arena *arena, struct account *ret, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!TX_RUN(tx, DNS_ACCOUNT_LOCK, &rows, err, DB_UUID(id)))
		return false;
	return rows_count(rows) ? account_read(rows, 0, arena, ret, err) : no_such(err);
}

bool account_seal(const struct seal_key *vault, const struct uuid *id, const char *token, struct arena *arena,
                  struct account *ret, struct error *err)
{
	_cleanup_buf_ struct buf box = { 0 };
	uint8_t public[SEAL_KEY], *copy;
	char text[UUID_TEXT];

	seal_key_public(vault, public);
	if (!seal(public, PURPOSE, uuid_format(id, text), token, strlen(token), &box, err))
		return error_wrap(err, "seal a token");
	copy = arena_alloc(arena, box.size);
	if (!copy)
		return no_room(err);
	memcpy(copy, box.data, box.size);
	ret->sealed = copy;
	ret->sealed_size = box.size;
	return true;
}

bool account_open(const struct seal_key *vault, const struct account *account, struct buf *token, struct error *err)
{
	char text[UUID_TEXT];

	return seal_open(vault, PURPOSE, uuid_format(&account->id, text), account->sealed, account->sealed_size, token,
	                 err) ||
	       error_wrap(err, "open the token of a DNS account with this service's vault key");
}

Stralix__V1__DnsAccount *account_view(const struct account *account, struct arena *arena)
{
	Stralix__V1__DnsAccount *view = arena_alloc(arena, sizeof(*view));

	if (!view)
		return NULL;
	stralix__v1__dns_account__init(view);
	view->name = (char *)(uintptr_t)account->name;
	view->kind = (char *)(uintptr_t)account->provider->kind;
	view->base_url = (char *)(uintptr_t)account->base_url;
	view->server_id = (char *)(uintptr_t)account->server_id;
	view->message = (char *)(uintptr_t)account->message;
	view->state = (char *)(uintptr_t)states[account->state];
	view->zones = account->zones;
	view->n_name_servers = account->n_servers;
	view->name_servers = arena_alloc(arena, (account->n_servers + 1) * sizeof(char *));
	for (size_t i = 0; view->name_servers && i < account->n_servers; i++)
		view->name_servers[i] = (char *)(uintptr_t)account->servers[i];
	return view->name_servers && (view->id = view_id(&account->id, arena)) &&
	                       (view->organisation_id = view_id(&account->org, arena)) &&
	                       (view->etag = arena_printf(arena, "%" PRIu64, account->version)) &&
	                       (view->checked_at = view_time(account->checked_ms, arena)) &&
	                       (view->created_at = view_time(account->created_ms, arena)) &&
	                       (view->updated_at = view_time(account->updated_ms, arena))
	               ? view
	               : NULL;
}

bool account_place(struct tx *tx, const struct uuid *id, struct zone *zone, struct arena *arena, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;
	struct placement *node = &zone->nodes[0];

	if (!TX_RUN(tx, DNS_ACCOUNT_SHARE, &rows, err, DB_UUID(id)))
		return false;
	if (!rows_count(rows))
		return error_field(err, "accountId", "exists", "There is no such DNS account.");
	*node = (struct placement){
		.id = uuid_v7(),
		.node_id = view_id(id, arena),
		.node_name = arena_strdup(arena, rows_text(rows, 0, 1)),
		.provider = provider_find(rows_text(rows, 0, 2)),
		.account = *id,
		.address = "",
		.port = 53,
		.message = "",
		.fresh = true,
	};
	if (!node->node_id || !node->node_name || !node->provider)
		return no_room(err);
	zone->n_nodes = 1;
	return true;
}
