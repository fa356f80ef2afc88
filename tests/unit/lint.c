/* What is said of policies that load and are hardly meant, and of those that are well meant. */
#include "tests/support/fake_root.h"

#include "base/cleanup.h"
#include "policy/lint.h"
#include "policy/name_resolver.h"
#include "policy/root/view.h"

enum { FINDINGS_MAX = 16, OTHER_USER = 4242 };

struct findings {
	size_t len;
	bool no_writers; /* what users may write is not of interest */
	struct {
		enum lint_level level;
		char code[32];
		int line;
		char text[512];
	} items[FINDINGS_MAX];
};

static void take(void *ctx, const struct lint_finding *finding)
{
	struct findings *f = ctx;

	if (f->no_writers && strcmp(finding->code, "program.writable") == 0)
		return;
	assert_true(f->len < FINDINGS_MAX);
	f->items[f->len].level = finding->level;
	f->items[f->len].line = finding->place.line;
	snprintf(f->items[f->len].code, sizeof(f->items[0].code), "%s", finding->code);
	snprintf(f->items[f->len].text, sizeof(f->items[0].text), "%s", finding->text);
	f->len++;
}

/* One name resolves. */
static size_t lookup(void *ctx, const char *name, struct address *out, size_t max)
{
	(void)ctx;
	if (strcmp(name, "here.example") != 0 || max == 0)
		return 0;
	*out = (struct address){ 32, { 192, 0, 2, 1 } };
	return 1;
}

static uint64_t now(void *ctx)
{
	(void)ctx;
	return 1;
}

/*
 * Everything said of the policy, with the root as the command's. Where the
 * tester is not root, all programs there are his, and said to be so: unless
 * that is what a test is about, it is left out.
 */
static struct findings lint(const struct fake_root *root, const char *text, bool writers)
{
	const struct name_source source = { .lookup = lookup, .now = now };
	const struct root_view view = { .fd = root->fd };
	struct name_resolver *resolver = name_resolver_new(&source);
	const struct policy_env env = { .root = &view, .resolver = resolver };
	struct findings found = { .no_writers = geteuid() != 0 && !writers };
	cleanup_err struct err *err = NULL;
	struct policy *policy = NULL;

	if (policy_load_text(text, strlen(text), "p.yaml", &env, &policy, &err) < 0)
		fail_msg("%s", err_text(err));
	policy_lint(policy, resolver, take, &found);
	policy_free(policy);
	name_resolver_free(resolver);
	return found;
}

/* The root that all tests have: programs of root's that only root may change. */
static struct fake_root standard_root(void)
{
	struct fake_root root = fake_root_make();

	make_file(&root, "usr/bin/curl");
	make_file(&root, "usr/bin/git");
	make_file(&root, "usr/bin/dash");
	make_file(&root, "usr/bin/python3.11");
	make_file_of(&root, "usr/bin/tool", "#!/usr/bin/python3\n");
	make_link(&root, "bin", "usr/bin");
	make_link(&root, "usr/bin/python3", "python3.11");
	return root;
}

static void expect_nothing(const struct fake_root *root, const char *text)
{
	struct findings found = lint(root, text, false);

	if (found.len > 0)
		fail_msg("%s: %s", found.items[0].code, found.items[0].text);
}

/* There is one finding, of this level and code, at this line, with these words in it. */
static void expect(const struct fake_root *root, const char *text, enum lint_level level,
	const char *code, int line, const char *words)
{
	struct findings found = lint(root, text, strcmp(code, "program.writable") == 0);

	for (size_t i = 0; i < found.len; i++) {
		if (found.len != 1 || strcmp(found.items[i].code, code) != 0)
			print_error("%d: %s: %s\n", found.items[i].line, found.items[i].code,
				found.items[i].text);
	}
	assert_int_equal(found.len, 1);
	assert_string_equal(found.items[0].code, code);
	assert_int_equal(found.items[0].level, level);
	assert_int_equal(found.items[0].line, line);
	if (!strstr(found.items[0].text, words))
		assert_string_equal(found.items[0].text, words);
}

#define RULES                                                                                      \
	"version: 1\n"                                                                             \
	"default: deny\n"                                                                          \
	"rules:\n"

