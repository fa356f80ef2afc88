/*
 * What a file is, beyond its name: the facts by which a policy knows a
 * program again, and the digest by which it pins a program's content.
 * Comparing identities is in program.h.
 */
#ifndef CALLGATE_POLICY_IDENTITY_H
#define CALLGATE_POLICY_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "policy/program.h"

/* Never fails; the result is known. */
void identity_of_stat(const struct stat *st, struct identity *out);

/* By fstat(2); an O_PATH descriptor will do (Linux 3.6). Returns 0, or -errno and *out unknown. */
int identity_of_fd(int fd, struct identity *out);

enum {
	SHA256_BYTES = 32,
	SHA256_TEXT_SIZE = 2 * SHA256_BYTES + 1,
};

/*
 * The SHA-256 of a regular file's whole content, read in pieces of bounded
 * size and without moving the descriptor's offset. Returns 0; -EAGAIN when the
 * file changed while it was read; another negative errno, with words for
 * people in *err.
 */
int sha256_of_fd(int fd, uint8_t digest[SHA256_BYTES], struct err **err);

/* Reads 64 hexadecimal digits of either case and nothing else; false when text is not that. */
bool sha256_parse(const char *text, uint8_t digest[SHA256_BYTES]);

/* 64 lower-case hexadecimal digits. */
void sha256_text(const uint8_t digest[SHA256_BYTES], char text[SHA256_TEXT_SIZE]);

#endif
