/* NATS JWTs, version 2: operator, account, user; and the credentials file of a user. */
#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"

#include "base32.h"
#include "nkey.h"

#define UNLIMITED_USER "\"subs\":-1,\"data\":-1,\"payload\":-1"
#define UNLIMITED_ACCOUNT                                                                                              \
	"\"subs\":-1,\"data\":-1,\"payload\":-1,\"imports\":-1,\"exports\":-1,\"wildcards\":true,\"conn\":-1,"         \
	"\"leaf\":-1"
#define JETSTREAM "\"mem_storage\":67108864,\"disk_storage\":1073741824,\"streams\":16,\"consumer\":1024"
#define NOTHING "\"pub\":{\"deny\":[\">\"]},\"sub\":{\"deny\":[\">\"]}"

enum { DIGEST = 32, DIGEST_TEXT = 53, SIGNATURE = 64 };

static void put_base64(struct buf *out, const void *bytes, size_t size)
{
	_cleanup_free_ char *text = malloc((size + 2) / 3 * 4 + 1);

	if (!text) {
		out->failed = true;
		return;
	}
	EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);
	text[strcspn(text, "=")] = '\0';
	for (char *c = text; *c != '\0'; c++)
		*c = (char)(*c == '+' ? '-' : *c == '/' ? '_' : *c);
	buf_puts(out, text);
}

/* Whether text can stand between quotes as it is. */
static bool is_plain(const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || *c == '"' || *c == '\\')
			return false;
	return text[0] != '\0';
}

struct claims {
	const char *subject, *name, *type;
	const char *body; /* of the "nats" object: members with a comma behind each */
	int64_t issued, expires;
};

static void put_claims(struct buf *out, const struct claims *claims, const char *issuer, const char *id)
{
	buf_putc(out, '{');
	if (claims->expires > 0)
		buf_printf(out, "\"exp\":%" PRId64 ",", claims->expires);
	if (id)
		buf_printf(out, "\"jti\":\"%s\",", id);
	buf_printf(out, "\"iat\":%" PRId64 ",\"iss\":\"%s\",\"name\":\"%s\",\"sub\":\"%s\",", claims->issued, issuer,
	           claims->name, claims->subject);
	buf_printf(out, "\"nats\":{%s\"type\":\"%s\",\"version\":2}}", claims->body, claims->type);
}

/* The id of a JWT is the digest of its claims without the id. */
static bool claims_id(const struct claims *claims, const char *issuer, char ret[static DIGEST_TEXT])
{
	_cleanup_buf_ struct buf text = { 0 };
	uint8_t digest[DIGEST];
	size_t size = sizeof digest;

	put_claims(&text, claims, issuer, NULL);
	if (buf_failed(&text) || EVP_Q_digest(NULL, "SHA512-256", NULL, text.data, text.size, digest, &size) != 1)
		return false;
	base32_encode(digest, sizeof digest, ret);
	return true;
}

static char *sign(const struct nkey *issuer, const struct claims *claims)
{
	static const char header[] = "{\"typ\":\"JWT\",\"alg\":\"ed25519-nkey\"}";
	_cleanup_buf_ struct buf text = { 0 }, jwt = { 0 };
	uint8_t signature[SIGNATURE];
	char id[DIGEST_TEXT];

	if (!is_plain(claims->name) || !is_plain(claims->subject) || !claims_id(claims, nkey_public(issuer), id))
		return NULL;
	put_claims(&text, claims, nkey_public(issuer), id);
	put_base64(&jwt, header, sizeof header - 1);
	buf_putc(&jwt, '.');
	if (buf_failed(&text))
		return NULL;
	put_base64(&jwt, text.data, text.size);
	if (buf_failed(&jwt) || !nkey_sign(issuer, jwt.data, jwt.size, signature))
		return NULL;
	buf_putc(&jwt, '.');
	put_base64(&jwt, signature, sizeof signature);
	return buf_take(&jwt);
}

