/* Denials that would have been allowed but for one thing say which, and how to mend it. */
#include "tests/support/fake_root.h"
#include "tests/support/policy_text.h"

#include "base/cleanup.h"
#include "policy/identity.h"

#define HEAD "version: 1\ndefault: deny\nrules:\n"

/* A command's file system with the links of a merged /usr and of alternatives. */
struct world {
	struct fake_root root;
	struct root_view view;
	struct policy *policy;
	struct program programs[3], target;
	struct lineage lineage[3];
	struct sockaddr_value address;
	struct request request;
};

static int make(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->root = fake_root_make();
	w->view = (struct root_view){ .fd = w->root.fd };
	make_file(&w->root, "usr/bin/curl");
	make_file(&w->root, "usr/bin/dash");
	make_file(&w->root, "usr/bin/vim.basic");
	make_file(&w->root, "usr/bin/vim.tiny");
	make_link(&w->root, "bin", "usr/bin");
	make_link(&w->root, "usr/bin/sh", "dash");
	make_link(&w->root, "usr/bin/vi", "/etc/alternatives/vi");
	make_link(&w->root, "etc/alternatives/vi", "/usr/bin/vim.basic");
	assert_int_equal(linkat(w->root.fd, "usr/bin/curl", w->root.fd, "usr/bin/fetch", 0), 0);
	*state = w;
	return 0;
}

static int unmake(void **state)
{
	struct world *w = *state;

	policy_free(w->policy);
	fake_root_free(&w->root);
	free(w);
	return 0;
}

static void load(struct world *w, const char *rules)
{
	const struct policy_env env = { .root = &w->view };
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	sbuf_str(&text, HEAD);
	sbuf_str(&text, rules);
	policy_free(w->policy);
	w->policy = policy_of(sbuf_text(&text), &env);
}

static struct program program_at(const struct world *w, const char *path)
{
	struct program program = { .path = path, .id = { .known = true, .ino = 1 } };
	struct stat st;

	if (fstatat(w->root.fd, path + 1, &st, 0) == 0)
		identity_of_stat(&st, &program.id);
	return program;
}

/* Who: the running program and its ancestors; NULL ends. */
static void who(struct world *w, const char *exe, const char *parent)
{
	w->programs[0] = program_at(w, exe);
	w->lineage[0] = (struct lineage){ parent ? &w->lineage[1] : NULL, &w->programs[0] };
	if (parent) {
		w->programs[1] = program_at(w, parent);
		w->lineage[1] = (struct lineage){ NULL, &w->programs[1] };
	}
	w->request = (struct request){ .lineage = w->lineage,
		.kind = CALL_KIND_CONNECT,
		.destination = &w->address,
		.is_connect = true,
		.socket = socket_tcp4 };
	address_of_inet(&w->address, "10.0.0.1", 443);
}

static void expect_reason(struct world *w, const char *reason, const char *words)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	struct decision decision;

	policy_decide(w->policy, &w->request, &decision);
	assert_int_not_equal(decision.verdict, VERDICT_ALLOW);
	assert_string_equal(decision.reason, reason);
	policy_explain_near_miss(w->policy, &w->request, &decision, &text);
	assert_string_equal(sbuf_text(&text), words);
}

static void expect(struct world *w, const char *words)
{
	expect_reason(w, "default", words);
}

static void another_port(void **state)
{
	struct world *w = *state;

	load(w, "- {id: web, verdict: allow, exe: /usr/bin/curl, connect: "
		"['10.0.0.0/8:80,8080']}\n");
	who(w, "/usr/bin/curl", NULL);
	expect(w, "rule web (p.yaml:4) would allow this, but the port is 443, and it allows only "
		  "10.0.0.0/8:80,8080");
}

