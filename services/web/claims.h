/* claims: a website's hold on names, at authz. */
#pragma once

#include "lib/service/change.h"

#include "website.h"

/* Holds a name for the website, or refuses it on the field: another organisation's, its parent or its child. */
bool claim_name(struct call *call, const struct website *site, const char *name, const char *field,
                struct error *err) _must_check_;

/* The refusal: names the field and says nothing of whose the name is. Always false. */
bool claim_taken(const char *field, struct error *err);

/* Gives back at once what was claimed for nothing; else it is free again after 15 minutes. */
void claim_give_back(struct call *call, const struct website *site, const char *name);

/* With the change: the claim outlives its 15 minutes; the name is free again. */
bool claim_confirm(struct change *change, const struct website *site, const char *name, struct error *err) _must_check_;
bool claim_release(struct change *change, const struct website *site, const char *name, struct error *err) _must_check_;
