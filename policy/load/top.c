#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/load.h"

static const char *const verdict_words[] = { "allow", "deny", "ask", NULL };
static const enum verdict default_verdicts[] = { VERDICT_ALLOW, VERDICT_DENY, VERDICT_ASK };

/* Two files may say the same; when they differ, neither can be meant. */
static int set_default(
	struct loader *l, const struct yaml *node, enum call_kind kind, enum verdict verdict)
{
	struct policy_default *d = &l->policy->defaults[kind];

	if (d->place.file && d->verdict != verdict)
		return load_fail(l, node, "the default for %s is already \"%s\", at %s:%d",
			call_kind_name(kind), verdict_name(d->verdict), d->place.file,
			d->place.line);
	if (!d->place.file)
		*d = (struct policy_default){ verdict, load_place(l, node) };
	return 0;
}

static int load_kind_default(struct loader *l, const struct yaml *node, enum call_kind kind)
{
	int word = load_word(l, node, verdict_words);

	return word < 0 ? -1 : set_default(l, node, kind, default_verdicts[word]);
}

#define KIND_DEFAULT(name, kind)                                                                   \
	static int default_##name(struct loader *l, const struct yaml *node, void *unused)         \
	{                                                                                          \
		(void)unused;                                                                      \
		return load_kind_default(l, node, kind);                                           \
	}
KIND_DEFAULT(connect, CALL_KIND_CONNECT)
KIND_DEFAULT(bind, CALL_KIND_BIND)
KIND_DEFAULT(exec, CALL_KIND_EXEC)
KIND_DEFAULT(spawn, CALL_KIND_SPAWN)
KIND_DEFAULT(socket, CALL_KIND_SOCKET)

int load_default(struct loader *l, const struct yaml *node, void *unused)
{
	static const struct load_key rows[] = {
		{ "connect", default_connect },
		{ "bind", default_bind },
		{ "exec", default_exec },
		{ "spawn", default_spawn },
		{ "socket", default_socket },
		{ NULL, NULL },
	};
	int ret = 0;

	(void)unused;
	if (node->type == YAML_MAP)
		return load_map(l, node, "default", rows, NULL);
	for (int kind = CALL_KIND_CONNECT; ret == 0 && kind <= CALL_KIND_SOCKET; kind++)
		ret = load_kind_default(l, node, (enum call_kind)kind);
	return ret;
}

static int load_count(struct loader *l, const struct yaml *node, uint64_t *out, int *line)
{
	static const char expected[] = "a number, at least 1";
	uint64_t n = 0;

	if (load_text(l, node, expected) < 0)
		return -1;
	for (const char *p = node->text; *p; p++) {
		if (*p < '0' || *p > '9' || n > 1000000000)
			return load_fail_text(l, node, "expected %s", expected);
		n = n * 10 + (uint64_t)(*p - '0');
	}
	if (!n)
		return load_fail_text(l, node, "nothing could run: expected %s", expected);
	*out = n;
	*line = node->line;
	return 0;
}

struct budget_draft {
	struct budget budget;
	struct program_pattern under;
};

static int load_under(struct loader *l, const struct yaml *node, void *target)
{
	struct budget_draft *draft = target;

	if (load_program(l, node, &draft->under) < 0)
		return -1;
	draft->budget.under = draft->under.text;
	return 0;
}

static int load_processes(struct loader *l, const struct yaml *node, void *target)
{
	struct budget *b = &((struct budget_draft *)target)->budget;

	return load_count(l, node, &b->processes, &b->processes_line);
}

static int load_tasks(struct loader *l, const struct yaml *node, void *target)
{
	struct budget *b = &((struct budget_draft *)target)->budget;

	return load_count(l, node, &b->tasks, &b->tasks_line);
}

static int load_spawns(struct loader *l, const struct yaml *node, void *target)
{
	struct budget *b = &((struct budget_draft *)target)->budget;

	return load_count(l, node, &b->spawns, &b->spawns_line);
}

static int load_budget(struct loader *l, const struct yaml *node, void *unused)
{
	static const struct load_key rows[] = {
		{ "under", load_under },
		{ "processes", load_processes },
		{ "tasks", load_tasks },
		{ "spawns", load_spawns },
		{ NULL, NULL },
	};
	struct budget_draft draft = {
		.budget = { .rule = { .id = "", .file = l->file->name, .line = node->line },
			.processes = BUDGET_UNBOUNDED,
			.tasks = BUDGET_UNBOUNDED,
			.spawns = BUDGET_UNBOUNDED },
	};
	struct program_pattern *under;
	struct budget *budget;

	(void)unused;
	if (load_map(l, node, "a budget", rows, &draft) < 0)
		return -1;
	if (!draft.budget.processes_line && !draft.budget.tasks_line && !draft.budget.spawns_line)
		return load_fail(
			l, node, "this budget bounds nothing: add processes, tasks or spawns");
	budget = vec_add(&l->budgets);
	under = vec_add(&l->unders);
	if (!budget || !under)
		return load_no_memory(l);
	*budget = draft.budget;
	*under = draft.under;
	return 0;
}

int load_budgets(struct loader *l, const struct yaml *node, void *unused)
{
	if (node->type != YAML_LIST)
		return load_fail(l, node, "expected a list of budgets: \"- processes: 64\"");
	return load_each(l, node, load_budget, unused);
}
