/* template: what zones begin with. The panel's own are rows of templates.def. */
#pragma once

#include "lib/db/db.h"

#include "complaints.h"
#include "content.h"

/* The panel's own, in order; NULL after the last. From the arena. */
Stralix__V1__ZoneTemplate *template_builtin(size_t at, struct arena *arena);

/* A row of template_list and template_find. ERR_TOO_LARGE. */
bool template_read(const struct rows *rows, unsigned row, struct arena *arena, Stralix__V1__ZoneTemplate **ret,
                   struct error *err) _must_check_;

/* By a word of the panel's own, or the id of one of the organisation's. ERR_INVALID (templateId). */
bool template_find(struct db *wide, const char *id, const struct uuid *org, struct arena *arena,
                   Stralix__V1__ZoneTemplate **ret, struct error *err) _must_check_;

/* Adds its records with these values. */
void template_apply(const Stralix__V1__ZoneTemplate *tmpl, Stralix__V1__TemplateValue *const *values, size_t n,
                    const struct zone *zone, struct content *content, struct complaints *complaints);

/* What people enter: its variables, and its records in a made-up zone, as far as they have no variable but {zone}. */
void template_check(const Stralix__V1__ZoneTemplate *tmpl, struct complaints *complaints);
