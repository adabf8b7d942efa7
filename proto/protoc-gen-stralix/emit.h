/* emit: the files that the generator writes. */
#pragma once

#include "model.h"

void emit_text(FILE *out, const char *text); /* a C string, quoted and escaped */

/* NAME.contract.h and NAME.contract.c of one .proto: field rules, handlers, methods. */
void emit_tables_header(FILE *out, const struct model *model, const struct file *file);
void emit_tables(FILE *out, const struct model *model, const struct file *file);

/* contract.h and contract.c: all services, and the bus rights of every process. */
void emit_contract_header(FILE *out, const struct model *model);
void emit_contract(FILE *out, const struct model *model);

/* openapi.json */
void emit_openapi(FILE *out, struct model *model);
