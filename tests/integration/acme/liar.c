/* liar: see liar.h. */
#include "liar.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pebble.h"

struct liar {
	const struct lie *lies;
	SSL_CTX *context;
	int fd;
	char origin[64];
	pthread_t thread;
};

static const struct lie *find(const struct liar *liar, const char *request)
{
	const char *path = strchr(request, ' ');

	for (const struct lie *lie = liar->lies; path && lie->path; lie++)
		if (strncmp(path + 1, lie->path, strlen(lie->path)) == 0 && path[1 + strlen(lie->path)] == ' ')
			return lie;
	return NULL;
}

/* With @ORIGIN@ filled in. */
static void say(SSL *ssl, const char *bytes, const char *origin)
{
	const char *at;

	while ((at = strstr(bytes, "@ORIGIN@"))) {
		if (at > bytes)
			SSL_write(ssl, bytes, (int)(at - bytes));
		SSL_write(ssl, origin, (int)strlen(origin));
		bytes = at + strlen("@ORIGIN@");
	}
	if (*bytes)
		SSL_write(ssl, bytes, (int)strlen(bytes));
}

static void serve(struct liar *liar, int fd)
{
	SSL *ssl = SSL_new(liar->context);
	char request[16384] = "";
	int n;

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1 && (n = SSL_read(ssl, request, sizeof(request) - 1)) > 0) {
		const struct lie *lie = find(liar, request);

		if (lie && !lie->bytes)
			SSL_read(ssl, request, sizeof(request) - 1); /* until the client has had enough */
		else
			say(ssl, lie ? lie->bytes : "HTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n", liar->origin);
		SSL_shutdown(ssl);
	}
	SSL_free(ssl);
	close(fd);
}

static void *run(void *arg)
{
	struct liar *liar = arg;

	for (;;) {
		int fd = accept(liar->fd, NULL, NULL);

		if (fd < 0)
			return NULL;
		serve(liar, fd);
	}
}

struct liar *liar_start(const struct pebble *identity, const struct lie *lies)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct liar *liar = calloc(1, sizeof(*liar));
	socklen_t size = sizeof(address);

	liar->lies = lies;
	liar->context = SSL_CTX_new(TLS_server_method());
	liar->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (SSL_CTX_use_certificate_chain_file(liar->context, identity->cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(liar->context, identity->key, SSL_FILETYPE_PEM) != 1 ||
	    bind(liar->fd, (struct sockaddr *)&address, size) < 0 || listen(liar->fd, 8) < 0 ||
	    getsockname(liar->fd, (struct sockaddr *)&address, &size) < 0)
		abort();
	snprintf(liar->origin, sizeof(liar->origin), "https://localhost:%u", ntohs(address.sin_port));
	if (pthread_create(&liar->thread, NULL, run, liar) != 0)
		abort();
	return liar;
}

void liar_free(struct liar *liar)
{
	shutdown(liar->fd, SHUT_RDWR);
	pthread_join(liar->thread, NULL);
	close(liar->fd);
	SSL_CTX_free(liar->context);
	free(liar);
}

const char *liar_origin(const struct liar *liar)
{
	return liar->origin;
}
