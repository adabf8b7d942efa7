/* signer_client: over a real socketpair, with the signer's own answer at the other end. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#include "lib/contract/contract.h"

#include "services/authz/signer/sign.h"
#include "services/authz/signer_client.h"

enum { NOW = 1795500000 };

struct fixture {
	int signer; /* its end of the socket */
	struct token_key *key;
	struct signer_client *client;
	struct arena *arena;
	Stralix__V1__SignIdentity identity;
	char id[40], role[16], audience[16];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct error err = { 0 };
	int pair[2];

	if (!f || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	f->signer = pair[1];
	f->key = token_key_new();
	f->arena = arena_new(1024 * 1024);
	snprintf(f->id, sizeof(f->id), "0192f000-0000-7000-8000-000000000001");
	snprintf(f->role, sizeof(f->role), "staff");
	snprintf(f->audience, sizeof(f->audience), "tasks");
	stralix__v1__sign_identity__init(&f->identity);
	f->identity.user_id = f->identity.organisation_id = f->identity.session_id = f->id;
	f->identity.role = f->role;
	f->identity.audience = f->audience;
	*state = f;
	return signer_client_new(pair[0], &f->client, &err) ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	signer_client_free(f->client);
	if (f->signer >= 0)
		close(f->signer);
	token_key_free(f->key);
	arena_free(f->arena);
	free(f);
	return 0;
}

static void reply_once(struct fixture *f, uint64_t older_by)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new(256 * 1024);
	uint8_t frame[SIGN_FRAME_MAX];
	ssize_t n = recv(f->signer, frame, sizeof(frame), 0);
	Stralix__V1__SignerReply reply;
	struct error err = { 0 };
	uint8_t *packed;
	size_t size;

	if (n <= 0 || !sign_answer(f->key, NOW, frame, (size_t)n, arena, &reply, &err))
		abort();
	if (older_by) { /* first an answer that nobody waits for any more */
		reply.ref -= older_by;
		packed = contract_pack(&reply.base, arena, &size);
		if (send(f->signer, packed, size, 0) != (ssize_t)size)
			abort();
		reply.ref += older_by;
	}
	packed = contract_pack(&reply.base, arena, &size);
	if (send(f->signer, packed, size, 0) != (ssize_t)size)
		abort();
}

static void *reply_thrice(void *arg)
{
	reply_once(arg, 0);
	reply_once(arg, 0);
	reply_once(arg, 2);
	return NULL;
}

static void tokens_come_back_and_late_answers_are_skipped(void **state)
{
	struct fixture *f = *state;
	struct token_claims claims;
	struct error err = { 0 };
	uint8_t public[TOKEN_KEY];
	char token[TOKEN_MAX];
	pthread_t signer;

	token_key_public(f->key, public);
	assert_int_equal(pthread_create(&signer, NULL, reply_thrice, f), 0);
	for (int i = 0; i < 3; i++) {
		assert_true(signer_client_identity(f->client, &f->identity, f->arena, token, &err));
		assert_true(token_verify(public, token, &claims, &err));
		assert_string_equal(claims.role, "staff");
	}
	pthread_join(signer, NULL);
}

static void *refuse(void *arg)
{
	reply_once(arg, 0);
	return NULL;
}

static void a_refusal_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct error err = { 0 };
	char token[TOKEN_MAX];
	pthread_t signer;

	snprintf(f->id, sizeof(f->id), "root");
	assert_int_equal(pthread_create(&signer, NULL, refuse, f), 0);
	assert_false(signer_client_identity(f->client, &f->identity, f->arena, token, &err));
	assert_int_equal(err.code, ERR_INTERNAL);
	pthread_join(signer, NULL);
}

static void without_a_signer_the_process_is_told_to_stop(void **state)
{
	struct fixture *f = *state;
	const struct timespec deadline = { .tv_sec = 5 };
	struct error err = { 0 };
	char token[TOKEN_MAX];
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	close(f->signer);
	f->signer = -1;
	assert_int_equal(sigtimedwait(&term, NULL, &deadline), SIGTERM);
	assert_false(signer_client_identity(f->client, &f->identity, f->arena, token, &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(tokens_come_back_and_late_answers_are_skipped),
		WITH_FIXTURE(a_refusal_is_an_error),
		WITH_FIXTURE(without_a_signer_the_process_is_told_to_stop),
	};
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &term, NULL);
	return cmocka_run_group_tests_name("authz/signer_client", tests, NULL, NULL);
}
