#include <stdio.h>
#include <string.h>

#include "policy/print.h"
#include "policy/socket_pattern.h"
#include "policy/yaml.h"

static void print_string(const char *text, struct sbuf *out)
{
	yaml_quote(text, strlen(text), out);
}

static void print_pattern(const struct program_pattern *pattern, struct sbuf *out)
{
	char hex[SHA256_TEXT_SIZE];

	if (!pattern->pinned) {
		print_string(pattern->text, out);
		return;
	}
	sbuf_str(out, "{path: ");
	print_string(pattern->text, out);
	sha256_text(pattern->sha256, hex);
	sbuf_fmt(out, ", sha256: %s}", hex);
}

static void print_programs(const char *key, const struct program_list *list, struct sbuf *out)
{
	if (!list->len)
		return;
	sbuf_fmt(out, "    %s:\n", key);
	for (size_t i = 0; i < list->len; i++) {
		sbuf_str(out, "      - ");
		print_pattern(&list->items[i], out);
		sbuf_char(out, '\n');
	}
}

static void print_destinations(
	const char *key, const struct destination_list *list, struct sbuf *out)
{
	struct sbuf text = SBUF_INIT;

	if (!list->len)
		return;
	sbuf_fmt(out, "    %s:\n", key);
	for (size_t i = 0; i < list->len; i++) {
		sbuf_reset(&text);
		destination_print(&list->items[i], &text);
		sbuf_str(out, "      - ");
		yaml_quote(sbuf_text(&text), text.len, out);
		sbuf_char(out, '\n');
	}
	out->failed |= text.failed;
	sbuf_free(&text);
}

static void print_uids(const struct uid_list *list, struct sbuf *out)
{
	if (!list->len)
		return;
	sbuf_str(out, "    uid: [");
	for (size_t i = 0; i < list->len; i++) {
		sbuf_fmt(out, "%s%u", i ? ", " : "", list->items[i].first);
		if (list->items[i].last != list->items[i].first)
			sbuf_fmt(out, "-%u", list->items[i].last);
	}
	sbuf_str(out, "]\n");
}

static void print_stack(const struct module_list *list, struct sbuf *out)
{
	if (!list->len)
		return;
	sbuf_str(out, "    stack:\n      module:\n");
	for (size_t i = 0; i < list->len; i++) {
		sbuf_str(out, "        - ");
		print_string(list->items[i], out);
		sbuf_char(out, '\n');
	}
}

static void print_what(const struct rule *rule, struct sbuf *out)
{
	print_destinations("connect", &rule->connect, out);
	print_destinations("bind", &rule->bind, out);
	if (rule->every_kind)
		return;
	if ((rule->kinds & kind_bit(CALL_KIND_EXEC)) && !rule->exec.len)
		sbuf_str(out, "    exec: \"*\"\n");
	print_programs("exec", &rule->exec, out);
	if (rule->kinds & kind_bit(CALL_KIND_SPAWN))
		sbuf_str(out, "    spawn: true\n");
	if (!rule->socket.len)
		return;
	sbuf_str(out, "    socket:\n");
	for (size_t i = 0; i < rule->socket.len; i++) {
		sbuf_str(out, "      - \"");
		socket_pattern_print(&rule->socket.items[i], out);
		sbuf_str(out, "\"\n");
	}
}

void print_rule(const struct rule *rule, struct sbuf *out)
{
	sbuf_fmt(out, "  - verdict: %s\n", verdict_name(rule->verdict));
	if (*rule->id) {
		sbuf_str(out, "    id: ");
		print_string(rule->id, out);
		sbuf_char(out, '\n');
	}
	print_programs("exe", &rule->exe, out);
	print_programs("script", &rule->script, out);
	print_programs("lineage", &rule->lineage, out);
	print_uids(&rule->uid, out);
	print_stack(&rule->stack, out);
	print_what(rule, out);
	if (rule->errnum)
		sbuf_fmt(out, "    errno: %s\n", strerrorname_np(rule->errnum));
	if (rule->why) {
		sbuf_str(out, "    why: ");
		print_string(rule->why, out);
		sbuf_char(out, '\n');
	}
}

static void print_bound(const char *key, uint64_t bound, struct sbuf *out)
{
	if (bound != BUDGET_UNBOUNDED)
		sbuf_fmt(out, "    %s: %llu\n", key, (unsigned long long)bound);
}

static void print_budgets(const struct policy *p, struct sbuf *out)
{
	if (p->nbudgets)
		sbuf_str(out, "budgets:\n");
	for (size_t i = 0; i < p->nbudgets; i++) {
		size_t start = out->len;

		if (p->budgets[i].under) {
			sbuf_str(out, "    under: ");
			print_pattern(&p->unders[i], out);
			sbuf_char(out, '\n');
		}
		print_bound("processes", p->budgets[i].processes, out);
		print_bound("tasks", p->budgets[i].tasks, out);
		print_bound("spawns", p->budgets[i].spawns, out);
		if (!out->failed)
			out->data[start + 2] = '-'; /* the first key begins the item */
	}
}

static void print_edits(const struct policy *p, bool deny, struct sbuf *out)
{
	bool any = false;

	for (size_t i = 0; i < p->nedits; i++) {
		if (p->edits[i].deny != deny)
			continue;
		sbuf_str(out, any ? ", " : deny ? "  deny: [" : "  allow: [");
		print_string(p->edits[i].name, out);
		any = true;
	}
	if (any)
		sbuf_str(out, "]\n");
}

