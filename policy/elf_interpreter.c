#include "policy/elf_interpreter.h"

#include <elf.h>
#include <gelf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

enum {
	HEAD_SIZE = 1024,             /* where linkers put the program headers */
	IMAGE_MAX = 8 << 20,          /* glibc's is 0.2 MiB, musl's 0.8 with symbols */
	TYPE_SIZE = sizeof(uint32_t), /* p_type, which comes first in both classes */
};

static void end_elf(Elf **elf)
{
	elf_end(*elf);
}

#define cleanup_elf __attribute__((cleanup(end_elf)))

/* Where the program headers are. */
struct headers {
	uint64_t at;
	size_t size, n;
};

static bool find_headers(const uint8_t *head, size_t len, struct headers *out)
{
	Elf64_Ehdr wide;
	Elf32_Ehdr narrow;

	if (len < sizeof(wide) || memcmp(head, ELFMAG, SELFMAG) != 0)
		return false;
	memcpy(&wide, head, sizeof(wide));
	memcpy(&narrow, head, sizeof(narrow));
	if (head[EI_CLASS] == ELFCLASS64)
		*out = (struct headers){ wide.e_phoff, wide.e_phentsize, wide.e_phnum };
	else
		*out = (struct headers){ narrow.e_phoff, narrow.e_phentsize, narrow.e_phnum };
	return true;
}

/* True when the file may still be an interpreter: it is ELF and asks for none, as far as seen. */
static bool asks_for_none(int fd)
{
	uint8_t head[HEAD_SIZE];
	ssize_t n = pread(fd, head, sizeof(head), 0);
	struct headers headers;

	if (n < 0 || !find_headers(head, (size_t)n, &headers))
		return false;
	for (size_t i = 0; i < headers.n; i++) {
		uint64_t at = headers.at + i * headers.size;
		uint32_t type;

		if (headers.at > HEAD_SIZE || at + TYPE_SIZE > (size_t)n)
			return true;
		memcpy(&type, head + at, sizeof(type));
		if (type == PT_INTERP)
			return false;
	}
	return true;
}

/* A copy: the program may be written to, or cut short, while it is looked at. */
static void *read_image(int fd, size_t *len)
{
	cleanup_free void *image = NULL;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > IMAGE_MAX)
		return NULL;
	image = malloc((size_t)st.st_size + 1);
	n = image ? pread(fd, image, (size_t)st.st_size, 0) : -1;
	*len = n > 0 ? (size_t)n : 0;
	return n > 0 ? take_ptr(image) : NULL;
}

static bool has_interpreter(Elf *elf)
{
	size_t n = 0;
	GElf_Phdr phdr;

	if (elf_getphdrnum(elf, &n) < 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (gelf_getphdr(elf, (int)i, &phdr) && phdr.p_type == PT_INTERP)
			return true;
	}
	return false;
}

/* By its place in the section `strings`, which nothing has checked. */
static bool is_called(const Elf_Data *strings, size_t at, const char *wanted)
{
	size_t size = strlen(wanted) + 1;

	return at < strings->d_size && strings->d_size - at >= size &&
	       memcmp((const char *)strings->d_buf + at, wanted, size) == 0;
}

static bool defines(Elf *elf, Elf_Scn *section, const GElf_Shdr *shdr, const char *wanted)
{
	Elf_Data *symbols = elf_getdata(section, NULL);
	Elf_Data *strings = elf_rawdata(elf_getscn(elf, shdr->sh_link), NULL);
	GElf_Sym sym;

	if (!symbols || !strings || !strings->d_buf)
		return false;
	for (int i = 0; gelf_getsym(symbols, i, &sym); i++) {
		if (sym.st_shndx != SHN_UNDEF && is_called(strings, sym.st_name, wanted))
			return true;
	}
	return false;
}

static bool is_dynamic_linker(Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr shdr;

	while ((section = elf_nextscn(elf, section))) {
		if (gelf_getshdr(section, &shdr) && shdr.sh_type == SHT_DYNSYM &&
			defines(elf, section, &shdr, "__tls_get_addr"))
			return true;
	}
	return false;
}

bool elf_is_interpreter(int fd)
{
	cleanup_free void *image = NULL;
	cleanup_elf Elf *elf = NULL;
	size_t len;

	if (!asks_for_none(fd))
		return false;
	image = read_image(fd, &len);
	elf_version(EV_CURRENT);
	elf = image ? elf_memory(image, len) : NULL;
	return elf && elf_kind(elf) == ELF_K_ELF && !has_interpreter(elf) && is_dynamic_linker(elf);
}
