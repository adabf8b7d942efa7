/* liar: an https server that answers each path as it is told, whatever is asked. */
#pragma once

struct pebble;
struct liar;

/* bytes: the whole answer, head and all; @ORIGIN@ in it becomes the server's own. NULL: it never answers. */
struct lie {
	const char *path, *bytes;
};

/* Uses the certificate of an identity (pebble_identity). lies ends with a row of NULLs; borrowed. */
struct liar *liar_start(const struct pebble *identity, const struct lie *lies);
void liar_free(struct liar *liar);
const char *liar_origin(const struct liar *liar);
