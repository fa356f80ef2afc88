/* Policy files: what is right loads, what is wrong is named with its place. */
#include "tests/support/fake_root.h"
#include "tests/support/policy_text.h"

#include "base/cleanup.h"
#include "base/sbuf.h"
#include "policy/model.h"
#include "policy/root/view.h"

#define KEYS                                                                                       \
	"version, include, default, budgets, syscalls, network, files, env, on-error, "            \
	"limits, user, group or rules"
#define HEAD "version: 1\ndefault: deny\n"
#define RULE HEAD "rules:\n  - "

/* Everything wrong has one message, word for word. */
static const struct {
	const char *text, *message;
} faults[] = {
	{ "# nothing\n", "p.yaml:1:1: the policy is empty: begin with \"version: 1\"" },
	{ "- a\n", "p.yaml:1:1: expected a policy: a mapping of keys to values" },
	{ "version: 1\n", "p.yaml:1:1: no default here: add \"default: deny\", or one for each "
			  "kind of call" },
	{ "default: deny\n", "p.yaml:1:1: no version here: begin with \"version: 1\"" },
	{ "version: 2\ndefault: deny\n",
		"p.yaml:1:10: \"2\": no such version: this callgate knows version 1" },
	{ "version: one\ndefault: deny\n",
		"p.yaml:1:10: \"one\": no such version: this callgate knows version 1" },
	{ "version: [1]\ndefault: deny\n",
		"p.yaml:1:10: expected 1, the version of this language, not a list" },
	{ "version: 1\ndefault: maybe\n", "p.yaml:2:10: \"maybe\": expected allow, deny or ask" },
	{ "version: 1\ndefault: kill\n", "p.yaml:2:10: \"kill\": expected allow, deny or ask" },
	{ "version: 1\ndefault: {: deny}\n",
		"p.yaml:2:10: \"\": no such key in default: expected connect, bind, exec, "
		"spawn or socket" },
	{ "version: 1\ndefault: {conect: deny}\n",
		"p.yaml:2:11: \"conect\": no such key in default: expected connect, bind, exec, "
		"spawn or socket; did you mean \"connect\"?" },
	{ "version: 1\ndefault: {connect: alow}\n",
		"p.yaml:2:20: \"alow\": expected allow, deny or ask; did you mean \"allow\"?" },
	{ "version: 1\ndefault: []\n", "p.yaml:2:10: expected allow, deny or ask, not a list" },
	{ HEAD "rule: []\n", "p.yaml:3:1: \"rule\": no such key in a policy: expected " KEYS
			     "; did you mean \"rules\"?" },
	{ HEAD "rulez: []\n", "p.yaml:3:1: \"rulez\": no such key in a policy: expected " KEYS
			      "; did you mean \"rules\"?" },
	{ HEAD "zzz: []\n", "p.yaml:3:1: \"zzz\": no such key in a policy: expected " KEYS },
	{ HEAD "version: 1\n",
		"p.yaml:3:1: \"version\": this key is already at line 1: keep one of them" },
	{ HEAD "rules: yes\n", "p.yaml:3:8: expected a list of rules: \"- id: ...\"" },
	{ HEAD "rules: {a: b}\n", "p.yaml:3:8: expected a list of rules: \"- id: ...\"" },
	{ RULE "foo\n", "p.yaml:4:5: expected a rule: a mapping of keys to values" },
	{ RULE "id: a\n", "p.yaml:4:5: this rule has no verdict: add \"verdict: \" with allow, "
			  "deny, ask or kill" },
	{ RULE "verdict: alow\n", "p.yaml:4:14: \"alow\": expected allow, deny, ask or kill; did "
				  "you mean \"allow\"?" },
	{ RULE "verdict: [allow]\n", "p.yaml:4:14: expected allow, deny, ask or kill, not a list" },
	{ RULE "verdict:\n", "p.yaml:4:5: nothing here: expected allow, deny, ask or kill" },
	{ RULE "id: a\n    verdict: allow\n  - id: a\n    verdict: deny\n",
		"p.yaml:6:9: \"a\": another rule has this id already, at p.yaml:4" },
	{ RULE "id: a b\n    verdict: allow\n",
		"p.yaml:4:9: \"a b\": an id is one word, without blanks" },
	{ RULE "id: ''\n    verdict: allow\n",
		"p.yaml:4:9: nothing here: expected a name for the rule" },
	{ RULE "verdict: deny\n    verdict: allow\n",
		"p.yaml:5:5: \"verdict\": this key is already at line 4: keep one of them" },
	{ RULE "verdict: deny\n    errno: EACCESS\n",
		"p.yaml:5:12: \"EACCESS\": no such errno: expected a name like EACCES; did you "
		"mean \"EACCES\"?" },
	{ RULE "verdict: deny\n    errno: 13\n",
		"p.yaml:5:12: \"13\": no such errno: expected a name like EACCES" },
	{ RULE "verdict: allow\n    errno: EACCES\n",
		"p.yaml:5:12: errno goes with \"verdict: deny\" only, and this is \"verdict: "
		"allow\"" },
	{ RULE "verdict: deny\n    why: [a]\n",
		"p.yaml:5:10: expected the reason for the rule, not a list" },
	{ RULE "verdict: deny\n    exe: curl\n",
		"p.yaml:5:10: \"curl\": not an absolute path: expected the absolute path of a "
		"program, or a pattern of them, like /usr/bin/curl or /usr/lib/**" },
	{ RULE "verdict: deny\n    exe: ./curl\n",
		"p.yaml:5:10: \"./curl\": not an absolute path: expected the absolute path of a "
		"program, or a pattern of them, like /usr/bin/curl or /usr/lib/**" },
	{ RULE "verdict: deny\n    exe: []\n",
		"p.yaml:5:10: an empty list matches nothing: remove the key, or fill the list" },
	{ RULE "verdict: deny\n    exe: ''\n", "p.yaml:5:10: nothing here: expected the absolute "
					       "path of a program, or a pattern of them" },
	{ RULE "verdict: deny\n    exe:\n", "p.yaml:5:5: nothing here: expected the absolute path "
					    "of a program, or a pattern of them" },
	{ RULE "verdict: deny\n    exe: '/usr/[a-'\n",
		"p.yaml:5:10: \"/usr/[a-\": '[' is never closed, at character 6 of the pattern" },
	{ RULE "verdict: deny\n    exe: [/usr/bin/x, [a]]\n",
		"p.yaml:5:23: expected the absolute path of a program, or a pattern of them, not a "
		"list" },
	{ RULE "verdict: deny\n    exe: {path: /x, sha: 0}\n",
		"p.yaml:5:21: \"sha\": no such key in a program: expected path or sha256" },
	{ RULE "verdict: deny\n    exe: {sha256: 00}\n",
		"p.yaml:5:19: \"00\": not a sha256: expected 64 hexadecimal digits" },
	{ RULE "verdict: deny\n    exe: {path: /x, sha256: 00}\n",
		"p.yaml:5:29: \"00\": not a sha256: expected 64 hexadecimal digits" },
	{ RULE "verdict: deny\n    exe: {path: '/x/*', sha256: "
	       "0000000000000000000000000000000000000000000000000000000000000000}\n",
		"p.yaml:5:17: \"/x/*\": a sha256 pins one program: write its path without a "
		"pattern" },
	{ RULE "verdict: deny\n    exe: {sha256: "
	       "0000000000000000000000000000000000000000000000000000000000000000}\n",
		"p.yaml:5:10: no \"path\" here: a program is {path: P, sha256: H}" },
	{ RULE "verdict: deny\n    exe: \"/a\\0b\"\n",
		"p.yaml:5:10: \"/a\\x00b\": a NUL byte cannot be here: expected the absolute path "
		"of a program, or a pattern of them" },
	{ RULE "verdict: deny\n    EXE: /x\n",
		"p.yaml:5:5: \"EXE\": no such key in a rule: expected id, exe, script, lineage, "
		"uid, stack, connect, bind, exec, spawn, socket, verdict, errno or why" },
	{ RULE "verdict: deny\n    exec: vim\n",
		"p.yaml:5:11: \"vim\": not an absolute path: expected the absolute path of a "
		"program, or a pattern of them, like /usr/bin/curl or /usr/lib/**" },
	{ RULE "verdict: deny\n    uid: nobodyatall\n",
		"p.yaml:5:10: \"nobodyatall\": no such user: expected a user's number or name, or "
		"a range like 1000-1999" },
	{ RULE "verdict: deny\n    uid: 1-\n", "p.yaml:5:10: \"1-\": not a range: expected a "
					       "user's number or name, or a range like 1000-1999" },
	{ RULE "verdict: deny\n    uid: 9-3\n",
		"p.yaml:5:10: \"9-3\": a range backwards: write 3-9" },
	{ RULE "verdict: deny\n    uid: 4294967295\n",
		"p.yaml:5:10: \"4294967295\": no such user: expected a user's number or name, or a "
		"range like 1000-1999" },
	{ RULE "verdict: deny\n    uid: 1x\n", "p.yaml:5:10: \"1x\": expected a user's number or "
					       "name, or a range like 1000-1999" },
	{ RULE "verdict: deny\n    spawn: false\n",
		"p.yaml:5:12: \"false\": expected true: spawn has no parts to choose from" },
	{ RULE "verdict: deny\n    socket: inet7\n",
		"p.yaml:5:13: \"inet7\": there is no socket family \"inet7\": expected "
		"FAMILY[:PROTOCOL][/TYPE], like inet, inet6/stream or netlink:route; did you mean "
		"\"inet\"?" },
	{ RULE "verdict: deny\n    socket: inet/straem\n",
		"p.yaml:5:13: \"inet/straem\": there is no socket type \"straem\": expected "
		"FAMILY[:PROTOCOL][/TYPE], like inet, inet6/stream or netlink:route; did you mean "
		"\"stream\"?" },
	{ RULE "verdict: deny\n    socket: netlink:rout\n",
		"p.yaml:5:13: \"netlink:rout\": there is no socket protocol in that family called "
		"\"rout\": expected FAMILY[:PROTOCOL][/TYPE], like inet, inet6/stream or "
		"netlink:route; did you mean \"route\"?" },
	{ RULE "verdict: deny\n    socket: []\n",
		"p.yaml:5:13: an empty list matches nothing: remove the key, or fill the list" },
	{ RULE "verdict: deny\n    socket: {a: b}\n",
		"p.yaml:5:13: expected a socket: FAMILY[:PROTOCOL][/TYPE] or \"*\", not a "
		"mapping" },
	{ RULE "verdict: deny\n    connect: []\n",
		"p.yaml:5:14: an empty list matches nothing: remove the key, or fill the list" },
	{ RULE "verdict: deny\n    connect: ''\n",
		"p.yaml:5:14: nothing here: expected a destination: [tcp:|udp:]HOST:PORTS, "
		"unix:/PATH, vsock:CID:PORT, file:PATH or \"*\"" },
	{ RULE "verdict: deny\n    connect: {a: b}\n",
		"p.yaml:5:14: expected a destination: [tcp:|udp:]HOST:PORTS, unix:/PATH, "
		"vsock:CID:PORT, file:PATH or \"*\", not a mapping" },
	{ RULE "verdict: deny\n    connect: *\n",
		"p.yaml:5:15: this is not YAML: invalid alias detected: a text that begins with * "
		"must be in quotes" },
	{ RULE "verdict: deny\n    connect: @metadata\n",
		"p.yaml:5:14: this is not YAML: plain scalar cannot start with '@': a text that "
		"begins with @ must be in quotes" },
	{ RULE "verdict: deny\n    connect: file:missing.list\n",
		"p.yaml:5:14: cannot read missing.list: No such file or directory" },
	{ RULE "verdict: deny\n    connect: 'file:'\n",
		"p.yaml:5:14: \"file:\": no path: expected file:PATH" },
	{ RULE "verdict: deny\n    connect: file:/\n",
		"p.yaml:5:14: cannot read /: Is a directory" },
	{ HEAD "budgets: {processes: 3}\n",
		"p.yaml:3:10: expected a list of budgets: \"- processes: 64\"" },
	{ HEAD "budgets:\n  - processes: 0\n",
		"p.yaml:4:16: \"0\": nothing could run: expected a number, at least 1" },
	{ HEAD "budgets:\n  - processes: many\n",
		"p.yaml:4:16: \"many\": expected a number, at least 1" },
	{ HEAD "budgets:\n  - {}\n",
		"p.yaml:4:5: this budget bounds nothing: add processes, tasks or spawns" },
	{ HEAD "budgets:\n  - under: npm\n    processes: 3\n",
		"p.yaml:4:12: \"npm\": not an absolute path: expected the absolute path of a "
		"program, or a pattern of them, like /usr/bin/curl or /usr/lib/**" },
	{ HEAD "budgets:\n  - proceses: 3\n",
		"p.yaml:4:5: \"proceses\": no such key in a budget: expected under, processes, "
		"tasks or spawns; did you mean \"processes\"?" },
	{ HEAD "budgets: []\n",
		"p.yaml:3:10: an empty list matches nothing: remove the key, or fill the list" },
	{ HEAD "budgets:\n  - processes: 99999999999999999999\n",
		"p.yaml:4:16: \"99999999999999999999\": expected a number, at least 1" },
	{ HEAD "syscalls: [ptrace]\n",
		"p.yaml:3:11: expected syscalls: a mapping of keys to values" },
	{ HEAD "syscalls: {deny: ptrase}\n",
		"p.yaml:3:18: \"ptrase\": no such system call: expected a name like ptrace; did "
		"you mean \"ptrace\"?" },
	{ HEAD "syscalls: {deny: bpf, allow: [bpf]}\n",
		"p.yaml:3:31: \"bpf\": both denied and allowed: the other is at p.yaml:3" },
	{ HEAD "syscalls: {deny: []}\n",
		"p.yaml:3:18: an empty list matches nothing: remove the key, or fill the list" },
	{ HEAD "include: missing.yaml\n",
		"p.yaml:3:10: cannot read missing.yaml: No such file or directory" },
	{ HEAD "include: []\n",
		"p.yaml:3:10: an empty list matches nothing: remove the key, or fill the list" },
	{ HEAD "rules: &a []\n", "p.yaml:3:11: anchors (&) are not used in policies: write the "
				 "value out, or share it through include or a file: list" },
	{ HEAD "rules: *a\n", "p.yaml:3:9: a text that begins with * must be in quotes: YAML takes "
			      "it for an alias, and policies have none" },
	{ HEAD "rules: !!seq []\n", "p.yaml:3:14: tags (!) are not used in policies: remove it" },
	{ "a: [1\n", "p.yaml:2:1: this is not YAML: flow sequence without a closing bracket" },
	{ "%YAML 1.2\n---\nversion: 1\n",
		"p.yaml:1:1: directives (%) are not used in policies: remove it" },
	{ "version: 1\n---\nversion: 1\n",
		"p.yaml:2:1: a second document: a policy is one; use several -p or include" },
	{ HEAD "rules:\n	- a\n",
		"p.yaml:4:1: this is not YAML: tab character may not be used as indentation" },
	{ "version: 1\ndefault: \001\n",
		"p.yaml:2:10: a control character: in a quoted text write it as \\xHH" },
};

