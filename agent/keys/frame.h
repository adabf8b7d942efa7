/*
 * frame: what the engine and stralix-agent-keys say to each other, one message over a SOCK_SEQPACKET socketpair: a word
 * and up to four parts of bytes. Not protobuf, whose readers copy what they read: here a private key stands in one
 * place, which whoever has it wipes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME_PARTS = 4, FRAME_SIZE = 160 * 1024, FRAME_HEAD = (2 + FRAME_PARTS) * sizeof(uint32_t) };

/* What may be asked. Names are separated by line feeds. */
enum keys_word {
	KEYS_MAKE = 1, /* "P-256" or "RSA-2048" → private key, PEM */
	KEYS_SIGN,     /* private key, PEM; names → request for a certificate, DER */
	KEYS_READ,     /* chain, PEM; names → facts */
	KEYS_CHECK,    /* chain, PEM; names; private key, PEM: whether they fit each other → facts */
	KEYS_GREET,    /* a name; with a connected socket: a TLS handshake → facts of who answers */
};

/* What is answered. */
enum keys_answer {
	KEYS_DONE = 1, /* with what the word says */
	KEYS_REFUSED,  /* a sentence for people: what is wrong with what was given */
	KEYS_FAILED,   /* a sentence: it can't be done now */
};

/* Parts of facts: the leaf's SHA-256; '1' for each name that the leaf is for, '0' for each other one (of a greeting:
 * the protocol that was agreed on by ALPN). */
enum facts_part { FACTS_LEAF, FACTS_NAMES };
#define FACTS_ALPN FACTS_NAMES

struct frame {
	uint32_t word, n;
	const uint8_t *part[FRAME_PARTS]; /* into the buffer */
	size_t size[FRAME_PARTS];
};

/* Writes a frame into a buffer of FRAME_SIZE; its size, 0 when it doesn't fit. */
size_t frame_write(const struct frame *frame, uint8_t *buffer);

/* Reads one; each part is followed by a NUL that its size doesn't count. */
bool frame_read(const uint8_t *buffer, size_t size, struct frame *ret);
