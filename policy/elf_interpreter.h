/* Whether a program is an ELF interpreter, ld.so: one that loads and runs others. */
#ifndef CALLGATE_POLICY_ELF_INTERPRETER_H
#define CALLGATE_POLICY_ELF_INTERPRETER_H

#include <stdbool.h>

/*
 * True when the file is what other programs name as their interpreter: it asks
 * for none itself (no PT_INTERP, elf(5)), and it defines __tls_get_addr, which
 * the ELF ABI has the dynamic linker provide (U. Drepper, "ELF Handling For
 * Thread-Local Storage", section 3). That holds for glibc's and for musl's, by
 * whatever name or copy they are run, and for no statically linked program.
 *
 * fd is of a regular file, open for reading; its offset stays. What cannot be
 * read, is no ELF file or is larger than any interpreter is none.
 */
bool elf_is_interpreter(int fd);

#endif
