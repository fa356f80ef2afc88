#include "supervisor/event_facts.h"

/* The path of the i-th destination; NULL where it leads nowhere, or is no path. */
static const char *unix_path(const struct pending *pending, size_t i)
{
	const struct unix_target *target = &pending->targets[i];
	bool nowhere = target->errnum && call_kind(&pending->call) == CALL_KIND_CONNECT &&
		       pending->targets_len == 1;

	return target->path[0] && !nowhere ? target->path : NULL;
}

/* A replay knows programs by their paths: where an identity mattered, it is told. */
static void put_changed(
	struct pending *pending, const struct policy *policy, struct event_call *call)
{
	const struct program *target = pending->exec ? &pending->exec->program : NULL;
	bool *programs, *scripts;
	size_t n = 0;

	for (const struct lineage *l = pending->lineage; l; l = l->parent)
		n++;
	programs = arena_alloc(&pending->arena, 2 * (n + 1) * sizeof(*programs));
	if (!programs)
		return;
	scripts = programs + n + 1;
	call->changed_len = 0;
	for (const struct lineage *l = pending->lineage; l; l = l->parent) {
		programs[call->changed_len] = policy_program_changed(policy, l->program);
		scripts[call->changed_len++] = policy_script_changed(policy, l->program);
	}
	call->changed = programs;
	call->scripts_changed = scripts;
	call->target_changed = policy_program_changed(policy, target);
	call->target_script_changed = policy_script_changed(policy, target);
}

void event_facts_put(struct pending *pending, const struct policy *policy, struct event_call *call)
{
	const size_t n = pending->targets_len;
	const char **paths = n ? arena_alloc(&pending->arena, n * sizeof(*paths)) : NULL;

	call->uid_known = pending->uid != (uid_t)-1;
	call->uid = pending->uid;
	call->module = pending->module;
	if (pending->exec)
		call->target = &pending->exec->program;
	if (policy && pending->judged && pending->decision.changed)
		put_changed(pending, policy, call);
	if (pending->env_code[0])
		call->env_code = pending->env_code;
	call->code_variables = pending->code_variables;
	call->spawning = pending->spawning;
	call->spawning_len = pending->spawning_len;
	for (size_t i = 0; paths && i < n; i++)
		paths[i] = unix_path(pending, i);
	call->unix_paths = paths;
	call->unix_paths_len = paths ? n : 0;
}
