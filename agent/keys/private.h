/* private: private keys, for the files of this program that have OpenSSL. */
#pragma once

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

EVP_PKEY *keys_read_private(const uint8_t *pem, size_t size); /* NULL: it is none, or encrypted */
