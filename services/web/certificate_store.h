/* certificate_store: certificates in the database. */
#pragma once

#include "lib/base/arena.h"
#include "lib/db/db.h"

#include "certificate.h"

bool certificate_insert(struct tx *tx, const struct certificate *certificate, struct error *err) _must_check_;

/* Takes what is due for so long; *ret false: it isn't, or somebody else has it. */
bool certificate_claim(struct db *db, const struct uuid *org, const struct uuid *id, const struct uuid *lease,
                       unsigned seconds, bool *ret, struct error *err) _must_check_;

/* Makes the lease last for so long from now. */
bool certificate_hold(struct db *db, const struct uuid *org, const struct uuid *id, const struct uuid *lease,
                      unsigned seconds, struct error *err) _must_check_;

/* The row, locked until the transaction ends. ERR_NOT_FOUND. */
bool certificate_lock(struct tx *tx, const struct uuid *id, struct arena *arena, struct certificate *ret,
                      struct error *err) _must_check_;

/* What the website waits for from a source, and what it is served with, locked; *ret_found false: nothing. */
bool certificate_lock_coming(struct tx *tx, const struct uuid *website_id, const char *source, struct arena *arena,
                             struct certificate *ret, bool *ret_found, struct error *err) _must_check_;
bool certificate_lock_active(struct tx *tx, const struct uuid *website_id, struct arena *arena, struct certificate *ret,
                             bool *ret_found, struct error *err) _must_check_;

/* Writes all that changes. A lease that is named lasts for so long from now; without one the row is free. */
bool certificate_update(struct tx *tx, const struct certificate *certificate, unsigned lease_s,
                        struct error *err) _must_check_;
/* Makes it due, whoever works on it. */
bool certificate_hurry(struct tx *tx, const struct uuid *id, struct error *err) _must_check_;
bool certificate_delete(struct tx *tx, const struct uuid *id, struct error *err) _must_check_;
bool certificate_forget(struct tx *tx, const struct uuid *website_id, struct error *err) _must_check_;
/* Makes what waits for the website's task due. */
bool certificate_wake(struct tx *tx, const struct uuid *website_id, struct error *err) _must_check_;

/* Any organisation's: ask call_may_see before showing it. ERR_NOT_FOUND. */
bool certificate_find(struct db *wide, const struct uuid *id, struct arena *arena, struct certificate *ret,
                      struct error *err) _must_check_;

struct certificate_list {
	struct certificate *rows; /* from the arena */
	unsigned n;
	bool more;
	uint64_t total;
};

/* What a website is served with, first, and waits for. */
bool certificates_of(struct db *wide, const struct uuid *website_id, struct arena *arena, struct certificate_list *ret,
                     struct error *err) _must_check_;

enum certificate_order { CERTIFICATES_MADE_UP, CERTIFICATES_MADE_DOWN, CERTIFICATES_ENDS_UP, CERTIFICATES_ENDS_DOWN };

struct certificate_filter {
	const char *const *orgs; /* NULL: all */
	size_t n_orgs;
	const char *search, *state, *website_id; /* "": any */
	unsigned within_days;                    /* 0: whenever */
	enum certificate_order order;
	const char *after_id; /* the last row of the page before; "": none */
	int64_t after_ms;
	unsigned limit;
};
bool certificate_list(struct db *wide, const struct certificate_filter *filter, struct arena *arena,
                      struct certificate_list *ret, struct error *err) _must_check_;

/* Ids and organisations of what is due, and of websites that lack a certificate. */
struct certificate_turn {
	struct uuid id, org;
};
enum { CERTIFICATE_TURNS = 50 };
bool certificate_due(struct db *wide, struct certificate_turn ret[static CERTIFICATE_TURNS], unsigned *ret_n,
                     struct error *err) _must_check_;
bool certificate_lacking(struct db *wide, struct certificate_turn ret[static CERTIFICATE_TURNS], unsigned *ret_n,
                         struct error *err) _must_check_;
