/* The canonical text of a policy: everything in it, once, in one way. */
#include "tests/support/fake_root.h"
#include "tests/support/policy_text.h"

#include "base/cleanup.h"

static const char written[] =
	"# every way to write it\n"
	"version: 1\n"
	"default: {connect: ask, exec: allow}\n"
	"syscalls: {allow: bpf, deny: [chroot, reboot]}\n"
	"rules:\n"
	"- {id: a, exe: /usr/bin/curl, verdict: allow,\n"
	"   connect: ['[::ffff:10.0.0.0/104]:443,80,81', PyPI.org, '@metadata:*', unix:/run/x],\n"
	"   why: \"say \\\"why\\\"\\t\\\\\"}\n"
	"- verdict: deny\n"
	"  uid: [5, 1-3, 2-4, root]\n"
	"  script: ['/a b', '/**/*.py']\n"
	"  lineage: {path: /x, sha256: "
	"00000000000000000000000000000000000000000000000000000000000000FF}\n"
	"  bind: ['0.0.0.0:0', \"unix:@a\\0b\"]\n"
	"  exec: '*'\n"
	"  spawn: '*'\n"
	"  socket: [inet/stream, 'netlink:route', '*', inet6:58/3]\n"
	"  errno: EWOULDBLOCK\n"
	"- {exe: '*', verdict: kill}\n"
	"budgets:\n"
	"- {tasks: 9, processes: 5, under: /usr/bin/npm}\n"
	"- spawns: 7\n";

static const char canonical[] =
	"version: 1\n"
	"default:\n"
	"  connect: ask\n"
	"  bind: deny\n"
	"  exec: allow\n"
	"  spawn: deny\n"
	"  socket: deny\n"
	"budgets:\n"
	"  - under: \"/usr/bin/npm\"\n"
	"    processes: 5\n"
	"    tasks: 9\n"
	"  - spawns: 7\n"
	"syscalls:\n"
	"  deny: [\"chroot\", \"reboot\"]\n"
	"  allow: [\"bpf\"]\n"
	"rules:\n"
	"  - verdict: allow\n"
	"    id: \"a\"\n"
	"    exe:\n"
	"      - \"/usr/bin/curl\"\n"
	"    connect:\n"
	"      - \"10.0.0.0/8:80-81,443\"\n"
	"      - \"pypi.org\"\n"
	"      - \"@metadata\"\n"
	"      - \"unix:/run/x\"\n"
	"    why: \"say \\\"why\\\"\\x09\\\\\"\n"
	"  - verdict: deny\n"
	"    script:\n"
	"      - \"/a b\"\n"
	"      - \"/**/*.py\"\n"
	"    lineage:\n"
	"      - {path: \"/x\", sha256: "
	"00000000000000000000000000000000000000000000000000000000000000ff}\n"
	"    uid: [0-5]\n"
	"    bind:\n"
	"      - \"0.0.0.0:0\"\n"
	"      - \"unix:@a\\x00b\"\n"
	"    exec: \"*\"\n"
	"    spawn: true\n"
	"    socket:\n"
	"      - \"inet/stream\"\n"
	"      - \"netlink:route\"\n"
	"      - \"*\"\n"
	"      - \"inet6:icmpv6/raw\"\n"
	"    errno: EAGAIN\n"
	"  - verdict: kill\n";

static void expect_printed(const struct policy *policy, const char *text)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	policy_print(policy, &out);
	assert_string_equal(sbuf_text(&out), text);
}

static void everything_is_printed_in_one_way(void **state)
{
	struct policy *policy = policy_of(written, NULL);

	(void)state;
	expect_printed(policy, canonical);
	policy_free(policy);
}

static void canonical_text_is_its_own(void **state)
{
	struct policy *policy = policy_of(canonical, NULL);

	(void)state;
	expect_printed(policy, canonical);
	policy_free(policy);
}

/* What the text depends on is in it: lists and included files are written out. */
static void lists_and_included_files_are_written_out(void **state)
{
	struct fake_root dir = fake_root_make();
	const struct policy_env env = { .root = &nowhere };
	struct policy *policy = NULL;
	char path[128];
	const char *const paths[] = { path };

	(void)state;
	make_file_of(&dir, "p.yaml",
		"version: 1\ninclude: more.yaml\nrules: [{verdict: deny, connect: 'file:list'}]\n");
	make_file_of(&dir, "more.yaml", "version: 1\ndefault: allow\nrules: [{verdict: ask}]\n");
	make_file_of(&dir, "list", "10.0.0.0/8:80\n2001:db8::/32\n");
	snprintf(path, sizeof(path), "%s/p.yaml", dir.path);
	assert_int_equal(policy_load(paths, 1, &env, &policy, NULL), 0);
	expect_printed(policy, "version: 1\n"
			       "default:\n"
			       "  connect: allow\n"
			       "  bind: allow\n"
			       "  exec: allow\n"
			       "  spawn: allow\n"
			       "  socket: allow\n"
			       "rules:\n"
			       "  - verdict: ask\n"
			       "  - verdict: deny\n"
			       "    connect:\n"
			       "      - \"10.0.0.0/8:80\"\n"
			       "      - \"[2001:db8::/32]\"\n");
	policy_free(policy);
	fake_root_free(&dir);
}

/* Programs keep the path that was written: it is resolved again where the text is read. */
static void programs_are_printed_as_written(void **state)
{
	struct fake_root root = fake_root_make();
	const struct root_view view = { .fd = root.fd };
	const struct policy_env env = { .root = &view };
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	struct policy *policy;

	(void)state;
	make_file(&root, "usr/bin/dash");
	make_link(&root, "bin", "usr/bin");
	policy = policy_of(
		"version: 1\ndefault: deny\nrules: [{verdict: ask, exe: /bin/dash}]\n", &env);
	policy_print(policy, &out);
	assert_non_null(strstr(sbuf_text(&out), "\"/bin/dash\""));
	policy_free(policy);
	fake_root_free(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_printed_in_one_way),
		cmocka_unit_test(canonical_text_is_its_own),
		cmocka_unit_test(lists_and_included_files_are_written_out),
		cmocka_unit_test(programs_are_printed_as_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
