/* Several files: what of them adds up, and what only one of them may say. */
#include "tests/support/fake_root.h"
#include "tests/support/policy_text.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/sbuf.h"
#include "policy/environment.h"
#include "policy/files.h"
#include "policy/limits.h"
#include "policy/print.h"

#define HEAD "version: 1\ndefault: deny\n"

static struct policy *load_two(
	const struct fake_root *dir, const char *a, const char *b, struct err **err)
{
	const struct policy_env env = {
		.root = &nowhere, .start_root = &nowhere, .cwd = dir->path
	};
	char path_a[128], path_b[128];
	const char *const paths[] = { path_a, path_b };
	struct policy *policy = NULL;

	make_file_of(dir, "a.yaml", a);
	make_file_of(dir, "b.yaml", b);
	snprintf(path_a, sizeof(path_a), "%s/a.yaml", dir->path);
	snprintf(path_b, sizeof(path_b), "%s/b.yaml", dir->path);
	return policy_load(paths, 2, &env, &policy, err) == 0 ? policy : NULL;
}

static void lists_of_variables_and_paths_add_up(void **state)
{
	cleanup_root struct fake_root dir = fake_root_make();
	const struct environment *env;
	const struct files *files;
	struct err *err = NULL;
	struct policy *p = load_two(&dir,
		HEAD "env: {keep: [A], remove: [B, C], set: {D: one}}\n"
		     "files: {read: [/usr], write: [/tmp/x], require: best}\n"
		     "user: 65534\ngroup: 7\n",
		"version: 1\nenv: {keep: [E], remove: [F], set: {G: two}}\n"
		"files: {read: [/lib], write: [/tmp/y, here]}\nuser: 65534\ngroup: 7\n",
		&err);

	(void)state;
	if (!p)
		fail_msg("%s", err_text(err));
	env = policy_environment(p);
	assert_int_equal(env->keep.len, 2);
	assert_int_equal(env->remove.len, 3);
	assert_string_equal(env->remove.items[2].text, "F");
	assert_int_equal(env->nset, 2);
	assert_string_equal(env->set[0].text, "D=one");
	assert_string_equal(env->set[1].text, "G=two");
	files = policy_files(p);
	assert_int_equal(files->read.len, 2);
	assert_int_equal(files->write.len, 3);
	assert_string_equal(files->read.items[1].path, "/lib");
	assert_memory_equal(files->write.items[2].path, dir.path, strlen(dir.path));
	assert_false(files->best); /* the file that requires more has its way */
	assert_int_equal(policy_run_as(p)->uid, 65534);
	assert_int_equal(policy_run_as(p)->gid, 7);
	policy_free(p);
}

/* What two files say differently is no question of their order. */
static void what_contradicts_is_named_with_both_places(void **state)
{
	static const struct {
		const char *a, *b, *words;
	} cases[] = {
		{ "env: {set: {A: 1}}\n", "env: {set: {A: 2}}\n",
			"b.yaml:2:13: \"A\": the variable is set already, at " },
		{ "user: 1\n", "user: 2\n",
			"b.yaml:2:7: \"2\": another user is given already, at " },
		{ "group: 1\n", "group: 2\n",
			"b.yaml:2:8: \"2\": another group is given already, at " },
		{ "network: restricted\n", "network: restricted\n",
			"b.yaml:2:10: the network mode is given already, at " },
	};
	cleanup_root struct fake_root dir = fake_root_make();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_err struct err *err = NULL;
		char a[128], b[128];

		snprintf(a, sizeof(a), HEAD "%s", cases[i].a);
		snprintf(b, sizeof(b), "version: 1\n%s", cases[i].b);
		assert_null(load_two(&dir, a, b, &err));
		if (!strstr(err_text(err), cases[i].words) || !strstr(err_text(err), "a.yaml:3"))
			fail_msg("%s\nis not: %s", err_text(err), cases[i].words);
	}
}

static void a_relative_path_needs_a_place_to_begin(void **state)
{
	static const char text[] = HEAD "files: {write: [here]}\n";
	cleanup_err struct err *err = NULL;
	struct policy *policy = NULL;

	(void)state;
	assert_true(policy_load_text(text, strlen(text), "p.yaml", NULL, &policy, &err) < 0);
	assert_string_equal(err_text(err),
		"p.yaml:3:17: \"here\": a relative path is of no use here: write it out");
}

static void files_that_include_each_other_without_end(void **state)
{
	cleanup_root struct fake_root dir = fake_root_make();
	cleanup_err struct err *err = NULL;
	char name[32], text[64];

	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "%d.yaml", i);
		snprintf(text, sizeof(text), "version: 1\ninclude: %d.yaml\n", i + 1);
		make_file_of(&dir, name, text);
	}
	assert_null(load_two(&dir, HEAD "include: 0.yaml\n", "version: 1\n", &err));
	assert_non_null(strstr(err_text(err), "too many files included, or too deeply"));
}

static void collect_warning(void *ctx, const char *text)
{
	sbuf_fmt(ctx, "%s\n", text);
}

/* A pin that cannot be compared is no leave: the file may be any by then. */
static void a_program_whose_content_cannot_be_read_is_allowed_nothing(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	const struct root_view view = { .fd = root.fd };
	cleanup_sbuf struct sbuf warnings = SBUF_INIT;
	const struct policy_env env = {
		.root = &view, .warn = collect_warning, .warn_ctx = &warnings
	};
	const uid_t user = geteuid();
	const struct rule *rule;
	struct policy *p;

	(void)state;
	make_file(&root, "usr/bin/tool");
	assert_int_equal(chmod(root.path, 0755), 0);
	assert_int_equal(fchmodat(root.fd, "usr/bin/tool", 0111, 0), 0);
	if (user == 0)
		assert_int_equal(seteuid(65534), 0);
	p = policy_of(HEAD "rules: [{verdict: allow, exe: {path: /usr/bin/tool, sha256: "
			   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}}]\n",
		&env);
	assert_int_equal(seteuid(user), 0);
	rule = policy_rule(p, 0);
	assert_true(rule->exe.items[0].resolved);
	assert_true(rule->exe.items[0].sha256_unknown);
	assert_non_null(strstr(
		sbuf_text(&warnings), "p.yaml:3:38: cannot check the sha256 of /usr/bin/tool ("));
	assert_non_null(strstr(sbuf_text(&warnings), "): it is allowed nothing here\n"));
	policy_free(p);
}

static void what_becomes_of_a_bad_reload_is_printed(void **state)
{
	static const char *const words[] = { "close", "keep" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		cleanup_sbuf struct sbuf text = SBUF_INIT;
		char source[64], line[32];
		struct policy *p;

		snprintf(source, sizeof(source), HEAD "on-error: %s\n", words[i]);
		p = policy_of(source, NULL);
		policy_print(p, &text);
		snprintf(line, sizeof(line), "on-error: %s\n", words[i]);
		assert_non_null(strstr(sbuf_text(&text), line));
		policy_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_variables_and_paths_add_up),
		cmocka_unit_test(what_contradicts_is_named_with_both_places),
		cmocka_unit_test(a_relative_path_needs_a_place_to_begin),
		cmocka_unit_test(files_that_include_each_other_without_end),
		cmocka_unit_test(a_program_whose_content_cannot_be_read_is_allowed_nothing),
		cmocka_unit_test(what_becomes_of_a_bad_reload_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