static void good_policies_are_quiet(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	expect_nothing(&root, "version: 1\ndefault: allow\n");
	expect_nothing(&root, RULES
		"  - {exe: /usr/bin/curl, connect: \"tcp:here.example:443\", verdict: allow}\n"
		"  - {exe: /usr/bin/git, connect: \"10.0.0.0/8:22\", verdict: allow}\n"
		"  - {exec: [/usr/bin/curl, /usr/bin/git], verdict: allow}\n"
		"  - {connect: \"@metadata\", verdict: deny}\n");
}

static void rules_that_never_decide(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	expect(&root,
		RULES "  - {id: all, connect: \"10.0.0.0/8\", verdict: deny}\n"
		      "  - {id: part, connect: \"10.1.0.0/16:80\", verdict: ask}\n",
		LINT_WARNING, "rule.covered", 5,
		"never decides: all it matches gets deny before, from all (p.yaml:4)");
	expect(&root,
		RULES "  - {id: all, connect: \"10.0.0.0/8\", verdict: deny}\n"
		      "  - {id: part, connect: \"10.1.0.0/16:80\", verdict: deny}\n",
		LINT_WARNING, "rule.covered", 5, "with the same verdict; remove it");
	expect(&root,
		RULES "  - {id: everything, verdict: ask}\n"
		      "  - {id: part, exe: /usr/bin/curl, spawn: true, verdict: deny}\n",
		LINT_WARNING, "rule.covered", 5, "everything (p.yaml:4)");
}

/* Of two rules the later never decides when the former has every user, socket and program. */
static void a_wider_list_covers_a_narrower_one(void **state)
{
	static const struct {
		const char *wide, *narrow;
	} pairs[] = {
		{ "uid: ['10-20', '1000-2000']", "uid: ['12', '1500-1600']" },
		{ "socket: [inet/stream, unix, netlink:route]",
			"socket: [netlink:route, unix/dgram]" },
		{ "exec: '/usr/bin/**'", "exec: '/usr/bin/g*'" },
	};
	cleanup_root struct fake_root root = standard_root();
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		snprintf(text, sizeof(text),
			RULES "  - {id: a, %s, verdict: deny}\n  - {id: b, %s, verdict: ask}\n",
			pairs[i].wide, pairs[i].narrow);
		expect(&root, text, LINT_WARNING, "rule.covered", 5, "from a (p.yaml:4)");
		snprintf(text, sizeof(text),
			RULES "  - {id: a, %s, verdict: deny}\n  - {id: b, %s, verdict: ask}\n",
			pairs[i].narrow, pairs[i].wide);
		expect_nothing(&root, text);
	}
}

static void narrower_rules_first_are_well_meant(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	expect_nothing(&root, RULES "  - {id: part, connect: \"10.1.0.0/16:80\", verdict: ask}\n"
				    "  - {id: all, connect: \"10.0.0.0/8\", verdict: deny}\n"
				    "  - {id: bound, bind: \"10.1.0.0/16:80\", verdict: deny}\n");
}

static void names_that_do_not_resolve(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	expect(&root,
		RULES "  - {connect: [\"here.example:1\", \"gone.example:1\"], verdict: deny}\n",
		LINT_WARNING, "name.unresolved", 4, "gone.example does not resolve");
}

static const char allows_curl[] =
	RULES "  - {exe: /usr/bin/curl, connect: \"10.0.0.0/8\", verdict: allow}\n";

static void programs_that_everybody_may_write(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	assert_int_equal(fchmodat(root.fd, "usr/bin/curl", 0777, 0), 0);
	expect(&root, allows_curl, LINT_WARNING, "program.writable", 4,
		"/usr/bin/curl may be written by everybody");
}

/* Of a tester who is not root, the one user other than root is himself. */
static bool tester_is_told(const struct fake_root *root)
{
	char words[64];

	if (geteuid() == 0)
		return false;
	snprintf(words, sizeof(words), "/usr/bin/curl may be written by user %u",
		(unsigned)geteuid());
	expect(root, allows_curl, LINT_WARNING, "program.writable", 4, words);
	return true;
}

static void programs_that_other_users_may_write(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	if (tester_is_told(&root))
		return;
	expect_nothing(&root, allows_curl);
	assert_int_equal(fchownat(root.fd, "usr/bin/curl", OTHER_USER, 0, 0), 0);
	expect(&root, allows_curl, LINT_WARNING, "program.writable", 4,
		"/usr/bin/curl may be written by user 4242");
	assert_int_equal(fchownat(root.fd, "usr/bin/curl", 0, OTHER_USER, 0), 0);
	expect_nothing(&root, allows_curl);
	assert_int_equal(fchmodat(root.fd, "usr/bin/curl", 0775, 0), 0);
	expect(&root, allows_curl, LINT_WARNING, "program.writable", 4,
		"/usr/bin/curl may be written by group 4242");
}

