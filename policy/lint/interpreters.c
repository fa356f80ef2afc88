#include "base/cleanup.h"
#include "policy/elf_interpreter.h"
#include "policy/lint/impl.h"

static bool is_interpreter(const struct lint *lint, const struct program_pattern *pattern)
{
	cleanup_resolution struct resolution file = { 0 };
	cleanup_close int fd = -1;

	if (!pattern->resolved || root_view_resolve_program(lint->root, pattern->path, &file) < 0)
		return false;
	fd = root_view_open_file(lint->root, &file, NULL);
	return fd >= 0 && elf_is_interpreter(fd);
}

static const struct program_pattern *find_interpreter(
	const struct lint *lint, const struct rule *rule)
{
	for (size_t i = 0; i < rule->exec.len; i++) {
		if (is_interpreter(lint, &rule->exec.items[i]))
			return &rule->exec.items[i];
	}
	return NULL;
}

bool lint_names_interpreter(const struct lint *lint, const struct rule *rule)
{
	return find_interpreter(lint, rule) != NULL;
}

void lint_interpreters(const struct lint *lint, const struct rule *rule)
{
	const struct program_pattern *found = find_interpreter(lint, rule);

	if (!found || rule->verdict != VERDICT_ALLOW)
		return;
	lint_report(lint, LINT_WARNING, "exec.interpreter", &found->place,
		"allows %s, an ELF interpreter, which runs any program that it is given, whatever "
		"rules say of that: name the programs that are needed instead",
		found->path);
}
