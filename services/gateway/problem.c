/* Problem documents from the one list of error codes. */

#include "problem.h"

#include "lib/json/json.h"

enum { RETRY_AFTER_S = 2 };

static const char *meaning(enum error_code code)
{
	static const char *const meanings[ERROR_CODES] = {
#define ERROR(name, status, retryable, text) [ERR_##name] = (text),
#include "lib/base/errors.def"
#undef ERROR
	};

	return meanings[code] ? meanings[code] : "";
}

unsigned problem_status(const struct error *err)
{
	int status = error_http_status(err->code);

	return status >= 400 && status <= 599 ? (unsigned)status : 500;
}

unsigned problem_retry_after(const struct error *err)
{
	unsigned status = problem_status(err);

	if (status != 429 && status != 503 && status != 504)
		return 0;
	return err->retry_after_s ? err->retry_after_s : RETRY_AFTER_S;
}

static void member(struct buf *buf, const char *name, const char *value)
{
	buf_printf(buf, ",\"%s\":", name);
	json_quote(buf, value);
}

static void write_violations(struct buf *buf, const struct error *err)
{
	buf_puts(buf, ",\"violations\":[");
	for (unsigned i = 0; i < err->n_violations; i++) {
		buf_puts(buf, i ? ",{\"field\":" : "{\"field\":");
		json_quote(buf, err->violations[i].field);
		member(buf, "rule", err->violations[i].rule);
		member(buf, "message", err->violations[i].message);
		buf_putc(buf, '}');
	}
	buf_putc(buf, ']');
}

void problem_write(struct buf *buf, const struct error *err, unsigned status, const char *request_id)
{
	buf_printf(buf, "{\"type\":\"urn:stralix:error:%s\"", error_code_name(err->code));
	member(buf, "title", meaning(err->code));
	buf_printf(buf, ",\"status\":%u", status ? status : problem_status(err));
	member(buf, "code", error_code_name(err->code));
	member(buf, "detail", err->message);
	member(buf, "requestId", request_id);
	write_violations(buf, err);
	buf_putc(buf, '}');
}
