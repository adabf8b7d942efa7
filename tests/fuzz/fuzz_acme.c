/* What an authority answers: headers up to an empty line, then a body that is read as everything it could be. */
#include <stdint.h>
#include <string.h>

#include "lib/acme/http.h"
#include "lib/acme/parse.h"

#define CA "https://ca.example"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool may(const void *arg, const char *url)
{
	(void)arg;
	return http_within(url, CA);
}

static size_t read_headers(const char *text, size_t size)
{
	struct http_answer answer = { 0 };
	size_t at = 0;

	while (at < size) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t line = end ? (size_t)(end - text) + 1 - at : size - at;

		if (line == 1)
			return at + 1;
		http_header(&answer, CA, text + at, line, 1000000);
		at += line;
	}
	return size;
}

static void read_body(const char *text, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(1 << 20);
	const struct parse_urls urls = { .may = may };
	_cleanup_(parse_freep) parse_value *value = NULL;
	static struct acme_problem problem;
	struct acme_authorization authorization;
	struct acme_order order;
	int64_t when;

	(void)!parse_chain(text, size);
	if (!arena || !parse_object(text, size, &value, NULL))
		return;
	parse_problem(value, &problem);
	(void)!parse_order(value, CA "/order/1", &urls, arena, &order, NULL);
	(void)!parse_authorization(value, &urls, arena, &authorization, NULL);
	(void)!parse_time(value, "t", &when);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t at = read_headers(text, size);

	read_body(text + at, size - at);
	return 0;
}
