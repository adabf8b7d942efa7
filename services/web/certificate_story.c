/* certificate_story: see certificate_story.h. */
#include "certificate_story.h"

#include <string.h>

#include "lib/acme/acme.h"
#include "lib/base/clock.h"
#include "lib/contract/contract.h"

#include "web_sql.h"

enum { AT, STATE, OUTCOME, MESSAGE, PROBLEM, NAMES, PACKED_MAX = 256 * 1024 };

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for a certificate's story");
}

/* What it said of each name, packed as a step with nothing else in it. */
static bool pack_names(const struct acme_problem *problem, struct arena *arena, uint8_t **ret, size_t *ret_size)
{
	Stralix__V1__CertificateStep step;

	stralix__v1__certificate_step__init(&step);
	*ret_size = 0;
	if (!problem || !problem->n)
		return true;
	step.names = arena_alloc(arena, problem->n * sizeof(void *));
	for (; step.names && step.n_names < problem->n; step.n_names++) {
		const struct acme_name_problem *name = &problem->names[step.n_names];
		Stralix__V1__NameProblem *to = step.names[step.n_names] = arena_alloc(arena, sizeof(*to));

		if (!to)
			return false;
		stralix__v1__name_problem__init(to);
		to->name = (char *)(uintptr_t)name->name;
		to->problem = (char *)(uintptr_t)name->type;
		to->message = (char *)(uintptr_t)name->detail;
	}
	*ret = step.names ? contract_pack(&step.base, arena, ret_size) : NULL;
	return *ret != NULL;
}

bool story_add(struct tx *tx, const struct certificate *certificate, enum story_outcome outcome, const char *message,
               const struct acme_problem *problem, struct arena *arena, struct error *err)
{
	static const char *const outcomes[] = {
		[STORY_DONE] = "done", [STORY_WAITING] = "waiting", [STORY_FAILED] = "failed"
	};
	uint8_t *names = NULL;
	size_t size;

	if (!pack_names(problem, arena, &names, &size))
		return no_room(err);
	return TX_SEND(tx, WEB_CERTIFICATE_STEP, err, DB_UUID(&certificate->id), DB_UUID(&certificate->org),
	               DB_TEXT(certificate_state_name(certificate->state)), DB_TEXT(outcomes[outcome]),
	               DB_TEXT(message), DB_TEXT(problem ? problem->type : ""), DB_BYTES(names, size)) &&
	       TX_SEND(tx, WEB_CERTIFICATE_STEPS_TRIM, err, DB_UUID(&certificate->id));
}

static bool read_names(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__CertificateStep *step,
                       struct error *err)
{
	const Stralix__V1__CertificateStep *packed;
	ProtobufCMessage *message = NULL;
	size_t size;
	const uint8_t *bytes = rows_bytes(rows, row, NAMES, &size);

	if (!size)
		return true;
	if (!contract_unpack(&stralix__v1__certificate_step__descriptor, bytes, size, PACKED_MAX, arena, &message, err))
		return false;
	packed = (const Stralix__V1__CertificateStep *)(void *)message;
	step->names = packed->names;
	step->n_names = packed->n_names;
	return true;
}

static bool read_step(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__CertificateStep **ret,
                      struct error *err)
{
	Stralix__V1__CertificateStep *step = arena_alloc(arena, sizeof(*step));
	char at[CLOCK_RFC3339];

	if (!step)
		return no_room(err);
	stralix__v1__certificate_step__init(step);
	*ret = step;
	if (!(step->at = arena_strdup(arena, clock_rfc3339(rows_ms(rows, row, AT), at))) ||
	    !(step->state = arena_strdup(arena, rows_text(rows, row, STATE))) ||
	    !(step->outcome = arena_strdup(arena, rows_text(rows, row, OUTCOME))) ||
	    !(step->message = arena_strdup(arena, rows_text(rows, row, MESSAGE))) ||
	    !(step->problem = arena_strdup(arena, rows_text(rows, row, PROBLEM))))
		return no_room(err);
	return read_names(rows, row, arena, step, err);
}

bool story_read(struct db *wide, const struct certificate *certificate, struct arena *arena,
                Stralix__V1__WebsiteCertificate *view, struct error *err)
{
	_cleanup_(rows_freep) struct rows *rows = NULL;

	if (!DB_RUN(wide, NULL, WEB_WIDE_CERTIFICATE_STORY, &rows, err, DB_UUID(&certificate->id)))
		return error_wrap(err, "read a certificate's story");
	view->story = arena_alloc(arena, (rows_count(rows) + 1) * sizeof(void *));
	if (!view->story)
		return no_room(err);
	for (; view->n_story < rows_count(rows); view->n_story++)
		if (!read_step(rows, (unsigned)view->n_story, arena, &view->story[view->n_story], err))
			return false;
	return true;
}