static void expect_fault(const char *text, size_t len, const char *message)
{
	cleanup_err struct err *err = NULL;
	struct policy *policy = NULL;

	if (policy_load_text(text, len, "p.yaml", NULL, &policy, &err) == 0)
		fail_msg("it loads:\n%s", text);
	assert_null(policy);
	assert_string_equal(err_text(err), message);
}

static void faults_are_named_with_place_and_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		expect_fault(faults[i].text, strlen(faults[i].text), faults[i].message);
}

static void bytes_that_are_no_text(void **state)
{
	static const char nul[] = HEAD "rules:\0 []\n", latin[] = HEAD "# \xe4\n",
			  bom16[] = "\xff\xfev\0e\0";

	(void)state;
	expect_fault(nul, sizeof(nul) - 1, "p.yaml:3:7: a NUL byte: is this a text file?");
	expect_fault(latin, sizeof(latin) - 1,
		"p.yaml:3:3: this byte is not UTF-8: a policy is written in UTF-8");
	expect_fault(bom16, sizeof(bom16) - 1,
		"p.yaml:1:1: this byte is not UTF-8: a policy is written in UTF-8");
}

/* Repeats a piece of text and expects the end of a message. */
static void expect_refused(const char *head, const char *piece, size_t times, const char *message)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	cleanup_err struct err *err = NULL;
	struct policy *policy = NULL;

	sbuf_str(&text, head);
	for (size_t i = 0; i < times; i++)
		sbuf_str(&text, piece);
	assert_true(
		policy_load_text(sbuf_text(&text), text.len, "p.yaml", NULL, &policy, &err) < 0);
	assert_string_equal(err_text(err), message);
}

