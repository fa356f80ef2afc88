#include "report/process_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "report/who.h"

/* Out of memory is a process that is not shown. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

enum {
	/* A log without exits must not make the table of the living grow without end. */
	LIVE_MAX = 100000,
	COMMAND_MAX = 400, /* bytes of a command line that are kept */
};

/* A process that has not ended yet. */
struct process_live {
	UT_hash_handle hh;
	pid_t pid;
	int32_t index;
	uint64_t missing; /* execs in a row of what is not there: along PATH, perhaps */
};

struct group_key {
	int32_t parent;
	const char *program; /* one pointer for one text */
};

struct process_group {
	UT_hash_handle hh;
	struct group_key key;
	int32_t index;
};

void process_tree_init(struct process_tree *tree, struct strings *strings)
{
	*tree = (struct process_tree){
		.strings = strings,
		.first_root = PROCESS_NONE,
		.last_root = PROCESS_NONE,
	};
}

void process_tree_free(struct process_tree *tree)
{
	struct process_live *live, *next_live;
	struct process_group *group, *next_group;

	HASH_ITER (hh, tree->live, live, next_live) {
		HASH_DEL(tree->live, live);
		free(live);
	}
	HASH_ITER (hh, tree->by_key, group, next_group) {
		HASH_DEL(tree->by_key, group);
		free(group);
	}
	free(tree->items);
}

static void link_child(struct process_tree *tree, int32_t parent, int32_t child)
{
	bool root = parent == PROCESS_NONE;
	int32_t *first = root ? &tree->first_root : &tree->items[parent].first_child;
	int32_t *last = root ? &tree->last_root : &tree->items[parent].last_child;

	if (*last == PROCESS_NONE)
		*first = child;
	else
		tree->items[*last].next = child;
	*last = child;
}

/* A group stands before its parent's single children: it tells more than each of them. */
static void link_group(struct process_tree *tree, int32_t parent, int32_t group)
{
	bool root = parent == PROCESS_NONE;
	int32_t *first = root ? &tree->first_root : &tree->items[parent].first_child;

	if (*first == PROCESS_NONE) {
		link_child(tree, parent, group);
		return;
	}
	tree->items[group].next = *first;
	*first = group;
}

/* A new process that is nobody's child yet; PROCESS_NONE when there is no memory. */
static int32_t item_new(struct process_tree *tree, int32_t parent)
{
	int32_t index = (int32_t)tree->len;

	if (tree->len == tree->cap) {
		size_t cap = tree->cap ? tree->cap * 2 : 64;
		struct process *items = reallocarray(tree->items, cap, sizeof(*items));

		if (!items)
			return PROCESS_NONE;
		tree->items = items;
		tree->cap = cap;
	}
	tree->items[tree->len++] = (struct process){
		.parent = parent,
		.first_child = PROCESS_NONE,
		.last_child = PROCESS_NONE,
		.next = PROCESS_NONE,
	};
	return index;
}

/* The group of that program below that process; a new one if need be and there is room. */
static int32_t group_of(struct process_tree *tree, int32_t parent, const char *program)
{
	struct process_group *group = NULL;
	struct group_key key;

	memset(&key, 0, sizeof(key)); /* the padding is part of the key */
	key.parent = parent;
	key.program = program;
	HASH_FIND(hh, tree->by_key, &key, sizeof(key), group);
	if (group)
		return group->index;
	/* What there is no room to tell apart counts for the process that started it. */
	if (tree->groups >= PROCESS_TREE_GROUPS_MAX)
		return parent;
	group = calloc(1, sizeof(*group));
	if (!group)
		return parent;
	memcpy(&group->key, &key, sizeof(key));
	group->index = item_new(tree, parent);
	if (group->index != PROCESS_NONE)
		HASH_ADD(hh, tree->by_key, key, sizeof(key), group);
	if (group->index == PROCESS_NONE || !group->hh.tbl) {
		free(group);
		return parent;
	}
	link_group(tree, parent, group->index);
	tree->groups++;
	tree->items[group->index].program = program;
	return group->index;
}