static void print_roots(const char *key, const struct file_roots *roots, struct sbuf *out)
{
	sbuf_fmt(out, "  %s:%s\n", key, roots->len ? "" : " []");
	for (size_t i = 0; i < roots->len; i++) {
		sbuf_str(out, "    - ");
		print_string(roots->items[i].path, out);
		sbuf_char(out, '\n');
	}
}

static void print_env_names(const char *key, const struct env_names *names, struct sbuf *out)
{
	if (names->len)
		sbuf_fmt(out, "  %s:\n", key);
	for (size_t i = 0; i < names->len; i++) {
		sbuf_str(out, "    - ");
		print_string(names->items[i].text, out);
		sbuf_char(out, '\n');
	}
}

static void print_environment(const struct policy *p, struct sbuf *out)
{
	const struct environment *e = &p->environment;

	if (!e->keep.len && !e->remove.len && !e->nset)
		return;
	sbuf_str(out, "env:\n");
	print_env_names("keep", &e->keep, out);
	if (e->nset)
		sbuf_str(out, "  set:\n");
	for (size_t i = 0; i < e->nset; i++) {
		size_t name = strcspn(e->set[i].text, "=");

		sbuf_str(out, "    ");
		yaml_quote(e->set[i].text, name, out);
		sbuf_str(out, ": ");
		print_string(e->set[i].text + name + 1, out);
		sbuf_char(out, '\n');
	}
	print_env_names("remove", &e->remove, out);
}

static void print_limits(const struct policy *p, struct sbuf *out)
{
	const struct limits *limits = &p->limits;
	const char *head = "limits:\n";

	for (int i = 0; i < LIMIT_COUNT; i++) {
		if (!limits->of[i].place.file)
			continue;
		sbuf_fmt(out, "%s  %s: %llu\n", head, limit_name((enum limit)i),
			(unsigned long long)limits->of[i].value);
		head = "";
	}
}

static void print_run_as(const struct policy *p, struct sbuf *out)
{
	const struct run_as *as = &p->run_as;

	if (as->user_place.file)
		sbuf_fmt(out, "user: %u\n", as->uid);
	if (as->group_place.file)
		sbuf_fmt(out, "group: %u\n", as->gid);
}

static void print_files(const struct policy *p, struct sbuf *out)
{
	const struct files *files = &p->files;

	if (!files->place.file)
		return;
	sbuf_str(out, "files:\n");
	if (files->read.len)
		print_roots("read", &files->read, out);
	print_roots("write", &files->write, out);
	if (files->best)
		sbuf_str(out, "  require: best\n");
}

static void print_network(const struct policy *p, struct sbuf *out)
{
	const struct network *n = &p->network;
	static const char *const modes[] = { "open", "restricted", "proxy" };

	if (!n->place.file)
		return;
	sbuf_fmt(out, "network:\n  mode: %s\n", modes[n->mode]);
	if (n->plain)
		sbuf_str(out, "  strict: plain\n");
	if (n->unix_pairs)
		sbuf_str(out, "  unix-pairs: allow\n");
	if (n->listed.len)
		sbuf_str(out, "  endpoints:\n");
	for (size_t i = 0; i < n->listed.len; i++) {
		sbuf_str(out, "    - \"");
		destination_print(&n->listed.items[i], out);
		sbuf_str(out, "\"\n");
	}
}

static void print_defaults(const struct policy *p, struct sbuf *out)
{
	sbuf_str(out, "default:\n");
	for (int kind = CALL_KIND_CONNECT; kind <= CALL_KIND_SOCKET; kind++)
		sbuf_fmt(out, "  %s: %s\n", call_kind_name((enum call_kind)kind),
			verdict_name(p->defaults[kind].verdict));
}

static void print_syscalls(const struct policy *p, struct sbuf *out)
{
	if (!p->nedits)
		return;
	sbuf_str(out, "syscalls:\n");
	print_edits(p, true, out);
	print_edits(p, false, out);
}

static void print_reload(const struct policy *p, struct sbuf *out)
{
	if (p->on_error.place.file)
		sbuf_fmt(out, "on-error: %s\n", p->on_error.close ? "close" : "keep");
}

static void print_rules(const struct policy *p, struct sbuf *out)
{
	if (p->nrules)
		sbuf_str(out, "rules:\n");
	for (size_t i = 0; i < p->nrules; i++)
		print_rule(&p->rules[i], out);
}

void policy_print_part(const struct policy *policy, enum policy_part part, struct sbuf *out)
{
	static void (*const parts[PART_COUNT])(const struct policy *p, struct sbuf *out) = {
		[PART_DEFAULTS] = print_defaults,
		[PART_BUDGETS] = print_budgets,
		[PART_SYSCALLS] = print_syscalls,
		[PART_NETWORK] = print_network,
		[PART_FILES] = print_files,
		[PART_ENVIRONMENT] = print_environment,
		[PART_LIMITS] = print_limits,
		[PART_USER] = print_run_as,
		[PART_RELOAD] = print_reload,
		[PART_RULES] = print_rules,
	};

	parts[part](policy, out);
}

void policy_print(const struct policy *policy, struct sbuf *out)
{
	sbuf_str(out, "version: 1\n");
	for (int part = 0; part < PART_COUNT; part++)
		policy_print_part(policy, (enum policy_part)part, out);
}