static void what_would_take_too_much_is_refused(void **state)
{
	(void)state;
	expect_refused("", "# a comment of thirty-two bytes.\n", 600000,
		"p.yaml: more than 16 MiB of policy: put long lists of destinations into a file "
		"and "
		"name it as file:PATH");
	expect_refused("version: 1 #", " longer", 10000,
		"p.yaml:1:1: a line longer than 64 KiB: break it into several");
	expect_refused("", "[", 2000, "p.yaml:1:1001: nested too deeply for a policy");
	expect_refused("", "- ", 100, "p.yaml:1:33: nested too deeply for a policy");
	expect_refused("", "{a: ", 40, "p.yaml:1:65: nested too deeply for a policy");
	expect_refused(HEAD "x: &a [", "*a, ", 500,
		"p.yaml:3:7: anchors (&) are not used in policies: write the value out, or share "
		"it "
		"through include or a file: list");
}

static void other_ways_to_write_text_are_the_same(void **state)
{
	static const char *const texts[] = {
		"\xef\xbb\xbfversion: 1\ndefault: deny\n",
		"version: 1\r\ndefault: deny\r\n",
		"{\"version\": 1, \"default\": \"deny\"}",
		"---\nversion: '1'\ndefault: \"deny\"\n...\n",
		"# first\nversion: 1 # of the language\n\ndefault: deny\nrules: []\n",
		"version: 1\ndefault: deny\nrules:\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct policy *policy = policy_of(texts[i], NULL);

		assert_int_equal(policy_rules(policy), 0);
		assert_int_equal(
			policy_default_of(policy, CALL_KIND_CONNECT)->verdict, VERDICT_DENY);
		policy_free(policy);
	}
}