static struct process_live *live_find(const struct process_tree *tree, pid_t pid)
{
	struct process_live *live = NULL;

	HASH_FIND(hh, tree->live, &pid, sizeof(pid), live);
	return live;
}

static void live_drop(struct process_tree *tree, struct process_live *live)
{
	if (!live)
		return;
	HASH_DEL(tree->live, live);
	free(live);
}

static int32_t live_add(struct process_tree *tree, pid_t pid, int32_t index)
{
	struct process_live *live;

	if (index == PROCESS_NONE || HASH_COUNT(tree->live) >= LIVE_MAX)
		return index;
	live = calloc(1, sizeof(*live));
	if (!live)
		return index;
	live->pid = pid;
	live->index = index;
	HASH_ADD(hh, tree->live, pid, sizeof(live->pid), live);
	if (!live->hh.tbl)
		free(live);
	return index;
}

static const char *program_of(struct process_tree *tree, const struct event *event)
{
	return strings_keep(tree->strings, who_path(&event->task));
}

/* One more process in a group, or one less, as its program turns out to be another. */
static void group_count(struct process *group, int by, uint64_t at_ns)
{
	if (!group->group && by > 0 && !group->calls)
		group->start_ns = at_ns;
	group->group += (uint64_t)(int64_t)by;
}

static int32_t begin(struct process_tree *tree, const struct event *event, pid_t parent)
{
	const struct process_live *above = live_find(tree, parent);
	int32_t up = above ? above->index : PROCESS_NONE, index;
	const char *program = program_of(tree, event);

	live_drop(tree, live_find(tree, event->task.pid)); /* its end is not in the log */
	if (tree->singles < PROCESS_TREE_SINGLE_MAX) {
		index = item_new(tree, up);
		if (index == PROCESS_NONE)
			return index;
		link_child(tree, up, index);
		tree->singles++;
		tree->items[index].pid = event->task.pid;
		tree->items[index].program = program;
		tree->items[index].start_ns = event->mono_ns;
		tree->items[index].execs[0] = (struct process_exec){ event->mono_ns, program };
		return live_add(tree, event->task.pid, index);
	}
	tree->grouped++;
	index = group_of(tree, up, program);
	if (index != PROCESS_NONE && index != up)
		group_count(&tree->items[index], 1, event->mono_ns);
	return live_add(tree, event->task.pid, index);
}

/* The process of an event; begun with it when the log does not tell of its start. */
static int32_t process_of(struct process_tree *tree, const struct event *event)
{
	const struct process_live *live = live_find(tree, event->task.pid);

	return live ? live->index : begin(tree, event, 0);
}

/* The words of argv as a shell has them, cut where they are longer than anybody reads. */
static const char *command_of(struct process_tree *tree, const struct call *call)
{
	const struct value *argv = call_value(call, "argv");
	struct sbuf text = SBUF_INIT;
	const char *kept = NULL;

	for (size_t i = 0; argv && i < argv->strings.len && text.len <= COMMAND_MAX; i++) {
		const struct bytes_value *word = &argv->strings.items[i];
		size_t len = word->len < COMMAND_MAX ? word->len : COMMAND_MAX;

		if (i)
			sbuf_char(&text, ' ');
		escape_word(&text, word->data, len);
		if (len < word->len)
			sbuf_str(&text, "...");
	}
	if (text.len > COMMAND_MAX)
		sbuf_str(&text, " ...");
	if (text.len)
		kept = strings_keep(tree->strings, sbuf_text(&text));
	sbuf_free(&text);
	return kept;
}

