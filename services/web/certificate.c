/* certificate: see certificate.h. */
#include "certificate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char *const names_of_states[CERTIFICATE_STATES] = {
	[CERTIFICATE_WAITING] = "waiting",   [CERTIFICATE_PREFLIGHT] = "preflight",
	[CERTIFICATE_ORDERING] = "ordering", [CERTIFICATE_VALIDATING] = "validating",
	[CERTIFICATE_ISSUING] = "issuing",   [CERTIFICATE_INSTALLING] = "installing",
	[CERTIFICATE_ACTIVE] = "active",     [CERTIFICATE_FAILED] = "failed",
	[CERTIFICATE_REPLACED] = "replaced", [CERTIFICATE_EXPIRED] = "expired",
	[CERTIFICATE_REVOKED] = "revoked",
};

const char *certificate_state_name(enum certificate_state state)
{
	return names_of_states[state];
}

bool certificate_state_parse(const char *name, enum certificate_state *ret)
{
	for (unsigned i = 0; i < CERTIFICATE_STATES; i++)
		if (strcmp(names_of_states[i], name) == 0) {
			*ret = (enum certificate_state)i;
			return true;
		}
	return false;
}

bool certificate_is_coming(const struct certificate *certificate)
{
	return certificate->state < CERTIFICATE_ACTIVE || certificate->state == CERTIFICATE_FAILED;
}

bool certificate_is_under_way(const struct certificate *certificate)
{
	return certificate->state > CERTIFICATE_WAITING && certificate->state < CERTIFICATE_ACTIVE;
}

bool certificate_is_acme(const struct certificate *certificate)
{
	return strcmp(certificate->source, "acme") == 0;
}

bool certificate_is_to_be_revoked(const struct certificate *certificate)
{
	return certificate->revoke_reason && *certificate->revoke_reason && !certificate->revoked_ms;
}

bool certificate_is_compromised(const struct certificate *certificate)
{
	return certificate_is_to_be_revoked(certificate) && strcmp(certificate->revoke_reason, "key_compromise") == 0;
}

bool certificate_reason_parse(const char *name, unsigned *ret)
{
	static const struct {
		const char *name;
		unsigned number;
	} reasons[] = { { "unspecified", 0 },
		        { "key_compromise", 1 },
		        { "affiliation_changed", 3 },
		        { "superseded", 4 },
		        { "cessation_of_operation", 5 } };

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reasons[i].name, name) == 0) {
			*ret = reasons[i].number;
			return true;
		}
	return false;
}

static bool has(const struct certificate *certificate, const char *name)
{
	for (unsigned i = 0; i < certificate->n_names; i++)
		if (strcmp(certificate->names[i], name) == 0)
			return true;
	return false;
}

bool certificate_is_for(const struct certificate *certificate, const char *const *names, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!has(certificate, names[i]))
			return false;
	return n == certificate->n_names;
}

/* Evenly from -1 to 1. Spreads load; no secret. */
static double chance(void)
{
	uint32_t noise = 0;

	if (getrandom(&noise, sizeof(noise), 0) != (ssize_t)sizeof(noise))
		return 0;
	return (double)noise / (double)UINT32_MAX * 2 - 1;
}

int64_t certificate_backoff_ms(unsigned attempt)
{
	static const int64_t seconds[] = { 60, 300, 1800, 7200, 21600, 43200, 86400 };
	size_t last = sizeof(seconds) / sizeof(seconds[0]) - 1, at = attempt ? attempt - 1 : 0;

	return (int64_t)((double)seconds[at < last ? at : last] * 1000 * (1 + chance() / 5));
}

int64_t certificate_patience_ms(unsigned troubles)
{
	enum { FIRST_S = 5, MOST_S = 600, DOUBLED = 7 };
	int64_t seconds = troubles < DOUBLED ? (int64_t)FIRST_S << troubles : MOST_S;

	return (int64_t)((double)(seconds < MOST_S ? seconds : MOST_S) * 1000 * (1 + chance() / 5));
}

int64_t certificate_renewal_ms(int64_t not_before_ms, int64_t not_after_ms)
{
	int64_t life = not_after_ms - not_before_ms;

	return not_before_ms + life * 2 / 3 + (int64_t)((double)life / 30 * chance());
}