static void the_example_of_the_design(void **state)
{
	struct policy *policy = policy_of("version: 1\n"
					  "default:\n"
					  "  connect: deny\n"
					  "  bind: ask\n"
					  "  exec: allow\n"
					  "budgets:\n"
					  "  - processes: 64\n"
					  "    tasks: 512\n"
					  "    spawns: 5000\n"
					  "  - under: /usr/bin/npm\n"
					  "    processes: 16\n"
					  "rules:\n"
					  "  - id: no-metadata\n"
					  "    connect: \"@metadata\"\n"
					  "    verdict: deny\n"
					  "    errno: EHOSTUNREACH\n"
					  "    why: cloud credentials are served there\n"
					  "  - verdict: kill\n"
					  "    uid: [1000-1999, 7, 1500-2500]\n",
		NULL);
	const struct budget *budgets;
	const struct rule *rule;
	size_t len;

	(void)state;
	assert_int_equal(policy_default_of(policy, CALL_KIND_BIND)->verdict, VERDICT_ASK);
	assert_int_equal(policy_default_of(policy, CALL_KIND_BIND)->place.line, 4);
	assert_int_equal(policy_default_of(policy, CALL_KIND_SPAWN)->verdict, VERDICT_DENY);
	assert_null(policy_default_of(policy, CALL_KIND_SPAWN)->place.file);

	budgets = policy_budgets(policy, &len);
	assert_int_equal(len, 2);
	assert_null(budgets[0].under);
	assert_int_equal(budgets[0].processes, 64);
	assert_int_equal(budgets[0].tasks_line, 8);
	assert_int_equal(budgets[0].rule.line, 7);
	assert_string_equal(budgets[1].under, "/usr/bin/npm");
	assert_true(budgets[1].spawns == BUDGET_UNBOUNDED);
	assert_int_equal(budgets[1].spawns_line, 0);

	assert_int_equal(policy_rules(policy), 2);
	rule = policy_rule(policy, 0);
	assert_string_equal(rule->id, "no-metadata");
	assert_int_equal(rule->place.line, 13);
	assert_int_equal(rule->place.column, 5);
	assert_int_equal(rule->kinds, kind_bit(CALL_KIND_CONNECT));
	assert_int_equal(rule->errnum, EHOSTUNREACH);
	assert_string_equal(rule->why, "cloud credentials are served there");
	rule = policy_rule(policy, 1);
	assert_true(rule->every_kind);
	assert_int_equal(rule->uid.len, 2); /* sorted and joined */
	assert_int_equal(rule->uid.items[1].first, 1000);
	assert_int_equal(rule->uid.items[1].last, 2500);
	policy_free(policy);
}

