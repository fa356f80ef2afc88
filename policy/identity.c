#include "policy/identity.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { READ_SIZE = 64 * 1024 };

void identity_of_stat(const struct stat *st, struct identity *out)
{
	*out = (struct identity){
		.known = true,
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = (uint64_t)st->st_size,
		.ctime_sec = st->st_ctim.tv_sec,
		.ctime_nsec = (uint32_t)st->st_ctim.tv_nsec,
	};
}

int identity_of_fd(int fd, struct identity *out)
{
	struct stat st;

	*out = (struct identity){ 0 };
	if (fstat(fd, &st) < 0)
		return -errno;
	identity_of_stat(&st, out);
	return 0;
}

static void free_md(EVP_MD_CTX **md)
{
	EVP_MD_CTX_free(*md);
}

static void free_md_type(EVP_MD **type)
{
	EVP_MD_free(*type);
}

static int hash_content(EVP_MD_CTX *md, int fd, struct err **err)
{
	cleanup_free uint8_t *buf = malloc(READ_SIZE);
	off_t offset = 0;

	if (!buf)
		return err_set(err, ENOMEM, "cannot hash the file");
	for (;;) {
		ssize_t n = pread(fd, buf, READ_SIZE, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, errno, "cannot read the file to hash it");
		if (n == 0)
			return 0;
		if (!EVP_DigestUpdate(md, buf, (size_t)n))
			return err_set(err, EIO, "SHA-256 failed");
		offset += n;
	}
}

int sha256_of_fd(int fd, uint8_t digest[SHA256_BYTES], struct err **err)
{
	__attribute__((cleanup(free_md))) EVP_MD_CTX *md = EVP_MD_CTX_new();
	/* Fetched by name: a FIPS or otherwise cut down library may have none. */
	__attribute__((cleanup(free_md_type))) EVP_MD *type = EVP_MD_fetch(NULL, "SHA256", NULL);
	struct identity before, after;
	int rc = identity_of_fd(fd, &before);

	if (rc < 0)
		return err_set(err, -rc, "cannot look at the file to hash it");
	if (!md || !type || !EVP_DigestInit_ex(md, type, NULL))
		return err_set(err, ENOTSUP, "libcrypto has no SHA-256");
	rc = hash_content(md, fd, err);
	if (rc < 0)
		return rc;
	rc = identity_of_fd(fd, &after);
	if (rc < 0)
		return err_set(err, -rc, "cannot look at the file to hash it");
	if (!identity_equal(&before, &after))
		return err_set(err, EAGAIN, "the file changed while it was hashed");
	if (!EVP_DigestFinal_ex(md, digest, NULL))
		return err_set(err, EIO, "SHA-256 failed");
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool sha256_parse(const char *text, uint8_t digest[SHA256_BYTES])
{
	if (strlen(text) != 2 * SHA256_BYTES)
		return false;
	for (size_t i = 0; i < SHA256_BYTES; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

void sha256_text(const uint8_t digest[SHA256_BYTES], char text[SHA256_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_BYTES; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[2 * SHA256_BYTES] = '\0';
}
