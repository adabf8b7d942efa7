/* test_tls_faults: an engine that dies with a key half told of, and a certificate that nginx doesn't show. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ask.h"
#include "authority.h"
#include "harness_internal.h"
#include "pauses.h"

#define CERTIFICATE "0190b5a6-7c1e-7000-8000-00000000000a"

static struct authority *authority;

static void ask_csr_init(struct ask *ask, const char *website_id, const char *name, void **packed)
{
	char *names[] = { (char *)(uintptr_t)name };
	Stralix__V1__CsrQuestion question;

	stralix__v1__csr_question__init(&question);
	question.certificate_id = (char *)(uintptr_t)CERTIFICATE;
	question.names = names;
	question.n_names = 1;
	question.key_type = STRALIX__V1__CSR_QUESTION__KEY_TYPE__P256;
	ask_init(ask, "csr", website_id);
	ask->question = *packed = harness_packed(&question.base, &ask->size);
}

static char *order(struct harness *harness, const char *website_id, const char *name)
{
	struct ask ask;
	void *packed;

	ask_csr_init(&ask, website_id, name, &packed);
	Stralix__V1__NodeAnswer *answer = ask_answer(harness, &ask);
	if (answer->code[0])
		fail_msg("%s: %s", answer->code, answer->message);
	Stralix__V1__CsrAnswer *csr = stralix__v1__csr_answer__unpack(NULL, answer->answer.len, answer->answer.data);
	char *chain = authority_answer(authority, &(struct issue){ .names = name }, &csr->csr);
	stralix__v1__csr_answer__free_unpacked(csr, NULL);
	stralix__v1__node_answer__free_unpacked(answer, NULL);
	free(packed);
	return chain;
}

static void certify(struct harness_command *command, char *chain, uint8_t room[static 16384])
{
	Stralix__V1__WebsiteState state;
	Stralix__V1__Certificate certificate;

	stralix__v1__website_state__init(&state);
	stralix__v1__certificate__init(&certificate);
	certificate.id = (char *)(uintptr_t)CERTIFICATE;
	certificate.chain = chain;
	state.certificate = &certificate;
	command->extra_size = stralix__v1__website_state__pack(&state, room);
	command->extra = room;
}

static void key_path(const struct harness *harness, const char *website_id, char path[static 3 * HARNESS_PATH])
{
	snprintf(path, 3 * HARNESS_PATH, "%s/keys/%s/" CERTIFICATE ".key", harness->node, website_id);
}

/* The key is on the disk before anybody hears of it, so that it is still the one that the second answer is of. */
static void a_key_that_nobody_was_told_of_is_used_by_the_next_request(void **state)
{
	struct harness *harness = *state;
	_cleanup_buf_ struct buf before = { 0 }, after = { 0 };
	struct harness_command site;
	char path[3 * HARNESS_PATH];
	uint8_t room[16384];
	struct ask ask;
	void *packed;

	harness_start(harness);
	harness_command(&site, "killed.example");
	harness_run_well(harness, &site);
	pauses_arm(harness, "engine.key");
	ask_csr_init(&ask, site.website_id, "killed.example", &packed);
	ask_send(harness, &ask);
	pauses_await(harness, "engine.key");
	key_path(harness, site.website_id, path);
	harness_read(path, &before);
	assert_true(before.size > 0);
	harness_kill(harness);
	pauses_release(harness, "engine.key");
	harness_start(harness);
	_cleanup_free_ char *chain = order(harness, site.website_id, "killed.example");
	harness_read(path, &after);
	assert_string_equal(before.data, after.data);
	harness_again(&site, 2);
	certify(&site, chain, room);
	harness_run_well(harness, &site);
	assert_true(visit_shows(harness, "killed.example", chain));
	free(packed);
}

/* A pair that belongs to nobody here, for a template that names it in the place of the right one. */
static void write_pair(const struct harness *harness, const char *name, const char *text)
{
	char path[2 * HARNESS_PATH];

	snprintf(path, sizeof(path), "%s/%s", harness->dir, name);
	harness_write(path, text, strlen(text), 0644);
}

static void a_certificate_that_nginx_does_not_show_goes_back_alone(void **state)
{
	struct harness *harness = *state;
	EVP_PKEY *strange = EVP_EC_gen("P-256");
	_cleanup_free_ char *other = authority_issue(authority, &(struct issue){ .names = "bad.example" }, strange);
	_cleanup_free_ char *other_key = authority_key_pem(strange);
	struct harness_command bad, good;
	char line[3 * HARNESS_PATH], key[3 * HARNESS_PATH];
	uint8_t room[16384];

	write_pair(harness, "other.crt", other);
	write_pair(harness, "other.key", other_key);
	snprintf(line, sizeof(line), "ssl_certificate %s/other.crt;", harness->dir);
	snprintf(key, sizeof(key), "ssl_certificate_key %s/other.key;", harness->dir);
	harness_edit_template(harness, "site.conf", "ssl_certificate tls/{{id:uuid}}.crt;", line);
	harness_edit_template(harness, "site.conf", "ssl_certificate_key tls/{{id:uuid}}.key;", key);
	harness_start(harness);
	harness_command(&bad, "bad.example");
	harness_run_well(harness, &bad);
	_cleanup_free_ char *chain = order(harness, bad.website_id, "bad.example");
	harness_again(&bad, 2);
	certify(&bad, chain, room);
	harness_command(&good, "good.example");
	harness_send(harness, &bad);
	harness_send(harness, &good);
	Stralix__V1__Outcome *outcome = harness_ending(harness, bad.task_id);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__FAILED);
	assert_string_equal(outcome->code, "VERIFY_FAILED");
	assert_non_null(strstr(outcome->message, "another certificate"));
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	outcome = harness_ending(harness, good.task_id);
	assert_int_equal(outcome->state, STRALIX__V1__OUTCOME__STATE__SUCCESS);
	stralix__v1__outcome__free_unpacked(outcome, NULL);
	struct visit seen = { .name = "bad.example" };
	assert_false(visit(harness, &seen));
	assert_true(harness_serves(harness, "bad.example"));
	assert_true(harness_serves(harness, "good.example"));
	EVP_PKEY_free(strange);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pauses_set_up, pauses_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_key_that_nobody_was_told_of_is_used_by_the_next_request),
		TEST(a_certificate_that_nginx_does_not_show_goes_back_alone),
	};

	authority = authority_new();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	authority_free(authority);
	return failed;
}
