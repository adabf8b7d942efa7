/* engine: an engine with a real journal and real keys, and nothing that carries tasks out. */
#pragma once

#include "agent/engine/engine.h"

struct fuzz_engine {
	struct engine engine;
	struct adapter_ops ops;
	struct token_key *tasks, *report;
	uint8_t report_public[TOKEN_KEY];
	char dir[64];
	unsigned woken; /* commands that were taken in as fresh */
};

/* The one engine of this process, in a folder of its own that goes when the process ends; aborts when it can't be made.
 */
struct fuzz_engine *fuzz_engine(void);