/* ---- several files ---- */

struct files {
	struct fake_root dir;
	char paths[4][128];
};

static const char *file_path(const struct files *files, size_t slot, const char *name)
{
	char *out = ((struct files *)files)->paths[slot];

	snprintf(out, sizeof(files->paths[0]), "%s/%s", files->dir.path, name);
	return out;
}

/* Loads files of the directory; the error, without the directory's name, goes to `out`. */
static struct policy *load_files(
	struct files *files, const char *a, const char *b, char *out, size_t size)
{
	const char *paths[] = { file_path(files, 0, a), b ? file_path(files, 1, b) : NULL };
	cleanup_err struct err *err = NULL;
	struct policy *policy = NULL;
	const char *text;

	out[0] = '\0';
	if (policy_load(paths, b ? 2 : 1, NULL, &policy, &err) == 0)
		return policy;
	for (text = err_text(err); *text && size > 1;) {
		if (!strncmp(text, files->dir.path, strlen(files->dir.path)))
			text += strlen(files->dir.path) + 1;
		*out++ = *text++;
		size--;
	}
	*out = '\0';
	return NULL;
}

static void files_concatenate_in_order(void **state)
{
	struct files files = { .dir = fake_root_make() };
	struct policy *policy;
	char error[512];

	(void)state;
	make_file_of(&files.dir, "a.yaml",
		"version: 1\ninclude: sub/b.yaml\nrules: [{id: a, verdict: deny}]\n");
	make_file_of(&files.dir, "sub/b.yaml",
		"version: 1\nrules:\n- {id: b, verdict: deny, connect: 'file:list'}\n");
	make_file_of(&files.dir, "sub/list",
		"# a list\n\n 10.0.0.0/8:443 # with a comment\r\n\tone.example\nunix:@a#b\n");
	make_file_of(&files.dir, "c.yaml",
		"version: 1\ndefault: allow\nrules: [{id: c, verdict: deny}]\n");
	policy = load_files(&files, "a.yaml", "c.yaml", error, sizeof(error));
	assert_string_equal(error, "");
	assert_int_equal(policy_rules(policy), 3);
	assert_string_equal(policy_rule(policy, 0)->id, "b");
	assert_string_equal(policy_rule(policy, 1)->id, "a");
	assert_string_equal(policy_rule(policy, 2)->id, "c");
	assert_int_equal(policy_rule(policy, 0)->connect.len, 3);
	assert_int_equal(policy_rule(policy, 0)->connect.places[0].line, 3);
	assert_int_equal(policy_rule(policy, 0)->connect.places[0].column, 2);
	assert_int_equal(policy_rule(policy, 0)->connect.places[2].line, 5);
	policy_free(policy);
	fake_root_free(&files.dir);
}

