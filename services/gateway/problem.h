/* problem: errors as application/problem+json (RFC 9457). */
#pragma once

#include "lib/base/buf.h"
#include "lib/base/error.h"

/*
 * Appends {type, title, status, code, detail, requestId, violations}. status 0: that of the code; the framing checks
 * have statuses of their own.
 */
void problem_write(struct buf *buf, const struct error *err, unsigned status, const char *request_id);

unsigned problem_status(const struct error *err);

/* Seconds for Retry-After, or 0 for none. */
unsigned problem_retry_after(const struct error *err);
