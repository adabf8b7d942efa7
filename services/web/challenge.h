/* challenge: the records of dns-01: where they would stand, and whether they do. dns keeps them, in the zones of the
 * certificate's own organisation alone. */
#pragma once

#include "lib/service/change.h"

#include "certificate.h"

/* Of one name. Texts come from an arena; "" for what there isn't. */
struct challenge {
	const char *record; /* where it would stand: _acme-challenge.shop.example., or what that is an alias for */
	const char *zone;   /* of the organisation, which covers that; "": dns-01 isn't possible */
	const char *alias_name, *alias_target; /* not possible: the alias that would make it so */
	const char *message;                   /* not possible: why, for people */
	bool away;                             /* not possible just now: somebody who has to be asked doesn't answer */
};

/* For each name, "*.shop.example" too. What can't be asked now is told in the message. */
bool challenge_find(struct service *service, const struct uuid *org, const char *const *names, unsigned n,
                    struct arena *arena, struct challenge *ret, struct error *err) _must_check_;

/* A line of certificate.records. NULL without memory. */
const char *challenge_line(const char *record, const char *value, struct arena *arena);
bool challenge_has(const char *records, const char *line);

/* With the change: dns is told of the certificate's records, with a version that is newer than the last. */
bool challenge_tell(struct change *change, struct certificate *certificate, struct arena *arena,
                    struct error *err) _must_check_;

/* With the change: dns forgets them, when it was told of any. */
bool challenge_drop(struct change *change, struct certificate *certificate, struct error *err) _must_check_;

/* How it is with all of them together, of which servers are asked now. */
struct challenge_sight {
	bool stands;       /* all servers of their zones answer with all of them */
	bool failed;       /* they won't without somebody's help */
	const char *words; /* for people: what is in the way; "": nothing, it takes a moment */
};
bool challenge_look(struct service *service, const struct certificate *certificate, struct arena *arena,
                    struct challenge_sight *ret, struct error *err) _must_check_;
