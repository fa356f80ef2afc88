/* `env`, `limits`, `user` and `group`: what is read, and what it says of a variable. */
#include "tests/support/policy_text.h"

#include <errno.h>

#include "base/cleanup.h"
#include "policy/environment.h"
#include "policy/limits.h"

#define ALLOW "version: 1\ndefault: allow\n"
#define NAMES "rules:\n  - {exe: /usr/bin/curl, connect: '*', verdict: allow}\n"

static const char *fate(const struct policy *p, const char *entry)
{
	static const char *const words[] = { "stays", "removed", "code" };

	return words[environment_fate(p, entry)];
}

static void what_becomes_of_a_variable(void **state)
{
	struct policy *p = policy_of(ALLOW
		"env: {keep: [PYTHONPATH, 'AWS_R*'], remove: ['AWS_*', B], set: {C: x}}\n" NAMES,
		NULL);

	(void)state;
	assert_string_equal(fate(p, "A=1"), "stays");
	assert_string_equal(fate(p, "B=1"), "removed");
	assert_string_equal(fate(p, "BB=1"), "stays");
	assert_string_equal(fate(p, "C=1"), "removed");
	assert_string_equal(fate(p, "AWS_KEY=1"), "removed");
	assert_string_equal(fate(p, "AWS_REGION=1"), "stays");
	assert_string_equal(fate(p, "PYTHONPATH=/x"), "stays");
	assert_string_equal(fate(p, "LD_PRELOAD=/x"), "code");
	assert_string_equal(fate(p, "LD_PRELOAD="), "stays");
	assert_string_equal(fate(p, "LD_PRELOADS=/x"), "stays");
	assert_string_equal(fate(p, "BASH_FUNC_ls%%=() { :; }"), "code");
	assert_string_equal(fate(p, "no equals sign"), "stays");
	assert_string_equal(fate(p, ""), "stays");
	policy_free(p);
}

static void names_that_put_code_are_told_apart(void **state)
{
	static const char *const code[] = { "LD_AUDIT=x", "LD_LIBRARY_PATH=:", "GCONV_PATH=/x",
		"PS4=$(x)", "SHELLOPTS=xtrace", "PYTHONHOME=x", "PYTHONSTARTUP=x",
		"PYTHONPLATLIBDIR=../x", "PERL5DB=x", "RUBYOPT=-rx", "GEM_PATH=x",
		"JAVA_TOOL_OPTIONS=-javaagent:x", "_JAVA_OPTIONS=x", "MAKEFILES=x", "VIMINIT=:!x",
		"PYTHONINSPECT=1", "GNUMAKEFLAGS=--eval=x", "DOTNET_ROOT_X64=/x",
		"VK_LAYER_PATH=/x", "R_PROFILE=x", "R_PROFILE_USER=x", "LUA_INIT_5_4=x",
		"OPENSSL_CONF=x", "GST_PLUGIN_PATH_1_0=x", "BASH_FUNC_x%%=() { x; }",
		"LD_PRELOAD==x" };
	static const char *const none[] = { "LD_PRELOAD", "=LD_PRELOAD=x", "ld_preload=x",
		" LD_PRELOAD=x", "LD_PRELOAD =x", "LD_PRELOAD\n=x", "LD_PRELOAD2=x",
		"XLD_PRELOAD=x", "PYTHON=x", "PERL=x", "PATH=/x", "HOME=/x", "ENV=production",
		"PAGER=x", "GIT_SSH_COMMAND=x", "GLIBC_TUNABLES=glibc.malloc.check=3",
		"MAKEFLAGS=w", "" };
	struct policy *p = policy_of(ALLOW NAMES, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(code) / sizeof(code[0]); i++)
		assert_string_equal(fate(p, code[i]), "code");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_string_equal(fate(p, none[i]), "stays");
	policy_free(p);
}

