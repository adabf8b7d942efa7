/* GetCertificate and GetWebsiteCertificate. One with its story; what a website is served with and waits for. */
#include <string.h>

#include "certificate_call.h"
#include "certificate_follow.h"
#include "certificate_store.h"
#include "certificate_story.h"
#include "certificate_view.h"
#include "settings.h"
#include "web.h"
#include "wish.h"

static bool whole(struct call *call, const struct certificate *certificate, Stralix__V1__WebsiteCertificate **ret,
                  struct error *err)
{
	return certificate_view(certificate, true, call_arena(call), ret, err) &&
	       story_read(service_db_wide(call_service(call)), certificate, call_arena(call), *ret, err);
}

/* Errors: ERR_NOT_FOUND. */
bool web_get_certificate(struct call *call, const Stralix__V1__GetCertificateRequest *req, struct error *err)
{
	Stralix__V1__CertificateReply reply;
	struct certificate certificate;

	stralix__v1__certificate_reply__init(&reply);
	return certificate_see(call, req->certificate_id, &certificate, err) &&
	       whole(call, &certificate, &reply.certificate, err) && call_reply(call, &reply.base, err);
}

static bool fill_names(const struct website *site, struct arena *arena, Stralix__V1__GetWebsiteCertificateReply *reply)
{
	const char *names[CERTIFICATE_NAMES];
	unsigned n;

	if (!certificate_names(site, arena, names, &n, NULL))
		return false;
	reply->names = arena_alloc(arena, n * sizeof(char *));
	for (; reply->names && reply->n_names < n; reply->n_names++)
		if (!(reply->names[reply->n_names] = arena_strdup(arena, names[reply->n_names])))
			return false;
	return reply->names != NULL;
}

static const char *why_nothing(const struct website *site, bool offered, const char *mode)
{
	if (strcmp(mode, "none") == 0)
		return "The website's settings want no HTTPS.";
	if (strcmp(mode, "own") == 0)
		return "The website's settings want an own certificate.";
	if (!offered)
		return "This installation has no certificate authority.";
	return site->state == WEBSITE_ACTIVE ? "" : "One is asked for when the website is at work.";
}

static bool fill(struct call *call, const struct website *site, Stralix__V1__GetWebsiteCertificateReply *reply,
                 struct error *err)
{
	const struct web_settings *settings = service_settings(call_service(call));
	const char *mode = settings_certificate_mode(site->settings);
	struct certificate_list list = { 0 };
	struct arena *arena = call_arena(call);

	reply->offered = *settings->acme_directory != '\0';
	reply->automatic = reply->offered && strcmp(mode, "automatic") == 0;
	if (!certificates_of(service_db_wide(call_service(call)), &site->id, arena, &list, err))
		return false;
	for (unsigned i = 0; i < list.n; i++) {
		Stralix__V1__WebsiteCertificate **to =
			certificate_is_coming(&list.rows[i]) ? &reply->coming : &reply->serving;

		if (!*to && !whole(call, &list.rows[i], to, err))
			return false;
	}
	if (!reply->coming && !reply->serving)
		reply->message = arena_strdup(arena, why_nothing(site, reply->offered, mode));
	return (reply->message && fill_names(site, arena, reply)) ||
	       error_set(err, ERR_TOO_LARGE, "no room for a certificate");
}

/* Errors: ERR_NOT_FOUND. */
bool web_get_website_certificate(struct call *call, const Stralix__V1__GetWebsiteCertificateRequest *req,
                                 struct error *err)
{
	Stralix__V1__GetWebsiteCertificateReply reply;
	struct website site;

	stralix__v1__get_website_certificate_reply__init(&reply);
	return wish_find(call, req->website_id, &site, err) && fill(call, &site, &reply, err) &&
	       call_reply(call, &reply.base, err);
}
