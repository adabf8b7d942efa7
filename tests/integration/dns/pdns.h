/* pdns: a private PowerDNS for a test, with SQLite and its API: its own folder and ports. Aborts when it can't be had.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/cleanup.h"

struct pdns;

/* STRALIX_PDNS is the program, STRALIX_PDNS_SCHEMA the tables that it wants. */
struct pdns *pdns_new(void);
void pdns_free(struct pdns *pdns);
DEFINE_CLEANUP(struct pdns *, pdns_free)

uint16_t pdns_port(const struct pdns *pdns);

/* Says a JSON body (NULL: none) to the API by curl; its answer is appended to out. The status of HTTP. */
int pdns_api(struct pdns *pdns, const char *method, const char *path, const char *body, struct buf *out);

/* pdnsutil with these arguments, the last one NULL; what it says is appended to out. Its exit status. */
int pdns_util(struct pdns *pdns, const char *const args[], struct buf *out);

/* A file in its folder; its path, which belongs to pdns until the next call. */
const char *pdns_file(struct pdns *pdns, const char *name, const char *text);