static void code_matters_only_where_rules_name_programs(void **state)
{
	static const struct {
		const char *text, *fate;
	} rows[] = {
		{ ALLOW, "stays" },
		{ ALLOW "rules: [{connect: '*', verdict: allow}]\n", "stays" },
		{ ALLOW "rules: [{exe: /a, connect: '*', verdict: deny}]\n", "stays" },
		{ ALLOW "rules: [{exe: '*', connect: '*', verdict: allow}]\n", "stays" },
		{ ALLOW "rules: [{exe: /a, connect: '*', verdict: allow}]\n", "code" },
		{ ALLOW "rules: [{exe: '/usr/**', connect: '*', verdict: ask}]\n", "code" },
		{ ALLOW "rules: [{script: /a, connect: '*', verdict: allow}]\n", "code" },
		{ ALLOW "rules: [{lineage: /a, connect: '*', verdict: allow}]\n", "code" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy *p = policy_of(rows[i].text, NULL);

		assert_string_equal(fate(p, "LD_AUDIT=/x"), rows[i].fate);
		policy_free(p);
	}
}

static struct decision exec_of(const struct policy *p, const char *path, const char *script,
	const char *env_code, struct sbuf *advice)
{
	const struct program program = { .path = path, .script = script };
	const struct request request = {
		.by_path = true, .kind = CALL_KIND_EXEC, .target = &program, .env_code = env_code
	};
	struct decision d;

	policy_decide(p, &request, &d);
	policy_explain_near_miss(p, &request, &d, advice);
	return d;
}

static void an_exec_is_judged_by_its_environment(void **state)
{
	cleanup_sbuf struct sbuf advice = SBUF_INIT;
	struct policy *p = policy_of(ALLOW NAMES "  - {script: /s, connect: '*', verdict: allow}\n"
						 "  - {exec: /bad, verdict: deny}\n",
		NULL);
	struct decision d = exec_of(p, "/usr/bin/curl", NULL, "LD_PRELOAD", &advice);

	(void)state;
	assert_int_equal(d.verdict, VERDICT_DENY);
	assert_int_equal(d.errnum, EACCES);
	assert_string_equal(d.reason, "env.code");
	assert_non_null(strstr(sbuf_text(&advice), "keep: [LD_PRELOAD]"));
	assert_string_equal(exec_of(p, "/bin/sh", "/s", "BASH_ENV", &advice).reason, "env.code");
	assert_int_equal(exec_of(p, "/usr/bin/curl", NULL, NULL, &advice).verdict, VERDICT_ALLOW);
	assert_int_equal(exec_of(p, "/bin/sh", NULL, "BASH_ENV", &advice).verdict, VERDICT_ALLOW);
	assert_string_equal(exec_of(p, "/bad", NULL, "BASH_ENV", &advice).reason, "rule");
	policy_free(p);
}

static void limits_have_units(void **state)
{
	struct policy *p = policy_of(ALLOW "limits: {nproc: 10, core: 0, nofile: 64, fsize: 3K,"
					   " as: 4G, cpu: 60}\n",
		NULL);
	const struct limits *l = policy_limits(p);

	(void)state;
	assert_int_equal(l->of[LIMIT_NPROC].value, 10);
	assert_int_equal(l->of[LIMIT_CORE].value, 0);
	assert_int_equal(l->of[LIMIT_NOFILE].value, 64);
	assert_int_equal(l->of[LIMIT_FSIZE].value, 3072);
	assert_int_equal(l->of[LIMIT_AS].value, 4ULL << 30);
	assert_int_equal(l->of[LIMIT_CPU].value, 60);
	assert_int_equal(l->of[LIMIT_CPU].place.line, 3);
	policy_free(p);
	p = policy_of(ALLOW, NULL);
	assert_null(policy_limits(p)->of[LIMIT_CORE].place.file);
	policy_free(p);
}

static void users_have_names_and_numbers(void **state)
{
	struct policy *p = policy_of(ALLOW "user: root\n", NULL);

	(void)state;
	assert_int_equal(policy_run_as(p)->uid, 0);
	assert_int_equal(policy_run_as(p)->gid, 0);
	policy_free(p);
	p = policy_of(ALLOW "user: 4242\ngroup: 4243\n", NULL);
	assert_int_equal(policy_run_as(p)->uid, 4242);
	assert_int_equal(policy_run_as(p)->gid, 4243);
	policy_free(p);
	p = policy_of(ALLOW "group: 4243\nuser: 4242\n", NULL);
	assert_int_equal(policy_run_as(p)->gid, 4243);
	policy_free(p);
}

static void what_is_written_is_checked(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "env: [A]\n", "p.yaml:3:6: expected env: a mapping" },
		{ "env: {keep: 'A=B'}\n", "a name has no \"=\"" },
		{ "env: {remove: '[A'}\n", "never closed" },
		{ "env: {set: [A]}\n", "names to values" },
		{ "env: {set: {A: [b]}}\n", "the value of a variable" },
		{ "env: {set: {'': b}}\n", "name of a variable" },
		{ "env: {set: {LD_PRELOAD: /x}}\n" NAMES,
			"\"LD_PRELOAD\": this variable puts code" },
		{ "limits: 5\n", "expected limits: a mapping" },
		{ "limits: {nproc: 5K}\n", "expected a number" },
		{ "limits: {as: lots}\n", "bytes" },
		{ "limits: {as: 99999999999999999999}\n", "bytes" },
		{ "limits: {as: 1000000000T}\n", "bytes" },
		{ "limits: {memory: 5}\n", "no such key in limits" },
		{ "limits: {cpu: -1}\n", "expected a number" },
		{ "user: no-such-user-here\n", "there is no such user" },
		{ "user: 4294967295\n", "there is no such user" },
		{ "user: 1\ngroup: no-such-group-here\n", "there is no such group" },
		{ "group: 5\n", "a group goes with a user" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct policy_env env = { .root = &nowhere };
		cleanup_sbuf struct sbuf text = SBUF_INIT;
		cleanup_err struct err *err = NULL;
		struct policy *p = NULL;

		sbuf_fmt(&text, ALLOW "%s", rows[i].text);
		if (policy_load_text(sbuf_text(&text), text.len, "p.yaml", &env, &p, &err) == 0)
			fail_msg("loads: %s", rows[i].text);
		if (!strstr(err_text(err), rows[i].error))
			fail_msg("%s", err_text(err));
	}
}

