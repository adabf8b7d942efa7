/* ready: /healthz, /readyz and /metrics. */
#pragma once

#include "request.h"

struct ready;

struct ready *ready_new(void); /* NULL without memory */
void ready_free(struct ready *ready);

/* The process answers. */
void health_start(struct request *request);

/* The bus is reached and authz answers there. Asked at most once a second, whoever wants to know. */
void ready_start(struct request *request);

/* For Prometheus on this machine: 404 for whoever comes through the proxy. */
void metrics_start(struct request *request);
