/* Janitor: websites that should have a certificate by themselves and have none ask for one. */
#include "lib/service/change.h"

#include "certificate_follow.h"
#include "certificate_store.h"
#include "store.h"
#include "web.h"

enum { ARENA_MAX = 1 << 20 };

/* As if a task of it had ended: what should be there and isn't is asked for. */
static bool ask(struct service *service, const struct certificate_turn *turn, struct error *err)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(ARENA_MAX);
	_cleanup_(change_freep) struct change *change = NULL;
	struct certificate certificate;
	struct website site;

	if (!arena)
		return error_set(err, ERR_INTERNAL, "no memory");
	if (!change_begin_system(service, &turn->org, "", &change, err))
		return false;
	if (!website_lock(change_tx(change), &turn->id, arena, &site, err))
		return err->code == ERR_NOT_FOUND;
	if (site.state != WEBSITE_ACTIVE)
		return true;
	return certificate_ask(change, &site, "The website has none yet.", arena, &certificate, err) &&
	       change_commit(change, err);
}

bool web_certificates_lacking(struct service *service, struct error *err)
{
	const struct web_settings *settings = service_settings(service);
	struct certificate_turn turns[CERTIFICATE_TURNS];
	unsigned n = 0;

	if (!*settings->acme_directory)
		return true;
	if (!certificate_lacking(service_db_wide(service), turns, &n, err))
		return false;
	for (unsigned i = 0; i < n; i++)
		if (!ask(service, &turns[i], err))
			return error_wrap(err, "ask for a certificate");
	return true;
}
