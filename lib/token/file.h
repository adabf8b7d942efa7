/* file: a secret of 32 bytes in a file of its own: one base64url line, mode 0600; for this module alone. */
#pragma once

#include "token.h"

bool token_file_read(const char *path, uint8_t ret[static TOKEN_KEY], struct error *err) _must_check_;
/* Whole and on the disk, or not at all; the name must be free. */
bool token_file_write(const char *path, const uint8_t secret[static TOKEN_KEY], struct error *err) _must_check_;
