#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/import/openshell_impl.h"
#include "policy/glob.h"

enum {
	TREE_MAX = 64 << 20,
	KEYS_MAX = 10000, /* in one mapping: each is compared with the others */
};

static bool is_true(const struct yaml *node)
{
	return openshell_is_text(node) && !strcmp(node->text, "true");
}

static int add_paths(struct import *im, const struct yaml *fs, const char *key, const char **before)
{
	const struct yaml *list;

	if (openshell_list(im, fs, key, &list) < 0)
		return -1;
	for (const struct yaml *p = list ? list->child : NULL; p; p = p->next) {
		if (!openshell_is_text(p) || p->text[0] != '/' || glob_is_pattern(p->text, p->len))
			return openshell_fail(im, p, "expected an absolute path, and no pattern");
		sbuf_str(&im->head, *before);
		yaml_quote(p->text, p->len, &im->head);
		*before = ", ";
	}
	return 0;
}

/* "hard" or "best"; NULL with the error when it is neither. */
static const char *file_requirement(struct import *im, const struct yaml *root)
{
	static const char *const known[] = { "compatibility", NULL };
	const struct yaml *landlock = openshell_find(root, "landlock");
	const struct yaml *level = openshell_find(landlock, "compatibility");

	if (landlock)
		openshell_unknown(im, landlock, known, "landlock");
	if (!level || (openshell_is_text(level) && !strcmp(level->text, "best_effort")))
		return "best";
	if (openshell_is_text(level) && !strcmp(level->text, "hard_requirement"))
		return "hard";
	openshell_fail(im, level, "expected best_effort or hard_requirement");
	return NULL;
}

static int import_files(struct import *im, const struct yaml *root)
{
	static const char *const known[] = { "include_workdir", "read_only", "read_write", NULL };
	const struct yaml *fs = openshell_find(root, "filesystem_policy");
	const char *require = file_requirement(im, root), *before = "";

	if (!require)
		return -1;
	if (!fs)
		return 0;
	if (fs->type != YAML_MAP)
		return openshell_fail(im, fs, "expected a mapping");
	openshell_unknown(im, fs, known, "filesystem_policy");
	/* What no list has cannot be read there: without this list, everything could here. */
	sbuf_str(&im->head, "files:\n  read: [");
	if (add_paths(im, fs, "read_only", &before) < 0)
		return -1;
	/* An empty list is an error in our language, and means nothing but /dev/null. */
	sbuf_str(&im->head, before[0] ? "]\n  write: [" : "/dev/null]\n  write: [");
	before = "";
	if (is_true(openshell_find(fs, "include_workdir"))) {
		sbuf_str(&im->head, ".");
		before = ", ";
	}
	if (add_paths(im, fs, "read_write", &before) < 0)
		return -1;
	sbuf_fmt(&im->head, "]\n  require: %s\n", require);
	return 0;
}

static int import_process(struct import *im, const struct yaml *root)
{
	static const char *const known[] = { "run_as_user", "run_as_group", NULL };
	static const char *const keys[] = { "user", "group" };
	const struct yaml *process = openshell_find(root, "process");

	if (!process)
		return 0;
	openshell_unknown(im, process, known, "process");
	for (int i = 0; i < 2; i++) {
		const struct yaml *who = openshell_find(process, known[i]);

		if (!who)
			continue;
		if (!openshell_is_text(who))
			return openshell_fail(im, who, "expected a name");
		if (i == 1 && !openshell_find(process, known[0])) {
			openshell_unheld(
				im, who, "the group is left out: one goes with a user here");
			continue;
		}
		sbuf_fmt(&im->head, "%s: ", keys[i]);
		yaml_quote(who->text, who->len, &im->head);
		sbuf_char(&im->head, '\n');
	}
	return 0;
}

/* The first or the last would be taken in silence; the source takes neither. */
static int check_keys(struct import *im, const struct yaml *node)
{
	if (node->type == YAML_MAP && node->len > KEYS_MAX)
		return openshell_fail(im, node, "so many keys cannot be taken");
	for (const struct yaml *m = node->child; m; m = m->next) {
		if (node->type == YAML_MAP && openshell_find(node, m->key->text) != m)
			return openshell_fail(im, m->key, "this key is there twice");
		if (check_keys(im, m) < 0)
			return -1;
	}
	return 0;
}

static int import_root(struct import *im, const struct yaml *root)
{
	static const char *const known[] = { "version", "filesystem_policy", "landlock", "process",
		"network_policies", NULL };
	const struct yaml *version = openshell_find(root, "version");

	if (root->type != YAML_MAP || !openshell_is_text(version) ||
		strcmp(version->text, "1") != 0)
		return openshell_fail(
			im, root, "expected an OpenShell sandbox policy, with \"version: 1\"");
	if (check_keys(im, root) < 0)
		return -1;
	openshell_unknown(im, root, known, "the policy");
	if (import_files(im, root) < 0 || import_process(im, root) < 0)
		return -1;
	return openshell_network(im, openshell_find(root, "network_policies"));
}

/* The source has a proxy that looks names up and connects; here the programs do it themselves. */
static const char first_lines[] =
	"version: 1\n"
	"default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}\n";
static const char first_rules[] =
	"  - id: openshell-never\n"
	"    connect: [\"@loopback\", \"@link-local\"]\n"
	"    verdict: deny\n"
	"    why: loopback, link-local and unspecified addresses are always denied\n"
	"  - id: openshell-local\n"
	"    connect: \"unix:*\"\n"
	"    bind: [\"@loopback\", \"unix:*\"]\n"
	"    verdict: allow\n";
static const char private_rule[] = "  - id: openshell-private\n"
				   "    connect: [" OPENSHELL_PRIVATE "]\n"
				   "    verdict: deny\n"
				   "    why: private addresses need allowed_ips\n";

static void import_end(struct import *im)
{
	sbuf_free(&im->head);
	sbuf_free(&im->resolvers);
	sbuf_free(&im->early);
	sbuf_free(&im->late);
	arena_free(&im->arena);
}

int import_openshell(const char *text, size_t len, const char *name, struct sbuf *out,
	struct sbuf *unheld_out, struct err **err)
{
	__attribute__((cleanup(
		import_end))) struct import im = { .name = name, .unheld = unheld_out, .err = err };
	struct yaml *root = NULL;

	arena_init(&im.arena, TREE_MAX);
	if (yaml_parse(text, len, name, 1, &im.arena, &root, err) < 0 || import_root(&im, root) < 0)
		return -1;
	sbuf_str(out, first_lines);
	sbuf_add(out, sbuf_text(&im.head), im.head.len);
	sbuf_str(out, "rules:\n");
	sbuf_add(out, sbuf_text(&im.resolvers), im.resolvers.len);
	sbuf_str(out, first_rules);
	sbuf_add(out, sbuf_text(&im.early), im.early.len);
	sbuf_str(out, private_rule);
	sbuf_add(out, sbuf_text(&im.late), im.late.len);
	if (im.head.failed || im.resolvers.failed || im.early.failed || im.late.failed ||
		out->failed)
		return err_set(err, ENOMEM, "cannot keep the policy");
	return 0;
}
