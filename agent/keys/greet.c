/* greet: who answers on a connection, by a TLS handshake. Nothing is believed of the certificate: the engine knows
 * which one it has to be. */

#include <fcntl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <string.h>

#include "lib/base/clock.h"

#include "agent/keys/keys.h"

enum { PATIENCE_MS = 2000 };

DEFINE_CLEANUP(SSL_CTX *, SSL_CTX_free)
DEFINE_CLEANUP(SSL *, SSL_free)
DEFINE_CLEANUP(X509 *, X509_free)

static bool shake_hands(SSL *ssl, int fd)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;

	for (;;) {
		int result = SSL_connect(ssl), why = SSL_get_error(ssl, result);
		struct pollfd ready = { .fd = fd };
		int64_t left = deadline - clock_monotonic_ms();

		if (result == 1)
			return true;
		if (why == SSL_ERROR_WANT_READ)
			ready.events = POLLIN;
		else if (why == SSL_ERROR_WANT_WRITE)
			ready.events = POLLOUT;
		else
			return false;
		if (left <= 0 || poll(&ready, 1, (int)left) != 1)
			return false;
	}
}

bool keys_greet(const struct frame *request, int fd, struct keys_reply *reply)
{
	static const uint8_t offered[] = "\x02h2\x08http/1.1";
	_cleanup_(SSL_CTX_freep) SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	_cleanup_(SSL_freep) SSL *ssl = context ? SSL_new(context) : NULL;
	_cleanup_(X509_freep) X509 *leaf = NULL;
	const uint8_t *agreed = NULL;
	unsigned size = 0;

	if (request->n != 1 || fd < 0)
		return keys_fail(reply, "there is nobody to greet");
	if (!ssl || fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || SSL_set_fd(ssl, fd) != 1 ||
	    SSL_set_tlsext_host_name(ssl, (char *)(uintptr_t)request->part[0]) != 1 ||
	    SSL_set_alpn_protos(ssl, offered, sizeof(offered) - 1) != 0)
		return keys_fail(reply, "out of memory");
	if (!shake_hands(ssl, fd))
		return keys_refuse(reply, "there is no TLS handshake for %.253s", (const char *)request->part[0]);
	leaf = SSL_get1_peer_certificate(ssl);
	SSL_get0_alpn_selected(ssl, &agreed, &size);
	return leaf ? keys_add_leaf(reply, leaf) && keys_add(reply, agreed ? (const char *)agreed : "", size)
	            : keys_refuse(reply, "no certificate was shown");
}
