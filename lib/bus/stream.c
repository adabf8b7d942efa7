/* stream: the JetStream stream of events. */
#include "internal.h"

enum { API_WAIT_MS = 5000 };

static void context_destroyp(jsCtx **js)
{
	jsCtx_Destroy(*js);
}

static bool ensure(natsConnection *nc, const char *name, const char *subject, int64_t max_age_s, struct error *err)
{
	_cleanup_(context_destroyp) jsCtx *js = NULL;
	jsOptions options;
	jsStreamConfig config;
	jsErrCode code = 0;
	natsStatus status;

	jsOptions_Init(&options);
	options.Wait = API_WAIT_MS;
	jsStreamConfig_Init(&config);
	config.Name = name;
	config.Subjects = &subject;
	config.SubjectsLen = 1;
	config.Storage = js_FileStorage;
	config.MaxAge = max_age_s * 1000000000;
	status = natsConnection_JetStream(&js, nc, &options);
	if (status == NATS_OK)
		status = js_AddStream(NULL, js, &config, &options, &code);
	if (status == NATS_OK || code == JSStreamNameExistErr)
		return true;
	return nats_failed(err, status, name);
}

bool bus_ensure_stream(struct bus *bus, const char *name, const char *subject, int64_t max_age_s, struct error *err)
{
	struct link *link = NULL;
	bool ok;

	if (!link_acquire(bus, &link, err))
		return error_wrap(err, "make stream %s", name);
	ok = ensure(link->nc, name, subject, max_age_s, err);
	link_release(bus, link);
	return ok || error_wrap(err, "make stream");
}
