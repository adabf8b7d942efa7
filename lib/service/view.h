/* view: a message as an audit record keeps it. */
#pragma once

#include "lib/contract/contract.h"

/* JSON in which texts that the rules call secret are masked and other secrets left out, from the arena; "" for NULL. */
bool view_json(const struct contract_message *rules, const ProtobufCMessage *message, struct arena *arena, char **ret,
               struct error *err) _must_check_;

/* A copy in the arena, checked against its rules and normalised. */
bool view_checked(const struct contract_message *rules, const ProtobufCMessage *message, struct arena *arena,
                  ProtobufCMessage **ret, struct error *err) _must_check_;

/* Whether a packed message has a secret with a value; what can't be read may have. */
bool view_holds_secret(const struct contract_message *rules, const void *packed, size_t size, struct arena *arena);