static void directories_that_others_may_write(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	if (tester_is_told(&root))
		return;
	assert_int_equal(fchmodat(root.fd, "usr", 0777, 0), 0);
	expect(&root, allows_curl, LINT_WARNING, "program.writable", 4,
		"the directory /usr may be written by everybody");
	/* In a sticky directory nobody replaces the files of others. */
	assert_int_equal(fchmodat(root.fd, "usr", 01777, 0), 0);
	expect_nothing(&root, allows_curl);
}

static void patterns_where_others_may_add_programs(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	make_file(&root, "tmp/x");
	assert_int_equal(fchmodat(root.fd, "tmp", 01777, 0), 0);
	expect(&root, RULES "  - {exe: \"/tmp/x*\", spawn: true, verdict: allow}\n", LINT_WARNING,
		"program.writable", 4, "the directory /tmp may be written by everybody");
	expect_nothing(&root, RULES "  - {exe: \"/tmp/x*\", spawn: true, verdict: deny}\n");
	expect_nothing(&root, RULES "  - {exe: \"/usr/**\", spawn: true, verdict: allow}\n");
}

static void pinned_programs_may_be_written(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	/* SHA-256 of "usr/bin/git", the content of the file. */
	assert_int_equal(fchmodat(root.fd, "usr/bin/git", 0777, 0), 0);
	expect_nothing(&root,
		RULES "  - exe: {path: /usr/bin/git, sha256: "
		      "e5ef41a4c9c4e4f60ce7efe037d6de54f646113f52c1904f7b635186a6b1956c}\n"
		      "    spawn: true\n"
		      "    verdict: allow\n");
}

static void patterns_through_links(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	make_file(&root, "run/x.sock");
	make_link(&root, "var/run", "/run");
	expect(&root, RULES "  - {exe: \"/bin/*sh\", spawn: true, verdict: deny}\n", LINT_WARNING,
		"pattern.link", 4,
		"patterns are held against canonical paths, and /bin is /usr/bin; write "
		"/usr/bin/*sh");
	expect(&root, RULES "  - {connect: \"unix:/var/run/*.sock\", verdict: deny}\n",
		LINT_WARNING, "pattern.link", 4, "/var/run is /run; write /run/*.sock");
	expect_nothing(&root, RULES "  - {exe: \"/usr/bin/*sh\", spawn: true, verdict: deny}\n");
	expect_nothing(&root, RULES "  - {exe: \"/opt/none/*\", spawn: true, verdict: deny}\n");
}

static void scripts_written_as_programs(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	expect(&root, RULES "  - {exe: /usr/bin/tool, spawn: true, verdict: deny}\n", LINT_WARNING,
		"program.script", 4, "/usr/bin/tool is a script");
	expect_nothing(&root, RULES "  - {lineage: /usr/bin/tool, spawn: true, verdict: deny}\n");
	expect_nothing(&root, RULES "  - {exec: /usr/bin/tool, verdict: deny}\n");
	expect_nothing(&root, RULES "  - {script: /usr/bin/tool, verdict: deny}\n");
}

static void programs_written_as_scripts(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	expect(&root, RULES "  - {script: /usr/bin/git, verdict: deny}\n", LINT_WARNING,
		"script.program", 4, "/usr/bin/git does not begin with \"#!\"");
}

