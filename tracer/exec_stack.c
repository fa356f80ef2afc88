#include "tracer/exec_stack.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/memory.h"
#include "tracer/proc_path.h"

/* The i-th of the words, of which there are `len` bytes. False when it is not there. */
static bool word_at(const uint8_t *words, size_t len, unsigned size, size_t i, uint64_t *word)
{
	uint32_t narrow;

	if (i >= len / size)
		return false;
	if (size == sizeof(*word)) {
		memcpy(word, words + i * sizeof(*word), sizeof(*word));
		return true;
	}
	memcpy(&narrow, words + i * sizeof(narrow), sizeof(narrow));
	*word = narrow;
	return true;
}

static bool stack_word(const struct exec_stack *stack, size_t i, uint64_t *word)
{
	return word_at(stack->bytes, stack->len, stack->word_size, i, word);
}

/* AT_EXECFN among pairs of type and value, getauxval(3); 0 when it is not there. */
static uint64_t execfn_among(const uint8_t *pairs, size_t len, unsigned word_size)
{
	uint64_t type, value;

	for (size_t i = 0; word_at(pairs, len, word_size, i, &type) &&
			   word_at(pairs, len, word_size, i + 1, &value);
		i += 2) {
		if (type == AT_EXECFN)
			return value;
	}
	return 0;
}

/* The pairs stand behind the environment's NULL. */
static uint64_t find_execfn(const struct exec_stack *stack)
{
	size_t i = stack->argc + 2; /* argc, argv and its NULL */
	uint64_t value;

	do {
		if (!stack_word(stack, i++, &value))
			return 0;
	} while (value);
	i *= stack->word_size;
	return execfn_among(stack->bytes + i, stack->len - i, stack->word_size);
}

/* Where there are so many arguments that the pairs were not read. */
static uint64_t read_execfn(pid_t pid, unsigned word_size)
{
	uint8_t auxv[1024];
	char path[PROC_PATH_SIZE];
	cleanup_close int fd = -1;
	ssize_t n;

	proc_path(path, pid, "auxv");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, auxv, sizeof(auxv)) : -1;
	return n > 0 ? execfn_among(auxv, (size_t)n, word_size) : 0;
}

void exec_stack_read(struct exec_stack *stack, pid_t pid, uint64_t start, unsigned word_size)
{
	ssize_t n = task_memory_read(pid, start, stack->bytes, sizeof(stack->bytes));
	uint64_t argc;

	stack->start = start;
	stack->word_size = word_size;
	stack->len = n > 0 ? (size_t)n : 0;
	/* Each has a pointer there. One is the least: the kernel sees to that since 5.18. */
	if (!stack_word(stack, 0, &argc) || argc >= stack->len / word_size)
		argc = 0;
	stack->argc = (size_t)argc;
	stack->execfn = argc ? find_execfn(stack) : 0;
	if (!stack->execfn)
		stack->execfn = read_execfn(pid, word_size);
}

const char *exec_stack_string(const struct exec_stack *stack, uint64_t addr, size_t *len)
{
	const uint8_t *string, *end;

	if (addr < stack->start || addr - stack->start >= stack->len)
		return NULL;
	string = stack->bytes + (addr - stack->start);
	end = memchr(string, '\0', (size_t)(stack->bytes + stack->len - string));
	if (!end)
		return NULL;
	*len = (size_t)(end - string);
	return (const char *)string;
}

const char *exec_stack_argument(const struct exec_stack *stack, size_t i, size_t *len)
{
	uint64_t addr;

	if (i >= stack->argc || !stack_word(stack, i + 1, &addr))
		return NULL;
	return exec_stack_string(stack, addr, len);
}
