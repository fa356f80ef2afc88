#include "tracer/stack/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Bounds what looking at one hostile file may cost. */
enum { FILE_BYTES_MAX = 1 << 30 };

bool stack_files_are_full(const struct stack_files *files)
{
	return HASH_COUNT(files->files) >= STACK_FILES_MAX || files->symbols >= STACK_SYMBOLS_MAX;
}

static int ask_file(const struct stack_host *host, const struct stack_map *map)
{
	struct stack_question question = { .what = STACK_ASK_FILE, .map = *map };
	struct stack_answer answer;

	question.map.path = NULL;
	if (strlen(map->path) >= sizeof(question.path))
		return -ENAMETOOLONG;
	strcpy(question.path, map->path);
	host->ask(host->ctx, &question, &answer);
	return answer.fd;
}

static struct stack_file_key key_of(const struct stat *st)
{
	struct stack_file_key key;

	memset(&key, 0, sizeof(key)); /* padding, too: keys are compared as bytes */
	key.dev = st->st_dev;
	key.ino = st->st_ino;
	key.size = (uint64_t)st->st_size;
	key.mtime_sec = st->st_mtim.tv_sec;
	key.mtime_nsec = st->st_mtim.tv_nsec;
	return key;
}

bool stack_file_holds(const struct stack_file *file)
{
	struct stack_file_key now;
	struct stat st;

	if (fstat(file->fd, &st) < 0)
		return false;
	now = key_of(&st);
	return memcmp(&now, &file->key, sizeof(now)) == 0;
}

static struct stack_file *add_file(
	struct stack_files *files, const struct stack_file_key *key, int *fd)
{
	struct stack_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->key = *key;
	file->fd = take_fd(fd);
	file->elf = elf_begin(file->fd, ELF_C_READ, NULL);
	if (file->elf && elf_kind(file->elf) != ELF_K_ELF) {
		elf_end(file->elf);
		file->elf = NULL;
	}
	HASH_ADD(hh, files->files, key, sizeof(file->key), file);
	return file;
}

struct stack_file *stack_files_open(
	struct stack_files *files, const struct stack_map *map, enum stack_lack *lack)
{
	struct stack_file_key key;
	struct stack_file *file;
	struct stat st;
	cleanup_close int fd = ask_file(files->host, map);

	if (fd < 0 || fstat(fd, &st) < 0) {
		*lack = map->deleted || fd == -ESTALE ? STACK_LACK_FILE : STACK_LACK_ACCESS;
		return NULL;
	}
	*lack = STACK_LACK_ACCESS;
	if (st.st_size > FILE_BYTES_MAX)
		return NULL;
	key = key_of(&st);
	HASH_FIND(hh, files->files, &key, sizeof(key), file);
	if (!file)
		file = add_file(files, &key, &fd);
	if (!file || !file->elf)
		return NULL;
	*lack = STACK_LACK_NOTHING;
	return file;
}

const struct stack_symbol *stack_file_symbol(const struct stack_file *file, uint64_t address)
{
	struct stack_symbol *symbol;

	HASH_FIND(hh, file->symbols, &address, sizeof(address), symbol);
	return symbol;
}

void stack_symbol_clear(struct stack_symbol *symbol)
{
	free(symbol->name);
	free(symbol->line.source);
	stack_inlined_free(&symbol->inlined);
}

const struct stack_symbol *stack_file_add(
	struct stack_files *files, struct stack_file *file, struct stack_symbol *symbol)
{
	struct stack_symbol *copy = malloc(sizeof(*copy));

	if (!copy) {
		stack_symbol_clear(symbol);
		return NULL;
	}
	*copy = *symbol;
	HASH_ADD(hh, file->symbols, address, sizeof(copy->address), copy);
	files->symbols++;
	return copy;
}

static void file_free(struct stack_file *file)
{
	struct stack_symbol *symbol, *next;

	HASH_ITER (hh, file->symbols, symbol, next) {
		HASH_DEL(file->symbols, symbol);
		stack_symbol_clear(symbol);
		free(symbol);
	}
	elf_end(file->elf);
	close(file->fd);
	free(file);
}

void stack_files_free(struct stack_files *files)
{
	struct stack_file *file, *next;

	HASH_ITER (hh, files->files, file, next) {
		HASH_DEL(files->files, file);
		file_free(file);
	}
	files->symbols = 0;
}
