/* schema: JSON Schema of messages and fields, from the rules. */
#pragma once

#include "model.h"
#include "writer.h"

/* Marks what is reachable from a message. */
void schema_mark(struct message *message, bool request);

/* components.schemas: one for each marked message, and Problem. */
void schema_all(struct writer *writer, const struct model *model);

void schema_field(struct writer *writer, const struct field *field);   /* with its rules */
void schema_ref(struct writer *writer, const struct message *message); /* { "$ref": … } */
