/*
 * token: compact JWTs signed with Ed25519 (RFC 7515, RFC 8037), on libsodium alone so that the agent's engine may link
 * it. There is one canonical form: the header {"alg":"EdDSA","typ":"JWT"} and claims in alphabetical order without
 * white space or escapes; the reader refuses anything else, so a token has exactly one spelling.
 *
 * - identity: iss authz, aud service, sub user, org orgs role scp sid name ext; 5 s, to ext beside a pulse; an
 *   operator's by hand: 600 s, without ext; act: the organisation that the session acts for; rec: the records that
 *   the API token is limited to (limit.h)
 * - pulse: iss authz, aud pulse, rev; 4 s
 * - service: iss caller, aud service.Method, sub actor, dig rid; 30 s
 * - command: iss tasks, aud node, act kind.verb, jti rid dig; 120 s
 * - report: iss node, aud tasks, sub task id or "heartbeat", dig; 300 s
 */
#pragma once

#include <stdint.h>

#include "lib/base/error.h"
#include "lib/token/limit.h"

enum {
	TOKEN_MAX = 4096,  /* bytes of a token with its NUL */
	TOKEN_KEY = 32,    /* raw Ed25519 public key, and seed */
	TOKEN_DIGEST = 32, /* SHA-256 */
	TOKEN_TAG = 16,
	TOKEN_LIST = 32,  /* members of orgs or scp */
	TOKEN_LIMITS = 8, /* members of rec */
	TOKEN_VALUE = 128,
};

/* An empty string is an absent claim. Values match [A-Za-z0-9_.:@/+-]*, but name: any UTF-8 without control characters
 * (it travels in base64url, so that there are no escapes). */
struct token_claims {
	char act[TOKEN_VALUE], aud[TOKEN_VALUE], iss[TOKEN_VALUE], jti[TOKEN_VALUE], name[256], org[TOKEN_VALUE];
	char rid[TOKEN_VALUE], role[TOKEN_VALUE], sid[TOKEN_VALUE], sub[TOKEN_VALUE];
	char orgs[TOKEN_LIST][40];
	unsigned n_orgs;
	char scp[TOKEN_LIST][64];
	unsigned n_scp;
	char rec[TOKEN_LIMITS][LIMIT_TEXT];
	unsigned n_rec;
	char rev[TOKEN_LIST][40];
	unsigned n_rev;
	bool has_dig;
	uint8_t dig[TOKEN_DIGEST];
	int64_t iat, exp; /* Unix seconds */
	int64_t ext;      /* likewise; 0 is an absent claim */
};

/* A key pair's private half; wiped when freed. */
struct token_key;
struct token_key *token_key_new(void); /* fresh */
bool token_key_read(const char *path, struct token_key **ret,
                    struct error *err); /* a file of one base64url seed, mode 0600 */
bool token_key_write(const struct token_key *key, const char *path, struct error *err); /* mode 0600, must not exist */
void token_key_free(struct token_key *key);
DEFINE_CLEANUP(struct token_key *, token_key_free)
void token_key_public(const struct token_key *key, uint8_t ret[static TOKEN_KEY]);

/* A digest that nobody without the key can make or check, for data that could be guessed. purpose keeps uses apart. */
void token_key_digest(const struct token_key *key, const char *purpose, const void *data, size_t size,
                      uint8_t ret[static TOKEN_DIGEST]);

/* base64url without padding of a public key: 43 characters and a NUL. */
void token_public_format(const uint8_t key[static TOKEN_KEY], char ret[static 44]);
bool token_public_parse(const char *text, uint8_t ret[static TOKEN_KEY]);

/* Signs the claims as they stand. out holds TOKEN_MAX bytes. Refuses values outside the alphabet. */
bool token_sign(const struct token_key *key, const struct token_claims *claims, char out[static TOKEN_MAX],
                struct error *err) _must_check_;

/* Checks form and signature; says nothing about time, audience or issuer. ERR_UNAUTHENTICATED. */
bool token_verify(const uint8_t key[static TOKEN_KEY], const char *token, struct token_claims *ret,
                  struct error *err) _must_check_;

/* Reads the claims without believing them, to choose the key by iss. */
bool token_peek(const char *token, struct token_claims *ret) _must_check_;

/* A name for a token within one process: 128 bits of SipHash under a key of its own, so that nobody can aim at one. */
void token_tag_key(uint8_t ret[static TOKEN_TAG]);
void token_tag(const uint8_t key[static TOKEN_TAG], const char *token, uint8_t ret[static TOKEN_TAG]);

void token_digest(const void *data, size_t size, uint8_t ret[static TOKEN_DIGEST]);

/* Who signs with which key: a file of lines "name base64url-public-key". "authz" is the signer of identity tokens,
 * "authz.service" the key that authz itself signs service tokens with. */
struct keyring;
bool keyring_read(const char *path, struct keyring **ret, struct error *err) _must_check_;
void keyring_free(struct keyring *keyring);
DEFINE_CLEANUP(struct keyring *, keyring_free)
const uint8_t *keyring_find(const struct keyring *keyring, const char *name); /* NULL when absent */
