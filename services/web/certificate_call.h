/* certificate_call: what calls about certificates begin with. */
#pragma once

#include "lib/service/change.h"

#include "certificate.h"
#include "website.h"

/* The certificate as it is, for these eyes. ERR_NOT_FOUND. */
bool certificate_see(struct call *call, const char *certificate_id, struct certificate *ret,
                     struct error *err) _must_check_;

/* Begins a change of it: its website is locked, then itself. ERR_NOT_FOUND. */
bool certificate_change_begin(struct call *call, const char *certificate_id, struct change **ret, struct website *site,
                              struct certificate *ret_certificate, struct error *err) _must_check_;

/* ERR_CONFLICT: it is deleted, or not at work yet. */
bool certificate_may_ask(const struct website *site, struct error *err) _must_check_;