static void shells_where_the_network_is_reached(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	expect(&root,
		RULES "  - {id: net, exe: /usr/bin/curl, connect: \"*:443\", verdict: allow}\n"
		      "  - {id: run, exe: /usr/bin/curl, exec: /bin/dash, verdict: allow}\n",
		LINT_WARNING, "exec.shell", 5,
		"allows /usr/bin/dash to be run by a program that net (p.yaml:4) lets reach the "
		"network");
	expect(&root,
		RULES "  - {id: net, exe: /usr/bin/curl, connect: \"*:443\", verdict: allow}\n"
		      "  - {id: run, exec: \"/usr/bin/py*\", verdict: allow}\n",
		LINT_WARNING, "exec.shell", 5, "allows /usr/bin/py* to be run");
	expect(&root, RULES "  - {id: run, exe: /usr/bin/git, verdict: allow}\n", LINT_WARNING,
		"exec.shell", 4,
		"allows any program to be run by a program that the same rule lets reach");
	expect(&root,
		RULES "  - {id: net, exe: '/usr/bin/c*', connect: \"*:443\", verdict: allow}\n"
		      "  - {id: run, exe: /usr/bin/curl, exec: /bin/dash, verdict: allow}\n",
		LINT_WARNING, "exec.shell", 5, "by a program that net (p.yaml:4) lets reach");
	expect(&root,
		RULES "  - {id: net, exe: '/usr/bin/cu*', connect: \"*:443\", verdict: allow}\n"
		      "  - {id: run, exe: '/usr/bin/**', exec: /bin/dash, verdict: allow}\n",
		LINT_WARNING, "exec.shell", 5, "by a program that net (p.yaml:4) lets reach");
	expect(&root,
		"version: 1\n"
		"default: {connect: allow}\n"
		"rules:\n"
		"  - {id: run, exe: /usr/bin/curl, exec: /usr/bin/python3, verdict: allow}\n",
		LINT_WARNING, "exec.shell", 4, "that the default lets reach the network");
}

static void shells_where_it_is_not(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	expect_nothing(&root, RULES "  - {exe: /usr/bin/curl, connect: \"*:443\", verdict: allow}\n"
				    "  - {exe: /usr/bin/git, exec: /bin/dash, verdict: allow}\n");
	expect_nothing(&root,
		RULES "  - {exe: /usr/bin/curl, connect: [\"@loopback\", \"127.0.0.0/8:1\", "
		      "\"unix:/run/x\"], verdict: allow}\n"
		      "  - {exe: /usr/bin/curl, exec: /bin/dash, verdict: allow}\n");
	expect_nothing(&root, RULES "  - {exe: /usr/bin/curl, connect: \"*:443\", verdict: allow}\n"
				    "  - {exe: /usr/bin/curl, exec: /bin/dash, verdict: ask}\n");
	expect_nothing(&root,
		RULES "  - {exe: /usr/bin/curl, connect: \"*:443\", verdict: allow}\n"
		      "  - {exe: /usr/bin/curl, exec: /usr/bin/git, verdict: allow}\n");
}

static void scripts_are_weak_identities(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	expect(&root,
		RULES "  - {script: /usr/bin/tool, connect: \"10.0.0.0/8\", verdict: allow}\n",
		LINT_NOTE, "identity.script", 4, "the interpreter may run other code too");
	expect(&root,
		RULES "  - {lineage: /usr/bin/tool, connect: \"10.0.0.0/8\", verdict: allow}\n",
		LINT_NOTE, "identity.script", 4, "the interpreter may run other code too");
	expect_nothing(&root,
		RULES "  - {script: /usr/bin/tool, connect: \"10.0.0.0/8\", verdict: deny}\n");
}

static void proxy_modes_without_a_proxy(void **state)
{
	cleanup_root struct fake_root root = standard_root();

	(void)state;
	expect(&root, "version: 1\ndefault: allow\nnetwork: proxy\n", LINT_WARNING, "network.proxy",
		3, "set http_proxy");
	expect_nothing(&root, "version: 1\ndefault: allow\n"
			      "network: {mode: proxy, endpoints: \"127.0.0.1:1\"}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_policies_are_quiet),
		cmocka_unit_test(rules_that_never_decide),
		cmocka_unit_test(a_wider_list_covers_a_narrower_one),
		cmocka_unit_test(narrower_rules_first_are_well_meant),
		cmocka_unit_test(names_that_do_not_resolve),
		cmocka_unit_test(programs_that_everybody_may_write),
		cmocka_unit_test(programs_that_other_users_may_write),
		cmocka_unit_test(directories_that_others_may_write),
		cmocka_unit_test(patterns_where_others_may_add_programs),
		cmocka_unit_test(pinned_programs_may_be_written),
		cmocka_unit_test(patterns_through_links),
		cmocka_unit_test(scripts_written_as_programs),
		cmocka_unit_test(programs_written_as_scripts),
		cmocka_unit_test(shells_where_the_network_is_reached),
		cmocka_unit_test(shells_where_it_is_not),
		cmocka_unit_test(scripts_are_weak_identities),
		cmocka_unit_test(proxy_modes_without_a_proxy),
	};

	return cmocka_run_group_tests_name("lint", tests, NULL, NULL);
}
