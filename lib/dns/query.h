/* query: one question to one server (RFC 1035 §4), over UDP and, when the answer is cut, over TCP. Thread-safe. */
#pragma once

#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/error.h"
#include "lib/dns/record.h"

enum { DNS_ANSWERS = 64 };

struct dns_answer {
	unsigned rcode;                         /* 0: no error, 3: no such name, 5: refused */
	bool authoritative;                     /* AA */
	bool cut;                               /* TC, also over TCP: never true of a good answer */
	struct dns_record records[DNS_ANSWERS]; /* of the answer section, of types that are known; from the arena */
	size_t n;
};

/* Asks without recursion unless recurse. Waits until deadline_ms (Unix time) at most, and never above ten minutes.
 * ERR_TIMEOUT, ERR_UNAVAILABLE (nothing listens), ERR_BAD_REPLY. */
bool dns_ask(const char *address, uint16_t port, const char *name, enum dns_type type, bool recurse,
             int64_t deadline_ms, struct arena *arena, struct dns_answer *ret, struct error *err) _must_check_;

/* The serial of the SOA that an authoritative answer holds. ERR_NOT_FOUND: it isn't authoritative for that. */
bool dns_ask_serial(const char *address, uint16_t port, const char *zone, int64_t deadline_ms, uint32_t *ret,
                    struct error *err) _must_check_;

/* FOREIGN: it isn't the answer to this question, so go on waiting. BAD: it is, and makes no sense, or holds more
 * records than there is room for; err is filled. */
enum dns_reading { DNS_READING_GOOD, DNS_READING_FOREIGN, DNS_READING_BAD };

/* Reads one message as an answer to this question. Untrusted bytes. Its data has the spelling of rdata.h, but a server
 * may hold what rdata_normalise refuses. */
enum dns_reading dns_answer_read(const uint8_t *bytes, size_t size, uint16_t id, const char *name, enum dns_type type,
                                 struct arena *arena, struct dns_answer *ret, struct error *err) _must_check_;

/* Whether serial b comes after a (RFC 1982). */
bool dns_serial_after(uint32_t b, uint32_t a);
