/* What an installation was told once. */
#include "installation.h"

#include <limits.h>

#include "lib/base/config.h"

#include "process.h"
#include "yaml.h"

static const struct config_row rows[] = {
	{ "nats_url", CONFIG_STRING, offsetof(struct installation, nats_url), NULL, 0, 0, NULL, "where the bus is" },
	{ "uid_base", CONFIG_INT, offsetof(struct installation, uid_base), "0", 0, INT_MAX, NULL,
	  "number below the first of the processes' users; 0: all are the caller's" },
	{ .key = NULL },
};

bool installation_write(const struct place *place, const char *nats_url, struct error *err)
{
	_cleanup_yaml_ struct yaml yaml = { 0 };

	yaml_row(&yaml, "nats_url", "%s", nats_url);
	yaml_row(&yaml, "uid_base", "%ld", place->uid_base);
	return yaml_write(place, &yaml, place_path(place, "etc/installation.yaml").text, OWNER_ROOT, err);
}

bool installation_read(const char *root, struct installation *ret, struct error *err)
{
	const struct place place = { .root = root };

	*ret = (struct installation){ 0 };
	return config_load(place_path(&place, "etc/installation.yaml").text, rows, ret, err) ||
	       error_wrap(err, "is %s made by stralixctl init?", root);
}

void installation_done(struct installation *installation)
{
	config_done(rows, installation);
}