/* A list that is looked up, not read. */
static void another_port_of_a_long_list(void **state)
{
	cleanup_sbuf struct sbuf rules = SBUF_INIT;
	struct world *w = *state;

	sbuf_str(&rules, "- {id: web, verdict: allow, connect: [");
	for (unsigned i = 0; i < 200; i++)
		sbuf_fmt(&rules, "'10.0.%u.0/24:80', ", i);
	sbuf_str(&rules, "'192.0.2.1']}\n");
	load(w, sbuf_text(&rules));
	who(w, "/usr/bin/curl", NULL);
	expect(w, "rule web (p.yaml:4) would allow this, but the port is 443, and it allows only "
		  "10.0.0.0/24:80");
	address_of_inet(&w->address, "10.1.0.1", 443);
	expect(w, "");
}

static void another_protocol(void **state)
{
	struct world *w = *state;

	load(w, "- {verdict: allow, connect: ['192.0.2.1', 'udp:10.0.0.1:443']}\n");
	who(w, "/usr/bin/curl", NULL);
	expect(w, "rule p.yaml:4 would allow this, but the protocol is tcp, and it allows only "
		  "udp:10.0.0.1:443");
}

static void two_things_are_not_a_near_miss(void **state)
{
	struct world *w = *state;

	load(w, "- {verdict: allow, exe: /usr/bin/dash, connect: ['10.0.0.1:80']}\n"
		"- {verdict: allow, connect: ['udp:10.0.0.1:80']}\n"
		"- {verdict: allow, connect: ['192.0.2.1:443']}\n"
		"- {verdict: allow, uid: 7}\n");
	who(w, "/usr/bin/curl", NULL);
	w->request.uid = 8;
	expect(w, "");
}

static void what_comes_after_the_rule_that_decides_would_not_help(void **state)
{
	struct world *w = *state;

	load(w, "- {id: no, verdict: deny, connect: '*:443'}\n"
		"- {verdict: allow, connect: 'udp:10.0.0.1:443'}\n");
	who(w, "/usr/bin/curl", NULL);
	expect_reason(w, "rule", "");
}

static void a_program_that_was_replaced(void **state)
{
	struct world *w = *state;

	load(w, "- {id: web, verdict: allow, exe: /usr/bin/curl, connect: '*:443'}\n");
	who(w, "/usr/bin/curl", NULL);
	w->programs[0].id.ino++;
	expect_reason(w, "identity.changed",
		"rule web (p.yaml:4) would allow this, but /usr/bin/curl is another file "
		"than when the policy was loaded: replaced or changed (if that is right, start "
		"again), or one of another root directory");
}

static void a_link_that_leads_elsewhere_now(void **state)
{
	struct world *w = *state;

	load(w, "- {id: edit, verdict: allow, exe: /usr/bin/vi, connect: '*:443'}\n");
	assert_int_equal(unlinkat(w->root.fd, "etc/alternatives/vi", 0), 0);
	make_link(&w->root, "etc/alternatives/vi", "/usr/bin/vim.tiny");
	who(w, "/usr/bin/vim.tiny", NULL);
	expect(w, "rule edit (p.yaml:4) would allow this, but /usr/bin/vi is a link to "
		  "/usr/bin/vim.tiny: write /usr/bin/vim.tiny");
}

static void a_link_that_did_not_resolve_when_loaded(void **state)
{
	struct world *w = *state;

	load(w, "- {id: tool, verdict: allow, exe: /opt/tool, connect: '*:443'}\n");
	make_file(&w->root, "opt/tool-2/tool");
	make_link(&w->root, "opt/tool", "tool-2/tool");
	who(w, "/opt/tool-2/tool", NULL);
	expect(w, "rule tool (p.yaml:4) would allow this, but /opt/tool is a link to "
		  "/opt/tool-2/tool: write /opt/tool-2/tool");
}

static void a_pattern_through_a_link(void **state)
{
	struct world *w = *state;

	load(w, "- {id: web, verdict: allow, exe: '/bin/c*', connect: '*:443'}\n");
	who(w, "/usr/bin/curl", NULL);
	expect(w, "rule web (p.yaml:4) would allow this, but /bin is a link to /usr/bin: write "
		  "/usr/bin/c*");
	who(w, "/usr/bin/dash", NULL);
	expect(w, "");
}