static void faults_of_several_files(void **state)
{
	static const struct {
		const char *name, *content, *error;
	} cases[] = {
		{ "list", "10.0.0.0/8\n  10.0.0.1/8 # x\n",
			"list:2:3: \"10.0.0.1/8\": the address has bits after the first 8: write "
			"10.0.0.0/8, or 10.0.0.1 for it alone" },
		{ "list", "# nothing\n",
			"main.yaml:3:34: \"file:list\": the list has no destination, and would "
			"match "
			"nothing" },
		{ "list", "file:other\n",
			"list:1:1: \"file:other\": a file: list cannot stand here" },
		{ "list", "unix:/\xff\n", "list:1:1: \"unix:/\\xff\": this is not UTF-8" },
		{ "more.yaml", "version: 1\nrules: [{id: x}]\n",
			"more.yaml:2:9: this rule has no verdict: add \"verdict: \" with allow, "
			"deny, ask "
			"or kill" },
		{ "more.yaml", "version: 1\nrules: [{id: m, verdict: deny}]\n",
			"main.yaml:3:15: \"m\": another rule has this id already, at more.yaml:2" },
		{ "more.yaml", "version: 1\ndefault: allow\n",
			"main.yaml:2:39: the default for connect is already \"allow\", at "
			"more.yaml:2" },
		{ "more.yaml", "version: 1\ninclude: main.yaml\n",
			"more.yaml:2:10: \"main.yaml\": the file includes itself" },
		{ "more.yaml", "rules: []\n",
			"more.yaml:1:1: no version here: begin with \"version: 1\"" },
	};
	struct files files = { .dir = fake_root_make() };
	char error[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_file_of(&files.dir, "list", "10.0.0.0/8\n");
		make_file_of(&files.dir, "more.yaml", "version: 1\n");
		make_file_of(&files.dir, "main.yaml",
			"{version: 1, include: more.yaml,\n"
			" budgets: [{processes: 1}],  default: deny,\n"
			" rules: [{id: m, connect:        'file:list', verdict: deny}]}\n");
		make_file_of(&files.dir, cases[i].name, cases[i].content);
		assert_null(load_files(&files, "main.yaml", NULL, error, sizeof(error)));
		assert_string_equal(error, cases[i].error);
	}
	fake_root_free(&files.dir);
}

