/* `files` in a policy: what is beneath a root, and how it is written. */
#include "tests/support/fake_root.h"
#include "tests/support/policy_text.h"

#include "base/cleanup.h"
#include "policy/files.h"

#define ALLOW "version: 1\ndefault: allow\n"

static const struct policy_env in_work = { .root = &nowhere, .cwd = "/home/me/work" };

static bool allows(const struct policy *p, const char *path, bool write)
{
	struct place place;

	return files_allow(policy_files(p), path, write, &place);
}

static void a_root_is_itself_and_what_is_beneath(void **state)
{
	struct policy *p = policy_of(ALLOW "files: {write: [/work, /tmp/one]}\n", &in_work);

	(void)state;
	assert_true(allows(p, "/work", true));
	assert_true(allows(p, "/work/a/b", true));
	assert_true(allows(p, "/tmp/one", true));
	assert_false(allows(p, "/workshop", true));
	assert_false(allows(p, "/tmp", true));
	assert_false(allows(p, "/", true));
	assert_true(allows(p, "/dev/null", true));
	assert_true(allows(p, "/etc/passwd", false));
	policy_free(p);
}

static void a_list_of_what_may_be_read_is_all_of_it(void **state)
{
	struct policy *p = policy_of(ALLOW "files: {read: /usr, write: /work}\n", &in_work);

	(void)state;
	assert_true(allows(p, "/usr/bin/sh", false));
	assert_true(allows(p, "/work/x", false));
	assert_true(allows(p, "/dev/null", false));
	assert_false(allows(p, "/etc/passwd", false));
	assert_false(allows(p, "/usr/bin/sh", true));
	policy_free(p);
}

static void without_the_key_all_is_allowed(void **state)
{
	struct policy *p = policy_of(ALLOW, NULL);
	struct policy *all = policy_of(ALLOW "files: {write: /}\n", &in_work);
	struct policy *none = policy_of(ALLOW "files: {write: []}\n", &in_work);

	(void)state;
	assert_true(allows(p, "/etc/passwd", true));
	assert_true(allows(all, "/etc/passwd", true));
	assert_false(allows(none, "/etc/passwd", true));
	policy_free(p);
	policy_free(all);
	policy_free(none);
}

static void links_are_followed_and_relative_paths_begin_where_callgate_does(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	const struct root_view view = { .fd = root.fd };
	const struct policy_env env = { .start_root = &view, .cwd = "/home/me" };
	struct policy *p;

	(void)state;
	make_dirs(&root, "data/real/");
	make_dirs(&root, "home/me/");
	assert_int_equal(symlinkat("/data/real", root.fd, "home/me/link"), 0);
	p = policy_of(ALLOW "files: {write: [link, ./new]}\n", &env);
	assert_true(allows(p, "/data/real/x", true));
	assert_false(allows(p, "/home/me/link/x", true));
	assert_false(allows(p, "/data", true));
	policy_free(p);
}

static struct decision bind_to(const struct policy *p, const char *path, const char *leads_to)
{
	struct sockaddr_value address;
	struct request request = { .by_path = true,
		.kind = CALL_KIND_BIND,
		.destination = &address,
		.unix_path = leads_to,
		.socket = { true, AF_UNIX, SOCK_STREAM, 0 } };
	struct decision d;

	address_of_unix(&address, path, strlen(path));
	policy_decide(p, &request, &d);
	return d;
}

/* There the same path is another place. */
static void in_another_root_no_path_says_where_a_socket_is(void **state)
{
	struct policy *p = policy_of(ALLOW "files: {write: /work}\n", &in_work);
	struct sockaddr_value address;
	struct request request = { .kind = CALL_KIND_BIND,
		.destination = &address,
		.unix_path = "/work/s",
		.socket = { true, AF_UNIX, SOCK_STREAM, 0 } };
	struct decision d;

	(void)state;
	address_of_unix(&address, "/work/s", 7);
	policy_decide(p, &request, &d);
	assert_int_equal(d.verdict, VERDICT_ALLOW);
	request.other_root = true;
	policy_decide(p, &request, &d);
	assert_int_equal(d.verdict, VERDICT_DENY);
	assert_string_equal(d.reason, "files.write");
	policy_free(p);
}

