/*
 * ELF files that tasks have mapped, each opened once however many processes
 * map it, with the symbols found in them so far. A file is known again by
 * device, inode, size and time of its last change.
 *
 * The files may be hostile. They are read and never mapped, because a mapped
 * file that is cut short raises SIGBUS in whoever looks at it.
 */
#ifndef CALLGATE_TRACER_STACK_FILE_H
#define CALLGATE_TRACER_STACK_FILE_H

#include <libelf.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uthash.h>

#include "tracer/stack.h"
#include "tracer/stack/host.h"
#include "tracer/stack/inlined.h"
#include "tracer/stack/maps.h"

/* What is known of an address of a file. */
struct stack_symbol {
	uint64_t address; /* within the file, as its own tables have it */
	char *name;       /* demangled; NULL: none */
	uint64_t offset;
	struct stack_line line;            /* if asked for */
	struct stack_inlined_list inlined; /* the same: functions within it */
	UT_hash_handle hh;
};

struct stack_file_key {
	uint64_t dev, ino, size;
	int64_t mtime_sec, mtime_nsec;
};

struct stack_file {
	struct stack_file_key key;
	int fd;
	Elf *elf; /* NULL: it is no ELF file */
	struct stack_symbol *symbols;
	UT_hash_handle hh;
};

struct stack_files {
	const struct stack_host *host; /* borrowed: opens them */
	struct stack_file *files;
	size_t symbols; /* in all files */
};

/* Above these everything is forgotten and found again as needed. */
enum { STACK_FILES_MAX = 256, STACK_SYMBOLS_MAX = 100000 };

bool stack_files_are_full(const struct stack_files *files);

/* The file of a mapping, or NULL with the reason. Owned by the table. */
struct stack_file *stack_files_open(
	struct stack_files *files, const struct stack_map *map, enum stack_lack *lack);

/* False: it was written to since it was opened. */
bool stack_file_holds(const struct stack_file *file);

/* NULL: not looked up before. */
const struct stack_symbol *stack_file_symbol(const struct stack_file *file, uint64_t address);

/* Frees what it points to. */
void stack_symbol_clear(struct stack_symbol *symbol);

/* Adds what was found, which the table takes over. NULL: no memory; it is cleared. */
const struct stack_symbol *stack_file_add(
	struct stack_files *files, struct stack_file *file, struct stack_symbol *symbol);

void stack_files_free(struct stack_files *files);

#endif