static void sources_that_cannot_be_read(void **state)
{
	struct files files = { .dir = fake_root_make() };
	char error[512];

	(void)state;
	make_file(&files.dir, "folder/");
	assert_int_equal(mkfifoat(files.dir.fd, "pipe", 0600), 0);
	assert_null(load_files(&files, "folder", NULL, error, sizeof(error)));
	assert_string_equal(error, "cannot read folder: Is a directory");
	assert_null(load_files(&files, "none.yaml", NULL, error, sizeof(error)));
	assert_string_equal(error, "cannot read none.yaml: No such file or directory");
	/* A fifo as a list would wait for a writer for ever. */
	make_file_of(&files.dir, "a.yaml", HEAD "include: pipe\n");
	assert_null(load_files(&files, "a.yaml", NULL, error, sizeof(error)));
	assert_string_equal(error, "a.yaml:3:10: cannot read pipe: it is not a regular file");
	fake_root_free(&files.dir);
}

/* ---- programs ---- */

static void collect_warning(void *ctx, const char *text)
{
	sbuf_fmt(ctx, "%s\n", text);
}

static void programs_are_resolved_and_pinned(void **state)
{
	struct fake_root root = fake_root_make();
	struct root_view view = { .fd = root.fd };
	cleanup_sbuf struct sbuf warnings = SBUF_INIT;
	const struct policy_env env = {
		.root = &view, .warn = collect_warning, .warn_ctx = &warnings
	};
	const struct program_list *exe;
	struct policy *policy;

	(void)state;
	make_file_of(&root, "usr/bin/tool", "abc");
	make_link(&root, "bin", "usr/bin");
	policy = policy_of(HEAD
		"rules:\n"
		"  - verdict: allow\n"
		"    exe:\n"
		"      - /bin/tool\n"
		"      - /bin/none\n"
		"      - /usr/**/t*\n"
		"      - {path: /bin/tool, sha256: "
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}\n"
		"      - {path: /bin/tool, sha256: "
		"0000000000000000000000000000000000000000000000000000000000000000}\n",
		&env);
	exe = &policy_rule(policy, 0)->exe;
	assert_int_equal(exe->len, 5);
	assert_true(exe->items[0].resolved && exe->items[0].id.known);
	assert_string_equal(exe->items[0].text, "/bin/tool");
	assert_string_equal(exe->items[0].path, "/usr/bin/tool");
	assert_false(exe->items[1].resolved);
	assert_string_equal(exe->items[1].path, "/bin/none");
	assert_true(exe->items[2].glob);
	assert_true(exe->items[3].pinned && !exe->items[3].sha256_differs);
	assert_true(exe->items[4].pinned && exe->items[4].sha256_differs);
	/* The words for why it does not resolve are root_view's own. */
	assert_non_null(strstr(sbuf_text(&warnings), "p.yaml:7:9: "));
	assert_non_null(strstr(sbuf_text(&warnings),
		"/usr/bin/none does not exist: install it, or correct the path; until then only a "
		"program of exactly this path matches\n"));
	assert_non_null(strstr(sbuf_text(&warnings), "p.yaml:10:16: the sha256 of /usr/bin/tool is "
						     "ba7816bf8f01cfea414140de5dae2223b00361a396177"
						     "a9cb410ff61f20015ad, not the one given: "
						     "it is allowed nothing here\n"));
	policy_free(policy);
	fake_root_free(&root);
}

