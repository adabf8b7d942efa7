/* Token keys of those who sign, and the keyring of all. */
#include <string.h>

#include "lib/base/buf.h"
#include "lib/token/seal.h"
#include "lib/token/token.h"

#include "parts.h"

static bool open_key(const struct place *place, const struct process *process, struct token_key **ret,
                     struct error *err)
{
	struct path path = place_path(place, "etc/%s/token.key", process->name);

	if (!place_exists(path.text)) {
		_cleanup_(token_key_freep) struct token_key *key = token_key_new();

		if (!key || !token_key_write(key, path.text, err))
			return error_wrap(err, "make %s's token key", process->name);
		place_note(place, path.text);
	}
	return token_key_read(path.text, ret, err) && place_own(place, path.text, process->owner, err);
}

static bool add_line(const struct place *place, const struct process *process, struct buf *text, struct error *err)
{
	_cleanup_(token_key_freep) struct token_key *key = NULL;
	uint8_t public[TOKEN_KEY];
	char spelled[44];

	if (!open_key(place, process, &key, err))
		return false;
	token_key_public(key, public);
	token_public_format(public, spelled);
	buf_printf(text, "%s %s\n", process->signs, spelled);
	return true;
}

/* What a service seals secrets to that stand in its own rows. */
static bool make_vault(const struct place *place, const char *service, unsigned owner, struct error *err)
{
	struct path path = place_path(place, "etc/%s/vault.key", service);

	if (!place_exists(path.text)) {
		_cleanup_(seal_key_freep) struct seal_key *key = seal_key_new();

		if (!key || !seal_key_write(key, path.text, err))
			return error_wrap(err, "make %s's vault key", service);
		place_note(place, path.text);
	}
	return place_own(place, path.text, owner, err);
}

bool tokens_make(const struct place *place, struct error *err)
{
	_cleanup_buf_ struct buf text = { 0 };

	for (const struct process *process = processes; process->name; process++)
		if (process->signs && !add_line(place, process, &text, err))
			return false;
	if (buf_failed(&text))
		return error_set(err, ERR_INTERNAL, "keyring: out of memory");
	if (!make_vault(place, "web", OWNER_WEB, err) || !make_vault(place, "dns", OWNER_DNS, err))
		return false;
	return place_write(place, place_path(place, "etc/keyring").text, text.data, 0644, OWNER_ROOT, err);
}
