/* responder: a name server for tests, on UDP and TCP of one port, which answers well or in ways that none should. */
#pragma once

#include <stdint.h>

#include "lib/base/cleanup.h"

enum manner {
	WELL,        /* one A record, with authority */
	CUT,         /* cut over UDP, well over TCP */
	CUT_TWICE,   /* cut over TCP too */
	CUT_SHORT,   /* over TCP it says more than it sends */
	CUT_AWAY,    /* cut over UDP, and TCP is closed without a word */
	CUT_SILENT,  /* cut over UDP, and nothing ever comes over TCP */
	CUT_FOREIGN, /* over TCP another question is answered */
	SILENT,      /* never */
	LATE,        /* the third time that it is asked */
	STRANGE,     /* first with another id, another question, rubbish; then well */
	NONSENSE,    /* of this question, a record that ends too early */
	REFUSED,     /* without the question */
};

struct responder;

struct responder *responder_new(enum manner manner); /* aborts when it can't be had */
void responder_free(struct responder *responder);
DEFINE_CLEANUP(struct responder *, responder_free)

uint16_t responder_port(const struct responder *responder);
unsigned responder_asked(struct responder *responder); /* how often over UDP */