static void execed(struct process_tree *tree, const struct event *event, int32_t index)
{
	const char *program = strings_keep(tree->strings, who_program(event->call.program));
	uint64_t at_ns = event->mono_ns + event->call.duration_ns;
	struct process *process = &tree->items[index];
	struct process_live *live = live_find(tree, event->task.pid);
	bool single = process->pid == event->task.pid;
	int32_t other;

	if (single) {
		uint32_t last = process->nexecs < PROCESS_EXECS_MAX ? process->nexecs
								    : PROCESS_EXECS_MAX - 1;

		process->program = program;
		process->command = command_of(tree, event->call.call);
		process->execs[last] = (struct process_exec){ at_ns, program };
		process->nexecs++;
		return;
	}
	other = group_of(tree, process->group ? process->parent : index, program);
	if (!live || other == index)
		return;
	if (tree->items[index].group)
		group_count(&tree->items[index], -1, at_ns);
	if (tree->items[other].pid == 0)
		group_count(&tree->items[other], 1, event->mono_ns);
	live->index = other;
}

/* What was tried before the exec that found its program did not fail: execvp(3). */
static void count_searches(struct process_tree *tree, const struct event *event, int32_t index)
{
	const struct event_call *call = &event->call;
	struct process_live *live = live_find(tree, event->task.pid);
	struct process *process = &tree->items[index];

	if (!live || call_kind(call->call) != CALL_KIND_EXEC)
		return;
	if (outcome_of_call(call) == OUTCOME_FAIL && call->result->value == -ENOENT) {
		live->missing++;
		return;
	}
	if (call->program && live->missing <= process->failed) {
		process->failed -= live->missing;
		tree->searches += live->missing;
	}
	live->missing = 0;
}

static int32_t called(struct process_tree *tree, const struct event *event)
{
	enum outcome outcome = outcome_of_call(&event->call);
	int32_t index = process_of(tree, event);
	struct process *process;

	if (index == PROCESS_NONE) {
		tree->lost++;
		return index;
	}
	process = &tree->items[index];
	process->calls++;
	process->failed += outcome == OUTCOME_FAIL;
	process->denied += outcome_is_denial(outcome);
	count_searches(tree, event, index);
	if (event->call.program)
		execed(tree, event, index);
	return index;
}

static int32_t ended(struct process_tree *tree, const struct event *event)
{
	struct process_live *live = live_find(tree, event->task.pid);
	struct process *process;
	int32_t index;

	if (event->exit.thread || !live)
		return live ? live->index : PROCESS_NONE;
	index = live->index;
	live_drop(tree, live);
	process = &tree->items[index];
	if (process->pid && process->pid != event->task.pid)
		return index; /* one that counts for its parent */
	process->ended = true;
	process->total_ns += event->exit.lifetime_ns;
	if (event->mono_ns > process->end_ns)
		process->end_ns = event->mono_ns;
	if (outcome_of_exit(&event->exit) != OUTCOME_OK)
		process->status = event->exit.status;
	return index;
}

int32_t process_tree_add(struct process_tree *tree, const struct event *event)
{
	int32_t index;

	switch (event->type) {
	case EVENT_START:
		if (!event->start.thread)
			return begin(tree, event, event->start.parent);
		index = process_of(tree, event);
		if (index != PROCESS_NONE)
			tree->items[index].threads++;
		return index;
	case EVENT_CALL:
		return called(tree, event);
	case EVENT_EXIT:
		return ended(tree, event);
	default:
		return PROCESS_NONE;
	}
}

int32_t process_tree_next(const struct process_tree *tree, int32_t at, size_t *depth)
{
	if (at == PROCESS_NONE) {
		*depth = 0;
		return tree->first_root;
	}
	if (tree->items[at].first_child != PROCESS_NONE) {
		++*depth;
		return tree->items[at].first_child;
	}
	while (at != PROCESS_NONE && tree->items[at].next == PROCESS_NONE) {
		at = tree->items[at].parent;
		*depth -= at != PROCESS_NONE;
	}
	return at == PROCESS_NONE ? at : tree->items[at].next;
}