static void another_name_of_the_same_file(void **state)
{
	struct world *w = *state;

	load(w, "- {id: web, verdict: allow, exe: /usr/bin/curl, connect: '*:443'}\n");
	who(w, "/usr/bin/fetch", NULL);
	expect(w,
		"rule web (p.yaml:4) would allow this, but /usr/bin/fetch is another name (a hard "
		"link) of /usr/bin/curl: write /usr/bin/fetch");
}

static void a_program_of_another_root(void **state)
{
	struct world *w = *state;

	load(w, "- {id: sh, verdict: allow, exe: /usr/bin/sh, connect: '*:443'}\n");
	who(w, "/usr/bin/sh", NULL);
	w->programs[0].id.ino = 1;
	expect(w,
		"rule sh (p.yaml:4) would allow this, but /usr/bin/sh is no link in the root this "
		"program runs in, and is one to /usr/bin/dash where the policy was loaded");
}

static void content_that_is_not_the_pinned_one(void **state)
{
	struct world *w = *state;

	load(w, "- {verdict: allow, connect: '*:443', exe: {path: /usr/bin/curl, sha256: "
		"0000000000000000000000000000000000000000000000000000000000000000}}\n");
	who(w, "/usr/bin/curl", NULL);
	expect(w,
		"rule p.yaml:4 would allow this, but the sha256 of /usr/bin/curl is not the one it "
		"pins: check the program, then pin the new one");
}

static void the_right_program_in_the_wrong_place(void **state)
{
	struct world *w = *state;

	load(w, "- {id: web, verdict: allow, exe: /usr/bin/dash, connect: '*:443'}\n");
	who(w, "/usr/bin/curl", "/usr/bin/dash");
	expect(w, "rule web (p.yaml:4) would allow this, but the program that makes the call is "
		  "/usr/bin/curl, and /usr/bin/dash is only in its lineage: write lineage: instead "
		  "of exe:");
	who(w, "/usr/bin/curl", NULL);
	w->programs[0].script = "/usr/bin/dash";
	w->programs[0].script_id = program_at(w, "/usr/bin/dash").id;
	expect(w, "rule web (p.yaml:4) would allow this, but /usr/bin/dash is a script, run by "
		  "/usr/bin/curl: write script: instead of exe:");
	load(w, "- {id: web, verdict: allow, script: /usr/bin/curl, connect: '*:443'}\n");
	who(w, "/usr/bin/curl", NULL);
	expect(w, "rule web (p.yaml:4) would allow this, but /usr/bin/curl is the program itself, "
		  "not a script: write exe: instead of script:");
}

static void the_program_that_would_run(void **state)
{
	struct world *w = *state;

	load(w, "- {id: run, verdict: allow, exec: ['/bin/v*', /usr/bin/curl]}\n");
	who(w, "/usr/bin/dash", NULL);
	w->request.kind = CALL_KIND_EXEC;
	w->request.target = &w->target;
	w->target = program_at(w, "/usr/bin/vim.tiny");
	expect(w, "rule run (p.yaml:4) would allow this, but /bin is a link to /usr/bin: write "
		  "/usr/bin/v*");
	w->target = program_at(w, "/usr/bin/curl");
	w->target.id.size++;
	expect_reason(w, "identity.changed",
		"rule run (p.yaml:4) would allow this, but /usr/bin/curl is another file "
		"than when the policy was loaded: replaced or changed (if that is right, start "
		"again), or one of another root directory");
}

static void names_of_programs_cannot_harm_a_terminal(void **state)
{
	struct world *w = *state;

	load(w, "- {id: web, verdict: allow, exe: /usr/bin/dash, connect: '*:443'}\n");
	who(w, "/tmp/\033[2J\xe2\x80\xae", "/usr/bin/dash");
	expect(w,
		"rule web (p.yaml:4) would allow this, but the program that makes the call is "
		"/tmp/\\x1b[2J\\u{202e}, and /usr/bin/dash is only in its lineage: write lineage: "
		"instead of exe:");
}

/* ---- explaining rule by rule ---- */

