/* nats: a private nats-server for a test: its own folder and port. Aborts when it can't be had. */
#pragma once

#include "lib/base/cleanup.h"

struct nats_server;

/* Starts one with JetStream and without authentication; the folder goes with nats_server_free. */
struct nats_server *nats_server_new(void);
void nats_server_free(struct nats_server *server);
DEFINE_CLEANUP(struct nats_server *, nats_server_free)

void nats_server_kill(struct nats_server *server);  /* SIGKILL */
void nats_server_start(struct nats_server *server); /* on the same port */
const char *nats_server_url(const struct nats_server *server);
