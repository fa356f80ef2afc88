/* A fast hash of bytes for tables built by us; lookups may be hostile, insertions are not. */
#ifndef CALLGATE_POLICY_HASH_H
#define CALLGATE_POLICY_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Folds eight bytes at a time by wide multiplication. Any odd constants will do. */
static inline uint64_t hash_bytes(const void *bytes, size_t len)
{
	const uint64_t k0 = 0x9e3779b97f4a7c15ULL, k1 = 0xd6e8feb86659fd93ULL;
	const unsigned char *p = bytes;
	uint64_t hash = len * k1, word = 0;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&word, p, 8);
		hash = hash_mix(hash ^ word ^ k0, k1);
	}
	word = 0;
	memcpy(&word, p, len);
	return hash_mix(hash ^ word ^ k0, k1);
}

#endif
