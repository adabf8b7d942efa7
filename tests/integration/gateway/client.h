/* client: raw HTTP by socket, so that tests can say what no library would. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { CLIENT_MAX = 256 << 10 };

struct answer {
	int status; /* 0: the connection was closed without one */
	char text[CLIENT_MAX];
	const char *body; /* into text */
	size_t size;
};

int client_connect(unsigned port);
void client_send(int fd, const char *text, size_t size);

/* Reads until text holds what is wanted (true), or the connection ends or timeout_ms is over (false). Appends. */
bool client_wait(int fd, struct answer *answer, const char *wanted, int timeout_ms);

/* Sends raw bytes and reads until the server closes. The request has to ask for that. */
void client_raw(unsigned port, const char *text, size_t size, struct answer *ret);

/* The same, and says that nothing more will come: for bytes that are no whole request. */
void client_fragment(unsigned port, const char *text, size_t size, struct answer *ret);

/* One request with "Connection: close"; headers are full lines with CRLF; body NULL: none, else as JSON. */
void client_ask(unsigned port, const char *method, const char *target, const char *headers, const char *body,
                struct answer *ret);

/* The value of a header of the answer in buffer; false when absent. */
bool client_header(const struct answer *answer, const char *name, char *buffer, size_t size);
