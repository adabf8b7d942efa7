/* certificate_validate: an order's validations: the website answers for a name, or a record does that dns keeps. */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/failpoint.h"

#include "certificate_order.h"
#include "challenge.h"

enum { BUSY_MS = 60000, RECORDS_MS = 400, RECORDS_MOST_MS = 600000 };

/* One name of the order. */
struct validation {
	const char *url; /* of the authorisation */
	struct acme_authorization now;
	const char *line; /* dns-01: of certificate.records; NULL: http-01 */
};

/* What is to be done for an order, of its names together. */
struct validations {
	struct validation all[ACME_NAMES];
	size_t n;
	struct acme_problem failed;
};

static const struct acme_challenge *challenge_of(const struct acme_authorization *authorization, bool dns)
{
	return dns ? &authorization->dns : &authorization->http;
}

/* Tells the authority to look, once: it may call the challenge pending while it does, and would look again for each
 * word; or be done just then, and refuse to hear of it. */
static bool answer(struct certificate_run *run, const struct acme_signer *signer, const struct validation *validation,
                   struct error *err)
{
	const struct acme_challenge *challenge = challenge_of(&validation->now, validation->line);
	const char *line = arena_printf(run->arena, "%s\n", challenge->url);
	struct acme_authorization now;
	struct error unread = { 0 };

	if (!line)
		return error_set(err, ERR_TOO_LARGE, "no room for a challenge");
	if (challenge->status != ACME_PENDING || challenge_has(run->certificate.answered, line))
		return true;
	if (acme_challenge_answer(run->acme, signer, challenge->url, err)) {
		run->certificate.answered = arena_printf(run->arena, "%s%s", run->certificate.answered, line);
		return run->certificate.answered || error_set(err, ERR_TOO_LARGE, "no room for a challenge");
	}
	if (!acme_authorization_get(run->acme, signer, validation->url, run->arena, &now, &unread) ||
	    (now.status == ACME_PENDING && challenge_of(&now, validation->line)->status == ACME_PENDING))
		return false;
	*err = (struct error){ 0 };
	return true;
}

/* Where the record of dns-01 for a name stands; "": the website answers for it. */
static const char *record_of(const struct certificate *certificate, const struct acme_authorization *authorization)
{
	for (unsigned i = 0; i < certificate->n_proofs; i++) {
		const char *name = certificate->names[i];
		bool wildcard = strncmp(name, "*.", 2) == 0;

		if (wildcard == authorization->wildcard && strcmp(wildcard ? name + 2 : name, authorization->name) == 0)
			return certificate->proofs[i];
	}
	return "";
}

static void note_failure(struct acme_problem *failed, const struct acme_authorization *authorization)
{
	struct acme_name_problem *name = &failed->names[failed->n++];
	const struct acme_problem *problem = authorization->problem;

	*name = (struct acme_name_problem){ 0 };
	snprintf(name->name, sizeof(name->name), "%s%s", authorization->wildcard ? "*." : "", authorization->name);
	snprintf(name->type, sizeof(name->type), "%s", problem ? problem->type : "unauthorized");
	snprintf(name->detail, sizeof(name->detail), "%s", problem ? problem->detail : "it isn't authorised");
}

static bool take_line(struct certificate_run *run, const char *record, struct validation *validation, struct error *err)
{
	char thumbprint[ACME_THUMBPRINT];
	const char *value;

	if (!acme_account_thumbprint(run->account, thumbprint, err))
		return false;
	value = acme_dns_value(validation->now.dns.token, thumbprint, run->arena);
	validation->line = value ? challenge_line(record, value, run->arena) : NULL;
	return validation->line || error_set(err, ERR_TOO_LARGE, "no room for a record");
}

/* One name: what is to be answered is added; what failed is noted. */
static bool look_at(struct certificate_run *run, const struct acme_signer *signer, const char *url,
                    struct validations *ret, struct error *err)
{
	struct validation *validation = &ret->all[ret->n];
	const char *record;

	*validation = (struct validation){ .url = url };
	if (!acme_authorization_get(run->acme, signer, url, run->arena, &validation->now, err))
		return false;
	if (validation->now.status == ACME_VALID)
		return true;
	if (validation->now.status != ACME_PENDING) {
		note_failure(&ret->failed, &validation->now);
		return true;
	}
	record = record_of(&run->certificate, &validation->now);
	if (!*challenge_of(&validation->now, *record)->url)
		return error_set(err, ERR_CONFLICT, "The certificate authority doesn't offer %s for %s.",
		                 *record ? "dns-01" : "http-01", validation->now.name);
	if (*record && !take_line(run, record, validation, err))
		return false;
	ret->n++;
	return true;
}

static bool look_at_all(struct certificate_run *run, const struct acme_signer *signer, const struct acme_order *order,
                        struct validations *ret, struct error *err)
{
	int64_t began = clock_monotonic_ms();

