/* jws: see jws.h. */
#include "jws.h"

#include <string.h>

#include "encode.h"
#include "key.h"

/* "<header>.<payload>", both base64url: what is signed. */
static void signing_input(const struct buf *header, const char *payload, size_t size, struct buf *to)
{
	encode_base64url(to, header->data, header->size);
	buf_putc(to, '.');
	encode_base64url(to, payload, size);
}

static bool assemble(const struct buf *input, const uint8_t *signature, size_t size, struct buf *to, struct error *err)
{
	const char *dot = strchr(input->data, '.');

	buf_printf(to, "{\"protected\":\"%.*s\",\"payload\":\"%s\",\"signature\":\"", (int)(dot - input->data),
	           input->data, dot + 1);
	encode_base64url(to, signature, size);
	buf_puts(to, "\"}");
	return !buf_failed(to) || error_set(err, ERR_INTERNAL, "out of memory");
}

bool jws_write(const struct jws *jws, struct buf *to, struct error *err)
{
	_cleanup_buf_ struct buf header = { 0 }, input = { 0 };
	uint8_t signature[KEY_SIGNATURE];

	buf_puts(&header, "{\"alg\":\"ES256\",");
	if (jws->account) {
		buf_printf(&header, "\"kid\":\"%s\"", jws->account);
	} else {
		buf_puts(&header, "\"jwk\":");
		key_jwk(jws->key, &header);
	}
	if (jws->nonce)
		buf_printf(&header, ",\"nonce\":\"%s\"", jws->nonce);
	buf_printf(&header, ",\"url\":\"%s\"}", jws->url);
	if (buf_failed(&header))
		return error_set(err, ERR_INTERNAL, "out of memory");
	signing_input(&header, jws->payload, strlen(jws->payload), &input);
	if (buf_failed(&input))
		return error_set(err, ERR_INTERNAL, "out of memory");
	return key_sign(jws->key, input.data, input.size, signature, err) &&
	       assemble(&input, signature, sizeof(signature), to, err);
}

bool jws_write_binding(const struct acme_binding *binding, const struct acme_key *key, const char *url, struct buf *to,
                       struct error *err)
{
	_cleanup_buf_ struct buf header = { 0 }, jwk = { 0 }, input = { 0 };
	uint8_t mac[KEY_MAC];

	for (const char *c = binding->id; *c; c++)
		if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\')
			return error_set(err, ERR_INVALID, "the binding's id has a character that it can't have");
	buf_printf(&header, "{\"alg\":\"HS256\",\"kid\":\"%s\",\"url\":\"%s\"}", binding->id, url);
	key_jwk(key, &jwk);
	if (buf_failed(&header) || buf_failed(&jwk))
		return error_set(err, ERR_INTERNAL, "out of memory");
	signing_input(&header, jwk.data, jwk.size, &input);
	if (buf_failed(&input))
		return error_set(err, ERR_INTERNAL, "out of memory");
	return key_mac(binding->key, input.data, input.size, mac, err) && assemble(&input, mac, sizeof(mac), to, err);
}