static bool add_line(void *ctx, const struct rule_ref *rule, bool matches, const char *because)
{
	sbuf_fmt(ctx, "%d %s %s\n", rule->line, matches ? "yes" : "no", because);
	return true;
}

static void expect_explained(struct world *w, const char *lines)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	policy_explain(w->policy, &w->request, add_line, &text);
	assert_string_equal(sbuf_text(&text), lines);
}

static void each_rule_says_why_it_does_not_match(void **state)
{
	struct world *w = *state;

	load(w, "- {verdict: allow, spawn: true, exec: '*'}\n"
		"- {verdict: allow, exe: /usr/bin/vi}\n"
		"- {verdict: allow, exe: [/usr/bin/dash, '/opt/*']}\n"
		"- {verdict: allow, exe: [/a, /b, /c, /d]}\n"
		"- {verdict: allow, script: /usr/bin/dash}\n"
		"- {verdict: allow, lineage: /usr/bin/dash}\n"
		"- {verdict: allow, uid: [0, 5-7]}\n"
		"- {verdict: allow, connect: '192.0.2.1:443'}\n"
		"- {verdict: allow, connect: ['192.0.2.1:443', '10.0.0.0/8:80']}\n"
		"- {verdict: allow, connect: '@private'}\n"
		"- {verdict: deny}\n");
	who(w, "/usr/bin/curl", NULL);
	w->request.uid = 1000;
	expect_explained(w,
		"4 no it is about exec and spawn, not connect\n"
		"5 no the program is /usr/bin/curl, not /usr/bin/vi (which is /usr/bin/vim.basic)\n"
		"6 no the program is /usr/bin/curl, not /usr/bin/dash or /opt/*\n"
		"7 no the program is /usr/bin/curl, not any of 4 programs\n"
		"8 no the script is none, not /usr/bin/dash\n"
		"9 no no program of the lineage is /usr/bin/dash\n"
		"10 no the user is 1000, not 0, 5-7\n"
		"11 no tcp 10.0.0.1:443 is not 192.0.2.1:443\n"
		"12 no tcp 10.0.0.1:443 differs in port or protocol from 192.0.2.1:443 or "
		"10.0.0.0/8:80\n"
		"13 yes everything it names matches\n");
}

static void other_kinds_say_why_too(void **state)
{
	struct world *w = *state;

	load(w, "- {verdict: allow, socket: [unix, 'netlink:route']}\n"
		"- {verdict: allow, exec: /usr/bin/dash}\n"
		"- {verdict: allow, bind: 'unix:/run/*'}\n");
	who(w, "/usr/bin/curl", NULL);
	w->request.kind = CALL_KIND_SOCKET;
	w->request.socket = (struct socket_facts){ true, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 };
	expect_explained(w, "4 no the socket is inet6:icmpv6/raw, not unix, netlink:route\n"
			    "5 no it is about exec, not socket\n"
			    "6 no it is about bind, not socket\n");
	w->request.kind = CALL_KIND_EXEC;
	w->target = program_at(w, "/usr/bin/dash");
	w->target.id.ino++;
	w->request.target = &w->target;
	expect_explained(w, "4 no it is about socket, not exec\n"
			    "5 no /usr/bin/dash is not the file it was when the policy was loaded\n"
			    "6 no it is about bind, not exec\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(another_port),
		TEST(another_port_of_a_long_list),
		TEST(another_protocol),
		TEST(two_things_are_not_a_near_miss),
		TEST(what_comes_after_the_rule_that_decides_would_not_help),
		TEST(a_program_that_was_replaced),
		TEST(a_link_that_leads_elsewhere_now),
		TEST(a_link_that_did_not_resolve_when_loaded),
		TEST(a_pattern_through_a_link),
		TEST(another_name_of_the_same_file),
		TEST(a_program_of_another_root),
		TEST(content_that_is_not_the_pinned_one),
		TEST(the_right_program_in_the_wrong_place),
		TEST(the_program_that_would_run),
		TEST(names_of_programs_cannot_harm_a_terminal),
		TEST(each_rule_says_why_it_does_not_match),
		TEST(other_kinds_say_why_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
