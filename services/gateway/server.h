/* server: which part of the gateway a request is for, and what is done before and after for all of them. */
#pragma once

#include "gateway.h"
#include "http.h"

/* Starts to listen; gateway has everything else by then. */
bool server_start(struct gateway *gateway, struct error *err) _must_check_;
