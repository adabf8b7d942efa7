/* Settings files for the services' own reader. */
#include "yaml.h"

#include <stdarg.h>
#include <stdio.h>

void yaml_done(struct yaml *yaml)
{
	buf_done(&yaml->text);
}

static bool is_plain(const char *value)
{
	for (const char *c = value; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '"' || *c == '\\')
			return false;
	return true;
}

void yaml_row(struct yaml *yaml, const char *key, const char *format, ...)
{
	_cleanup_free_ char *value = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&value, format, args);
	va_end(args);
	if (n < 0) {
		value = NULL;
		yaml->text.failed = true;
		return;
	}
	if (!is_plain(value) && yaml->bad[0] == '\0')
		snprintf(yaml->bad, sizeof yaml->bad, "%s", key);
	buf_printf(&yaml->text, "%s: \"%s\"\n", key, value);
}

bool yaml_write(const struct place *place, struct yaml *yaml, const char *path, unsigned owner, struct error *err)
{
	if (yaml->bad[0] != '\0')
		return error_set(err, ERR_INVALID, "%s: the value of '%s' holds quotes or control characters", path,
		                 yaml->bad);
	if (buf_failed(&yaml->text))
		return error_set(err, ERR_INTERNAL, "%s: out of memory", path);
	return place_write(place, path, yaml->text.data, 0600, owner, err);
}