	for (size_t i = 0; i < order->n_authorizations && clock_monotonic_ms() - began < BUSY_MS; i++)
		if (!look_at(run, signer, order->authorizations[i], ret, err))
			return false;
	return true;
}

/* Those of one method. */
static bool answer_all(struct certificate_run *run, const struct acme_signer *signer,
                       const struct validations *validations, bool dns, struct error *err)
{
	for (size_t i = 0; i < validations->n; i++)
		if ((validations->all[i].line != NULL) == dns && !answer(run, signer, &validations->all[i], err))
			return false;
	return true;
}

/* The records that the order needs now; what is there beside them may stay until the end. *ret_new: some are. */
static bool collect_records(struct certificate_run *run, const struct validations *validations, bool *ret_new,
                            bool *ret_any, struct error *err)
{
	const char *records = "";

	*ret_new = *ret_any = false;
	for (size_t i = 0; i < validations->n; i++) {
		const char *line = validations->all[i].line;

		if (!line || challenge_has(records, line))
			continue;
		*ret_any = true;
		*ret_new = *ret_new || !challenge_has(run->certificate.records, line);
		if (!(records = arena_printf(run->arena, "%s%s", records, line)))
			return error_set(err, ERR_TOO_LARGE, "no room for records");
	}
	if (*ret_new)
		run->certificate.records = records;
	return true;
}

static bool fail_names(struct certificate_run *run, struct acme_problem *failed, bool *ret_more, struct error *err)
{
	struct error why = { 0 };

	error_set(&why, ERR_FORBIDDEN, "The certificate authority couldn't validate the names.");
	memcpy(failed->type, failed->n ? failed->names[0].type : "unauthorized",
	       failed->n ? sizeof(failed->type) : sizeof("unauthorized"));
	return run_fail(run, &why, failed, ret_more, err);
}

/* The records don't stand yet: what they wait for is told, and after too long, or for what somebody has to mend, that
 * was it. */
static bool wait_for_records(struct certificate_run *run, const struct challenge_sight *sight, bool *ret_more,
                             struct error *err)
{
	bool late = clock_unix_ms() - run->certificate.records_version > RECORDS_MOST_MS;
	struct error why = { 0 };

	if (sight->failed || late) {
		error_set(&why, ERR_CONFLICT, "The names can't be shown by records: %s",
		          *sight->words ? sight->words : "The name servers haven't taken the records over in time");
		return run_fail(run, &why, NULL, ret_more, err);
	}
	if (*sight->words)
		return run_stay(run, STORY_WAITING, sight->words, RECORDS_MS, ret_more, err);
	return run_wait(run, RECORDS_MS, ret_more, err);
}

/* The authority may look when all servers show the records, not before: its resolver would remember that there are
 * none. */
static bool validate_by_records(struct certificate_run *run, const struct acme_signer *signer,
                                const struct validations *validations, bool *ret_more, struct error *err)
{
	struct challenge_sight sight;
	struct error why = { 0 };
	bool is_new, any;

	if (!collect_records(run, validations, &is_new, &any, err))
		return false;
	if (is_new)
		return run_tell_dns(run, RECORDS_MS, ret_more, err);
	if (!any)
		return run_wait(run, order_poll_ms(run), ret_more, err);
	if (!challenge_look(run->service, &run->certificate, run->arena, &sight, &why))
		return run_trouble(run, &why, ret_more, err);
	if (!sight.stands)
		return wait_for_records(run, &sight, ret_more, err);
	failpoint("web.recorded");
	run->certificate.message = ""; /* what they waited for is over */
	return answer_all(run, signer, validations, true, &why) ? run_wait(run, order_poll_ms(run), ret_more, err)
	                                                        : run_trouble(run, &why, ret_more, err);
}

bool step_validating(struct certificate_run *run, bool *ret_more, struct error *err)
{
	struct validations *validations = arena_alloc(run->arena, sizeof(*validations));
	struct acme_signer signer;
	struct acme_order order;
	struct error why = { 0 };
	char url[ACME_URL];

	if (!validations)
		return error_set(err, ERR_TOO_LARGE, "no room for validations");
	if (!run->account || !*run->certificate.order_url)
		return run_advance(run, CERTIFICATE_WAITING, NULL, ret_more, err);
	if (!order_look(run, url, &signer, &order, &why))
		return run_trouble(run, &why, ret_more, err);
	if (order.status == ACME_READY || order.status == ACME_PROCESSING || order.status == ACME_VALID)
		return run_advance(run, CERTIFICATE_ISSUING, "All names are validated.", ret_more, err);
	if (!look_at_all(run, &signer, &order, validations, &why) ||
	    !answer_all(run, &signer, validations, false, &why))
		return run_trouble(run, &why, ret_more, err);
	if (validations->failed.n || order.status != ACME_PENDING)
		return fail_names(run, &validations->failed, ret_more, err);
	return validate_by_records(run, &signer, validations, ret_more, err);
}