/* One direction of rights. An empty "allow" would mean everything, so nothing is spelled as a refusal of all. */
static bool put_subjects(struct buf *out, const char *direction, const char *const *subjects)
{
	if (!subjects || !subjects[0]) {
		buf_printf(out, "\"%s\":{\"deny\":[\">\"]},", direction);
		return true;
	}
	buf_printf(out, "\"%s\":{\"allow\":", direction);
	for (size_t i = 0; subjects[i]; i++) {
		if (!is_plain(subjects[i]))
			return false;
		buf_printf(out, "%c\"%s\"", i == 0 ? '[' : ',', subjects[i]);
	}
	buf_puts(out, "]},");
	return true;
}

static bool put_rights(struct buf *out, const struct nats_rights *rights)
{
	return put_subjects(out, "pub", rights->publish) && put_subjects(out, "sub", rights->subscribe);
}

char *nats_operator_jwt(const struct nkey *op, const char *signing_public, const char *system_account, const char *name)
{
	_cleanup_buf_ struct buf body = { 0 };
	struct claims claims = { nkey_public(op), name, "operator", NULL, clock_unix_ms() / 1000, 0 };

	if (!is_plain(signing_public) || !is_plain(system_account))
		return NULL;
	buf_printf(&body, "\"signing_keys\":[\"%s\"],\"system_account\":\"%s\",", signing_public, system_account);
	claims.body = body.data;
	return buf_failed(&body) ? NULL : sign(op, &claims);
}

/* The keys that may sign users: one for any rights, one for the template's alone. */
static bool put_signers(struct buf *out, const char *user_signer, const char *scoped_signer,
                        const struct nats_rights *template)
{
	if (!user_signer && !scoped_signer)
		return true;
	buf_puts(out, "\"signing_keys\":[");
	if (user_signer)
		buf_printf(out, "\"%s\"%s", user_signer, scoped_signer ? "," : "");
	if (scoped_signer) {
		buf_printf(out, "{\"kind\":\"user_scope\",\"key\":\"%s\",\"role\":\"node\",\"template\":{",
		           scoped_signer);
		if (!put_rights(out, template))
			return false;
		buf_puts(out, UNLIMITED_USER "}}");
	}
	buf_puts(out, "],");
	return true;
}

char *nats_account_jwt(const struct nkey *operator_signer, const char *account_public, const char *name,
                       const char *user_signer_public, const char *scoped_signer_public,
                       const struct nats_rights *scoped_template, bool jetstream, int64_t iat)
{
	_cleanup_buf_ struct buf body = { 0 };
	struct claims claims = { account_public, name, "account", NULL, iat, 0 };

	if ((user_signer_public && !is_plain(user_signer_public)) ||
	    (scoped_signer_public && (!is_plain(scoped_signer_public) || !scoped_template)))
		return NULL;
	buf_printf(&body, "\"limits\":{%s%s},\"default_permissions\":{%s},", UNLIMITED_ACCOUNT,
	           jetstream ? "," JETSTREAM : "", NOTHING);
	if (!put_signers(&body, user_signer_public, scoped_signer_public, scoped_template) || buf_failed(&body))
		return NULL;
	claims.body = body.data;
	return sign(operator_signer, &claims);
}

char *nats_user_jwt(const struct nkey *signer, const char *user_public, const char *name, const char *issuer_account,
                    const struct nats_rights *rights, int64_t expires)
{
	_cleanup_buf_ struct buf body = { 0 };
	struct claims claims = { user_public, name, "user", NULL, clock_unix_ms() / 1000, expires };

	if (issuer_account && !is_plain(issuer_account))
		return NULL;
	if (rights) {
		if (!put_rights(&body, rights))
			return NULL;
		buf_puts(&body, UNLIMITED_USER ",");
	}
	if (issuer_account)
		buf_printf(&body, "\"issuer_account\":\"%s\",", issuer_account);
	claims.body = body.data ? body.data : "";
	return buf_failed(&body) ? NULL : sign(signer, &claims);
}
