#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/learn/impl.h"

/* Room for what another run does a little differently. */
static uint64_t with_margin(uint64_t most)
{
	return most + most / 2 + 2;
}

static void add_head(const struct learn *learn, unsigned logs, struct sbuf *out)
{
	const struct learn_peaks *peaks = &learn->peaks;

	sbuf_fmt(out,
		"# Learned by callgate %s from %llu calls in %u log%s. It allows what was done, "
		"which\n"
		"# need not be what is right: read it.\n"
		"version: 1\n"
		"default: {connect: deny, bind: deny, exec: deny, spawn: allow, socket: deny}\n",
		CALLGATE_VERSION, (unsigned long long)learn->calls, logs, logs == 1 ? "" : "s");
	if (!peaks->most_spawns)
		return;
	sbuf_fmt(out,
		"budgets:\n"
		"  - processes: %llu  # %llu at most were alive at once\n"
		"    tasks: %llu  # %llu\n"
		"    spawns: %llu  # %llu in one run\n",
		(unsigned long long)with_margin(peaks->most_processes),
		(unsigned long long)peaks->most_processes,
		(unsigned long long)with_margin(peaks->most_tasks),
		(unsigned long long)peaks->most_tasks,
		(unsigned long long)with_margin(2 * peaks->most_spawns),
		(unsigned long long)peaks->most_spawns);
}

/* A program, what it needs, and whether it stands in the policy already. */
struct need {
	const struct learn_program *program;
	struct sbuf body;
	bool done;
};

static void free_needs(struct need *needs, size_t n)
{
	for (size_t i = 0; needs && i < n; i++)
		sbuf_free(&needs[i].body);
	free(needs);
}

static struct need *make_needs(struct learn_writer *writer, size_t n)
{
	struct need *needs = calloc(n + 1, sizeof(*needs));
	size_t i = 0;

	if (!needs)
		return NULL;
	for (const struct learn_program *p = writer->learn->programs; p; p = p->hh.next, i++) {
		needs[i].program = p;
		learn_rule_body(writer, p, &needs[i].body);
	}
	return needs;
}

/* Programs that need just the same have one rule; what nobody can name, and the command, not. */
static bool joins(const struct need *a, const struct need *b)
{
	return a->body.len && a->body.len == b->body.len &&
	       memcmp(a->body.data, b->body.data, a->body.len) == 0 && *a->program->exe &&
	       *b->program->exe && !a->program->nameless && !b->program->nameless;
}

static void add_rules(struct learn_writer *writer, struct need *needs, size_t n)
{
	cleanup_free const struct learn_program **same = calloc(n + 1, sizeof(*same));

	if (!same) {
		writer->failed = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		size_t len = 0;

		if (needs[i].done)
			continue;
		same[len++] = needs[i].program;
		for (size_t j = i + 1; j < n; j++) {
			if (needs[j].done || !joins(&needs[i], &needs[j]))
				continue;
			same[len++] = needs[j].program;
			needs[j].done = true;
		}
		learn_rule(writer, same, len);
	}
}

/* Once for each, as it looks at files. Returns false when there is no memory. */
static bool find_risks(struct learn_program *program)
{
	for (struct learn_grant *g = program->grants; g; g = g->hh.next) {
		cleanup_sbuf struct sbuf why = SBUF_INIT;

		if (g->refused || !learn_risk(program, g, &why))
			continue;
		g->risk = why.failed ? NULL : strdup(sbuf_text(&why));
		if (!g->risk)
			return false;
	}
	return true;
}

int learn_print(struct learn *learn, unsigned logs, struct sbuf *out, struct learn_totals *totals,
	struct err **err)
{
	cleanup_sbuf struct sbuf rules = SBUF_INIT;
	struct learn_writer writer = { .learn = learn, .out = &rules, .totals = totals };
	size_t n = HASH_COUNT(learn->programs);
	struct need *needs;

	*totals = (struct learn_totals){ .calls = learn->calls };
	learn_names_resolve(learn);
	totals->unnamed = learn_names_lacking(learn);
	for (struct learn_program *p = learn->programs; p; p = p->hh.next)
		writer.failed |= !find_risks(p);
	needs = make_needs(&writer, n);
	if (needs)
		add_rules(&writer, needs, n);
	free_needs(needs, n);
	sbuf_free(&writer.ids);
	if (!learn->options.additions)
		add_head(learn, logs, out);
	totals->risky += learn_environment_print(
		learn, learn->options.risky && !learn->options.additions, out);
	if (!learn->options.additions) {
		/* A key without any item would be an error. */
		sbuf_str(out, totals->rules ? "rules:\n" : rules.len ? "# rules:\n" : "");
	}
	sbuf_add(out, sbuf_text(&rules), rules.len);
	if (!needs || writer.failed || rules.failed || out->failed)
		return err_set(err, ENOMEM, "cannot write what was learned");
	return 0;
}
