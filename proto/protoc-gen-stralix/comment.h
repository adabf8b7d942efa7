/* comment: the words that stand at something in a .proto. */
#pragma once

#include "google/protobuf/descriptor.pb-c.h"

#include "pool.h"

/* The comment above, else behind, what path leads to, on one line; "" without one. */
const char *comment_at(const Google__Protobuf__FileDescriptorProto *file, const int32_t *path, size_t n,
                       struct pool *pool);
