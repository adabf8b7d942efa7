/* certificate_view: see certificate_view.h. */
#include "certificate_view.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/trust/chain.h"

#include "stralix/v1/web.contract.h"

static bool no_room(struct error *err)
{
	return error_set(err, ERR_TOO_LARGE, "no room for a certificate");
}

static char *id_text(const struct uuid *id, struct arena *arena)
{
	char text[UUID_TEXT] = "";

	return arena_strdup(arena, uuid_is_nil(id) ? text : uuid_format(id, text));
}

static char *time_text(int64_t unix_ms, struct arena *arena)
{
	char text[CLOCK_RFC3339] = "";

	return arena_strdup(arena, unix_ms ? clock_rfc3339(unix_ms, text) : text);
}

static bool fill_texts(const struct certificate *c, struct arena *arena, Stralix__V1__WebsiteCertificate *view)
{
	const struct {
		char **to;
		const char *from;
	} texts[] = {
		{ &view->domain, c->domain },
		{ &view->source, c->source },
		{ &view->state, certificate_state_name(c->state) },
		{ &view->message, c->message },
		{ &view->issuer, c->issuer },
		{ &view->fingerprint, c->fingerprint },
		{ &view->serial, c->serial },
		{ &view->key_type, c->key_type },
		{ &view->revoke_reason, c->revoke_reason },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (!(*texts[i].to = arena_strdup(arena, texts[i].from ? texts[i].from : "")))
			return false;
	return true;
}

static bool fill_ids(const struct certificate *c, struct arena *arena, Stralix__V1__WebsiteCertificate *view)
{
	return (view->id = id_text(&c->id, arena)) && (view->website_id = id_text(&c->website_id, arena)) &&
	       (view->organisation_id = id_text(&c->org, arena)) && (view->replaces = id_text(&c->replaces, arena)) &&
	       (view->task_id = id_text(&c->task_id, arena)) &&
	       (view->not_before = time_text(c->not_before_ms, arena)) &&
	       (view->not_after = time_text(c->not_after_ms, arena)) &&
	       (view->renew_at = time_text(c->renew_ms, arena)) &&
	       (view->next_try_at = time_text(c->state == CERTIFICATE_ACTIVE ? c->renew_ms : c->next_try_ms, arena)) &&
	       (view->revoked_at = time_text(c->revoked_ms, arena)) &&
	       (view->created_at = time_text(c->created_ms, arena)) &&
	       (view->updated_at = time_text(c->updated_ms, arena));
}

static bool fill_names(const struct certificate *c, struct arena *arena, Stralix__V1__WebsiteCertificate *view)
{
	view->names = arena_alloc(arena, (c->n_names + 1) * sizeof(char *));
	for (; view->names && view->n_names < c->n_names; view->n_names++)
		if (!(view->names[view->n_names] = arena_strdup(arena, c->names[view->n_names])))
			return false;
	return view->names != NULL;
}

static bool fill_proofs(const struct certificate *c, struct arena *arena, Stralix__V1__WebsiteCertificate *view)
{
	view->proofs = arena_alloc(arena, (c->n_proofs + 1) * sizeof(void *));
	for (; view->proofs && view->n_proofs < c->n_proofs; view->n_proofs++) {
		Stralix__V1__NameProof *proof = view->proofs[view->n_proofs] = arena_alloc(arena, sizeof(*proof));
		const char *record = c->proofs[view->n_proofs];

		if (!proof)
			return false;
		stralix__v1__name_proof__init(proof);
		if (!(proof->name = arena_strdup(arena, c->names[view->n_proofs])) ||
		    !(proof->method = arena_strdup(arena, *record ? "dns-01" : "http-01")) ||
		    !(proof->record = arena_strdup(arena, record)))
			return false;
	}
	return view->proofs != NULL;
}

static bool fill_whole(const struct certificate *c, struct arena *arena, Stralix__V1__WebsiteCertificate *view,
                       struct error *err)
{
	_cleanup_free_ char *pem = NULL;

	if (!(view->chain = arena_strdup(arena, c->chain ? c->chain : "")))
		return no_room(err);
	if (!c->csr_size || certificate_is_acme(c))
		return true;
	return chain_request_pem(c->csr, c->csr_size, &pem, err) &&
	       ((view->csr = arena_strdup(arena, pem)) || no_room(err));
}

bool certificate_view(const struct certificate *certificate, bool whole, struct arena *arena,
                      Stralix__V1__WebsiteCertificate **ret, struct error *err)
{
	Stralix__V1__WebsiteCertificate *view = arena_alloc(arena, sizeof(*view));

	if (!view)
		return no_room(err);
	stralix__v1__website_certificate__init(view);
	view->attempt = certificate->attempt;
	if (!fill_texts(certificate, arena, view) || !fill_ids(certificate, arena, view) ||
	    !fill_names(certificate, arena, view) || !fill_proofs(certificate, arena, view))
		return no_room(err);
	*ret = view;
	return !whole || fill_whole(certificate, arena, view, err);
}

bool certificate_target(const struct certificate *certificate, struct arena *arena, Stralix__V1__Target *ret,
                        struct error *err)
{
	stralix__v1__target__init(ret);
	return ((ret->kind = arena_strdup(arena, "certificate")) && (ret->id = id_text(&certificate->id, arena)) &&
	        (ret->name = arena_strdup(arena, certificate->domain)) &&
	        (ret->organisation_id = id_text(&certificate->org, arena))) ||
	       no_room(err);
}

bool certificate_tell(struct change *change, const struct certificate *before, const struct certificate *after,
                      const char *action, const char *outcome, const char *verb, struct arena *arena, struct error *err)
{
	Stralix__V1__WebsiteCertificate *was = NULL, *is;
	Stralix__V1__Target target;

	return (!before || certificate_view(before, false, arena, &was, err)) &&
	       certificate_view(after, false, arena, &is, err) && certificate_target(after, arena, &target, err) &&
	       change_audit(change, action, &target, outcome, &stralix__v1__website_certificate__rules,
	                    was ? &was->base : NULL, &is->base, err) &&
	       change_event(change, "certificate", verb, target.id, err);
}

bool certificate_reply(struct change *change, const struct certificate *certificate, const char *task_id,
                       struct arena *arena, struct error *err)
{
	Stralix__V1__CertificateReply reply;

	stralix__v1__certificate_reply__init(&reply);
	if (!certificate_view(certificate, true, arena, &reply.certificate, err))
		return false;
	reply.task_id = arena_strdup(arena, task_id);
	return reply.task_id ? change_reply(change, &reply.base, err) : no_room(err);
}
