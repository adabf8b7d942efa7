/* pebble: a certificate authority of the test's own, with a resolver and an http-01 server (pebble-challtestsrv). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { PEBBLE_PATH = 128 };

struct pebble {
	char folder[PEBBLE_PATH], directory[PEBBLE_PATH], ca[PEBBLE_PATH], cert[PEBBLE_PATH], key[PEBBLE_PATH];
	unsigned port, manage_port, http_port, dns_port, names_port;
	int pid, names_pid;
};

/* A folder with a CA and a certificate of localhost; nothing runs. */
void pebble_identity(struct pebble *pebble);
void pebble_erase(struct pebble *pebble);

/* Rejects a fifth of all nonces, sleeps not. binding: accounts need one ("kid-1"). Aborts when it doesn't come up. */
void pebble_start(struct pebble *pebble, bool binding);
void pebble_stop(struct pebble *pebble); /* pebble alone */
void pebble_done(struct pebble *pebble); /* all, and the folder */

/* What a website would answer to /.well-known/acme-challenge/<token>. */
void pebble_answer(const struct pebble *pebble, const char *token, const char *content);

/* How many certificates it has issued, by its log. */
unsigned pebble_issued(const struct pebble *pebble);

unsigned free_port(void);