static void the_canonical_text_keeps_it(void **state)
{
	static const char text[] =
		ALLOW "env: {remove: ['S*'], set: {A: 'x y', B: \"q\\\"\\t\"}, keep: PYTHONPATH}\n"
		      "limits: {as: 1M, nproc: 3}\nuser: 7\ngroup: 8\n";
	static const char printed[] = "env:\n  keep:\n    - \"PYTHONPATH\"\n"
				      "  set:\n    \"A\": \"x y\"\n    \"B\": \"q\\\"\\x09\"\n"
				      "  remove:\n    - \"S*\"\n"
				      "limits:\n  nproc: 3\n  as: 1048576\nuser: 7\ngroup: 8\n";
	cleanup_sbuf struct sbuf once = SBUF_INIT, twice = SBUF_INIT;
	struct policy *p = policy_of(text, NULL);

	(void)state;
	policy_print(p, &once);
	policy_free(p);
	if (!strstr(sbuf_text(&once), printed))
		fail_msg("%s", sbuf_text(&once));
	p = policy_of(sbuf_text(&once), NULL);
	policy_print(p, &twice);
	policy_free(p);
	assert_string_equal(sbuf_text(&once), sbuf_text(&twice));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_becomes_of_a_variable),
		cmocka_unit_test(names_that_put_code_are_told_apart),
		cmocka_unit_test(code_matters_only_where_rules_name_programs),
		cmocka_unit_test(an_exec_is_judged_by_its_environment),
		cmocka_unit_test(limits_have_units),
		cmocka_unit_test(users_have_names_and_numbers),
		cmocka_unit_test(what_is_written_is_checked),
		cmocka_unit_test(the_canonical_text_keeps_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
