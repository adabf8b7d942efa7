/* proof: see proof.h. */
#include "proof.h"

#include <string.h>

#include "lib/base/clock.h"

#include "web.h"

static bool is_wildcard(const char *name)
{
	return strncmp(name, "*.", 2) == 0;
}

/* Where the names point. */
static bool ask_addresses(struct service *service, const struct website *site, const char *const *names, unsigned n,
                          int64_t until_ms, struct arena *arena, struct proof *ret, struct error *err)
{
	const struct web_settings *settings = service_settings(service);

	for (unsigned i = 0; i < n; i++) {
		ret[i] = (struct proof){ .name = names[i], .record = "", .message = "" };
		ret[i].challenge = (struct challenge){ "", "", "", "", "", false };
		ret[i].preflight.message = "";
		if (is_wildcard(names[i]))
			continue;
		if (clock_monotonic_ms() >= until_ms)
			ret[i].preflight.message = "There was no time left to ask.";
		else if (!preflight_ask(settings->resolver, names[i], site->address, arena, &ret[i].preflight, err))
			return false;
		ret[i].possible = ret[i].preflight.ready;
		ret[i].message = ret[i].preflight.message;
	}
	return true;
}

/* Who has no zone here needn't be told of zones, but for a wildcard, which needs one. */
static bool is_worth_telling(const struct proof *proof)
{
	return !*proof->message || *proof->challenge.alias_target || !*proof->challenge.alias_name;
}

/* "shop.example points to …; and …": both ways are told. */
static bool judge(struct proof *proof, const struct challenge *challenge, struct arena *arena)
{
	const char *both = *proof->message ? "; and " : "";

	proof->challenge = *challenge;
	proof->possible = *challenge->zone != '\0';
	if (proof->possible) {
		proof->record = challenge->record;
		proof->message = "";
		return true;
	}
	if (!is_worth_telling(proof))
		return true;
	proof->message = arena_printf(arena, "%s%s%s", proof->message, both, challenge->message);
	return proof->message != NULL;
}

bool proofs_find(struct service *service, const struct website *site, const char *const *names, unsigned n,
                 int64_t until_ms, struct arena *arena, struct proof *ret, struct error *err)
{
	struct challenge challenges[CERTIFICATE_NAMES];
	const char *left[CERTIFICATE_NAMES];
	unsigned n_left = 0;

	if (!ask_addresses(service, site, names, n, until_ms, arena, ret, err))
		return false;
	for (unsigned i = 0; i < n; i++)
		if (!ret[i].possible)
			left[n_left++] = names[i];
	if (clock_monotonic_ms() >= until_ms)
		return true;
	if (!challenge_find(service, &site->org, left, n_left, arena, challenges, err))
		return false;
	for (unsigned i = 0, k = 0; i < n; i++)
		if (!ret[i].possible && !judge(&ret[i], &challenges[k++], arena))
			return error_set(err, ERR_TOO_LARGE, "no room for names");
	return true;
}
