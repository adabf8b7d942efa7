/* Root, issuer, and what the issuer issues. */
#include "pki.h"

#include <string.h>

#include "process.h"

enum { ROOT_DAYS = 3650, ISSUER_DAYS = 1825, RENEW_DAYS = 30 };

/* The root, made or read; its certificate is the first of ca.crt. */
static bool open_root(const struct place *place, struct cert_authority **ret, struct error *err)
{
	struct path cert = place_path(place, "pki/ca.crt"), key = place_path(place, "pki/ca.key");

	if (place_exists(cert.text))
		return cert_authority_read(cert.text, key.text, ret, err);
	if (!cert_authority_new("StralixHost root", NULL, ROOT_DAYS, ret, err) ||
	    !cert_authority_write(*ret, cert.text, key.text, err))
		return false;
	place_note(place, key.text);
	return true;
}

bool pki_read(const struct place *place, struct cert_authority **ret_issuer, struct error *err)
{
	return cert_authority_read(place_path(place, "pki/issuer.crt").text, place_path(place, "pki/issuer.key").text,
	                           ret_issuer, err);
}

bool pki_open(const struct place *place, struct cert_authority **ret_issuer, struct error *err)
{
	_cleanup_(cert_authority_freep) struct cert_authority *root = NULL, *issuer = NULL;
	struct path cert = place_path(place, "pki/issuer.crt"), bundle = place_path(place, "pki/ca.crt");

	if (!place_folder(place, place_path(place, "pki").text, 0755, OWNER_ROOT, err))
		return false;
	if (place_exists(cert.text))
		return pki_read(place, ret_issuer, err);
	if (!open_root(place, &root, err) ||
	    !cert_authority_new("StralixHost issuer", root, ISSUER_DAYS, &issuer, err) ||
	    !cert_bundle_write(root, issuer, bundle.text, err) ||
	    !cert_authority_write(issuer, cert.text, place_path(place, "pki/issuer.key").text, err))
		return error_wrap(err, "make the certificate authority");
	place_note(place, bundle.text);
	place_note(place, cert.text);
	*ret_issuer = TAKE_PTR(issuer);
	return true;
}

bool pki_issue(const struct place *place, const struct cert_authority *issuer, const struct cert_request *request,
               const char *path, unsigned owner, struct error *err)
{
	struct path cert, key;

	snprintf(cert.text, sizeof cert.text, "%.*s.crt", PLACE_PATH - 5, path);
	snprintf(key.text, sizeof key.text, "%.*s.key", PLACE_PATH - 5, path);
	if (!cert_serves(issuer, request, cert.text, RENEW_DAYS) || !place_exists(key.text)) {
		if (!cert_issue(issuer, request, cert.text, key.text, err))
			return false;
		place_note(place, cert.text);
	}
	return place_own(place, key.text, owner, err) && place_own(place, cert.text, owner, err);
}
