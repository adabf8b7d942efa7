/* option: our rules, as they arrive in the options of an rpc or a field. */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "stralix/options.pb-c.h"

#include "pool.h"

/* NULL when the option is absent. */
const Stralix__MethodRule *option_method(const Google__Protobuf__MethodOptions *options, struct pool *pool);
const Stralix__FieldRule *option_field(const Google__Protobuf__FieldOptions *options, struct pool *pool);