static void a_socket_is_a_file(void **state)
{
	struct policy *p = policy_of(ALLOW "files: {write: /work}\n", &in_work);

	(void)state;
	assert_int_equal(bind_to(p, "/work/s", "/work/s").verdict, VERDICT_ALLOW);
	assert_int_equal(bind_to(p, "@s", NULL).verdict, VERDICT_ALLOW);
	assert_string_equal(bind_to(p, "/work/s", "/etc/s").reason, "files.write");
	assert_string_equal(bind_to(p, "/etc/s", NULL).reason, "files.write");
	assert_string_equal(bind_to(p, "s", NULL).reason, "files.write");
	assert_string_equal(bind_to(p, "/work/../etc/s", NULL).reason, "files.write");
	assert_int_equal(bind_to(p, "/etc/s", "/etc/s").errnum, EACCES);
	policy_free(p);
}

static void another_root_is_denied(void **state)
{
	const struct request chroot = { .kind = CALL_KIND_SYSCALL, .syscall = "chroot" };
	static const struct {
		const char *text;
		enum verdict verdict;
	} rows[] = {
		{ ALLOW "files: {write: /work}\n", VERDICT_DENY },
		{ ALLOW "files: {write: /work}\nsyscalls: {allow: chroot}\n", VERDICT_ALLOW },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy *p = policy_of(rows[i].text, &in_work);
		struct decision d;

		policy_decide(p, &chroot, &d);
		assert_int_equal(d.verdict, rows[i].verdict);
		policy_free(p);
	}
}

static void what_is_written_is_checked(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "files: [/x]\n", "p.yaml:3:8: expected files: a mapping" },
		{ "files: {}\n", "no paths here" },
		{ "files: {require: best}\n", "no paths here" },
		{ "files: {write: /x, require: soft}\n", "expected hard or best" },
		{ "files: {write: '/x/*'}\n", "patterns cannot be held" },
		{ "files: {write: '~/x'}\n", "write the directory out" },
		{ "files: {read: []}\n", "empty list" },
		{ "files: {wirte: /x}\n", "\"write\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_sbuf struct sbuf text = SBUF_INIT;
		cleanup_err struct err *err = NULL;
		struct policy *p = NULL;

		sbuf_fmt(&text, ALLOW "%s", rows[i].text);
		assert_true(policy_load_text(
				    sbuf_text(&text), text.len, "p.yaml", &in_work, &p, &err) < 0);
		if (!strstr(err_text(err), rows[i].error))
			fail_msg("%s", err_text(err));
	}
}

static void the_canonical_text_keeps_it(void **state)
{
	static const char *const texts[] = { "files: {write: [a, /b], read: /c, require: best}\n",
		"files: {write: []}\n" };
	static const char *const printed[] = {
		"files:\n  read:\n    - \"/c\"\n  write:\n    - \"/home/me/work/a\"\n"
		"    - \"/b\"\n  require: best\n",
		"files:\n  write: []\n"
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		cleanup_sbuf struct sbuf text = SBUF_INIT, once = SBUF_INIT, twice = SBUF_INIT;
		struct policy *p;

		sbuf_fmt(&text, ALLOW "%s", texts[i]);
		p = policy_of(sbuf_text(&text), &in_work);
		policy_print(p, &once);
		policy_free(p);
		if (!strstr(sbuf_text(&once), printed[i]))
			fail_msg("%s", sbuf_text(&once));
		p = policy_of(sbuf_text(&once), &in_work);
		policy_print(p, &twice);
		policy_free(p);
		assert_string_equal(sbuf_text(&once), sbuf_text(&twice));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_root_is_itself_and_what_is_beneath),
		cmocka_unit_test(a_list_of_what_may_be_read_is_all_of_it),
		cmocka_unit_test(without_the_key_all_is_allowed),
		cmocka_unit_test(links_are_followed_and_relative_paths_begin_where_callgate_does),
		cmocka_unit_test(a_socket_is_a_file),
		cmocka_unit_test(in_another_root_no_path_says_where_a_socket_is),
		cmocka_unit_test(another_root_is_denied),
		cmocka_unit_test(what_is_written_is_checked),
		cmocka_unit_test(the_canonical_text_keeps_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