static void every_program_is_no_condition(void **state)
{
	struct policy *policy =
		policy_of(HEAD "rules: [{exe: '*', exec: '*', verdict: deny}]\n", NULL);

	(void)state;
	assert_int_equal(policy_rule(policy, 0)->exe.len, 0);
	assert_int_equal(policy_rule(policy, 0)->exec.len, 0);
	assert_int_equal(policy_rule(policy, 0)->kinds, kind_bit(CALL_KIND_EXEC));
	policy_free(policy);
}

static void unix_paths_are_resolved_as_far_as_they_exist(void **state)
{
	struct fake_root root = fake_root_make();
	struct root_view view = { .fd = root.fd };
	const struct policy_env env = { .root = &view };
	const struct destination_list *list;
	struct policy *policy;

	(void)state;
	make_file(&root, "run/here.sock");
	make_link(&root, "var/run", "/run");
	policy = policy_of(HEAD "rules: [{verdict: deny, connect: ['unix:/var/run/here.sock', "
				"'unix:/var/run/later.sock', 'unix:/none/x.sock']}]\n",
		&env);
	list = &policy_rule(policy, 0)->connect;
	assert_string_equal(list->items[0].name.text, "/run/here.sock");
	assert_string_equal(list->items[1].name.text, "/run/later.sock");
	assert_string_equal(list->items[2].name.text, "/none/x.sock");
	policy_free(policy);
	fake_root_free(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_named_with_place_and_remedy),
		cmocka_unit_test(bytes_that_are_no_text),
		cmocka_unit_test(what_would_take_too_much_is_refused),
		cmocka_unit_test(other_ways_to_write_text_are_the_same),
		cmocka_unit_test(the_example_of_the_design),
		cmocka_unit_test(files_concatenate_in_order),
		cmocka_unit_test(faults_of_several_files),
		cmocka_unit_test(sources_that_cannot_be_read),
		cmocka_unit_test(programs_are_resolved_and_pinned),
		cmocka_unit_test(every_program_is_no_condition),
		cmocka_unit_test(unix_paths_are_resolved_as_far_as_they_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
