/* Policies from elsewhere decide, in our language, as they do there. */
#include "tests/support/policy_text.h"

#include <netinet/in.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/import.h"
#include "policy/name_resolver.h"

static const char source_text[] =
	"version: 1\n"
	"network_policies:\n"
	"  api:\n"
	"    endpoints:\n"
	"      - {host: API.Example.com, port: 443}\n"
	"      - {host: multi.example, port: 1, ports: [80, 8080]}\n"
	"      - {host: inside.example, port: 443}\n"
	"      - {host: shared.example, port: 443}\n"
	"      - {host: cloud.example, port: 443}\n"
	"      - {host: db.example, port: 5432, allowed_ips: [10.0.5.0/24]}\n"
	"      - {host: 198.51.100.7, port: 22}\n"
	"      - {host: 10.9.9.9, port: 22}\n"
	"      - {host: 10.8.8.8, port: 22, allowed_ips: [10.8.0.0/16]}\n"
	"      - {host: 127.0.0.1, port: 22, allowed_ips: [127.0.0.0/8]}\n"
	"      - {host: '*.wild.example', port: 443}\n"
	"    binaries: [{path: /usr/bin/tool}, {path: '/opt/*/run'}, {path: '/deep/**'},\n"
	"      {path: '/in/**/it'}, {path: '/odd/[ab]?/it'}]\n"
	"  nobody:\n"
	"    endpoints: [{host: 198.51.100.8, port: 22}]\n"
	"    binaries: []\n"
	"  prefix:\n"
	"    endpoints: [{port: 9000, allowed_ips: [192.168.7.0/24, 203.0.113.9, 100.64.7.0/24, "
	"127.0.0.0/8]}]\n"
	"    binaries: [{path: /usr/bin/other}]\n";

static size_t lookup(void *ctx, const char *name, struct address *out, size_t max)
{
	static const struct {
		const char *name;
		uint8_t bytes[4];
	} rows[] = {
		{ "api.example.com", { 198, 51, 100, 1 } },
		{ "multi.example", { 198, 51, 100, 2 } },
		{ "inside.example", { 10, 1, 1, 1 } }, /* a public name for a private address */
		{ "db.example", { 10, 0, 5, 3 } },
		{ "shared.example", { 100, 64, 0, 9 } },
		{ "cloud.example", { 100, 100, 100, 200 } },
	};

	(void)ctx;
	for (size_t i = 0; max && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		*out = (struct address){ .bits = 32 };
		memcpy(out->bytes, rows[i].bytes, 4);
		return 1;
	}
	return 0;
}

static uint64_t now(void *ctx)
{
	(void)ctx;
	return 1;
}

static const struct {
	const char *program, *ancestor, *address;
	unsigned port;
	bool allowed;
} cases[] = {
	/* host and port */
	{ "/usr/bin/tool", NULL, "198.51.100.1", 443, true },
	{ "/usr/bin/tool", NULL, "198.51.100.1", 80, false },
	{ "/usr/bin/tool", NULL, "198.51.100.99", 443, false },
	{ "/usr/bin/tool", NULL, "198.51.100.7", 22, true },
	/* ports wins over port */
	{ "/usr/bin/tool", NULL, "198.51.100.2", 80, true },
	{ "/usr/bin/tool", NULL, "198.51.100.2", 8080, true },
	{ "/usr/bin/tool", NULL, "198.51.100.2", 1, false },
	/* the program or any ancestor */
	{ "/usr/bin/curl", NULL, "198.51.100.1", 443, false },
	{ "/usr/bin/curl", "/usr/bin/tool", "198.51.100.1", 443, true },
	{ "/usr/bin/curl", "/usr/bin/bash", "198.51.100.1", 443, false },
	/* in paths * does not cross /, ** does */
	{ "/opt/a/run", NULL, "198.51.100.1", 443, true },
	{ "/opt/a/b/run", NULL, "198.51.100.1", 443, false },
	{ "/deep/a/b/c", NULL, "198.51.100.1", 443, true },
	{ "/in/a/it", NULL, "198.51.100.1", 443, true },
	{ "/in/a/b/it", NULL, "198.51.100.1", 443, true },
	{ "/in/it", NULL, "198.51.100.1", 443, false },
	{ "/usr/bin/curl", "/deep/a", "198.51.100.1", 443, true },
	/* a path without * is none but itself */
	{ "/odd/[ab]?/it", NULL, "198.51.100.1", 443, true },
	{ "/odd/ac/it", NULL, "198.51.100.1", 443, false },
	/* no binaries: nobody */
	{ "/usr/bin/tool", NULL, "198.51.100.8", 22, false },
	/* private addresses need allowed_ips, by name as by number */
	{ "/usr/bin/tool", NULL, "10.1.1.1", 443, false },
	{ "/usr/bin/tool", NULL, "10.0.5.3", 5432, true },
	{ "/usr/bin/tool", NULL, "10.0.6.3", 5432, false },
	{ "/usr/bin/tool", NULL, "10.9.9.9", 22, false },
	{ "/usr/bin/tool", NULL, "10.8.8.8", 22, true },
	{ "/usr/bin/other", NULL, "192.168.7.77", 9000, true },
	{ "/usr/bin/other", NULL, "203.0.113.9", 9000, true },
	{ "/usr/bin/other", NULL, "203.0.113.10", 9000, false },
	{ "/usr/bin/tool", NULL, "100.64.0.9", 443, false },
	{ "/usr/bin/tool", NULL, "100.100.100.200", 443, false },
	{ "/usr/bin/other", NULL, "100.64.7.1", 9000, true },
	{ "/usr/bin/other", NULL, "::ffff:192.168.7.77", 9000, true },
	{ "/usr/bin/other", "/usr/bin/tool", "198.51.100.1", 443, true },
	/* never */
	{ "/usr/bin/other", NULL, "127.0.0.1", 9000, false },
	{ "/usr/bin/tool", NULL, "::ffff:127.0.0.1", 443, false },
	{ "/usr/bin/tool", NULL, "::", 443, false },
	{ "/usr/bin/tool", NULL, "127.0.0.1", 22, false },
	{ "/usr/bin/tool", NULL, "0.0.0.0", 22, false },
	{ "/usr/bin/tool", NULL, "::1", 443, false },
	{ "/usr/bin/tool", NULL, "169.254.169.254", 443, false },
	{ "/usr/bin/tool", NULL, "fe80::1", 443, false },
};

static bool is_allowed(const struct policy *policy, size_t i, int type)
{
	const struct program ancestor = { .path = cases[i].ancestor };
	const struct program program = { .path = cases[i].program };
	const struct lineage above = { NULL, &ancestor };
	const struct lineage lineage = { cases[i].ancestor ? &above : NULL, &program };
	struct sockaddr_value address;
	struct request request = { .lineage = &lineage,
		.by_path = true,
		.kind = CALL_KIND_CONNECT,
		.is_connect = true,
		.destination = &address };
	struct decision d;

	address_of_inet(&address, cases[i].address, cases[i].port);
	request.socket = (struct socket_facts){ true, address.family, type,
		type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP };
	policy_refresh_names(policy, &request);
	policy_decide(policy, &request, &d);
	return d.verdict == VERDICT_ALLOW;
}

static struct policy *imported(const char *text, struct sbuf *unheld, const struct policy_env *env)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	cleanup_err struct err *err = NULL;

	if (import_openshell(text, strlen(text), "os.yaml", &out, unheld, &err) < 0)
		fail_msg("%s", err_text(err));
	return policy_of(sbuf_text(&out), env);
}

static void openshell_decides_alike(void **state)
{
	const struct name_source source = { .lookup = lookup, .now = now };
	struct name_resolver *resolver = name_resolver_new(&source);
	const struct policy_env env = {
		.root = &nowhere, .resolver = resolver, .resolv_conf = "/nowhere"
	};
	cleanup_sbuf struct sbuf unheld = SBUF_INIT;
	struct policy *policy = imported(source_text, &unheld, &env);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (is_allowed(policy, i, SOCK_STREAM) != cases[i].allowed)
			fail_msg("%s to %s:%u", cases[i].program, cases[i].address, cases[i].port);
		/* Its proxy makes TCP connections, and nothing else gets out. */
		assert_false(is_allowed(policy, i, SOCK_DGRAM));
	}
	assert_non_null(strstr(sbuf_text(&unheld), "os.yaml:15:16: \"*.wild.example\" is denied"));
	assert_non_null(strstr(sbuf_text(&unheld), "os.yaml:12:16: 10.9.9.9 is denied"));
	assert_non_null(
		strstr(sbuf_text(&unheld), "os.yaml:10:16: \"db.example\" with allowed_ips"));
	policy_free(policy);
	name_resolver_free(resolver);
}

static void what_cannot_be_held_is_listed(void **state)
{
	static const char *const members[] = { "protocol: rest", "tls: terminate", "access: full",
		"rules: [{allow: {method: GET, path: /}}]", "deny_rules: [{method: PUT}]",
		"path: /x", "surprise: 1" };
	const struct policy_env env = { .root = &nowhere, .resolv_conf = "/nowhere" };

	(void)state;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		cleanup_sbuf struct sbuf text = SBUF_INIT, unheld = SBUF_INIT;

		sbuf_fmt(&text,
			"version: 1\nnetwork_policies:\n  p:\n    endpoints:\n"
			"      - {host: 198.51.100.1, port: 1, %s}\n    binaries: [{path: /x}]\n",
			members[i]);
		policy_free(imported(sbuf_text(&text), &unheld, &env));
		assert_non_null(strstr(sbuf_text(&unheld), "os.yaml:5:39: "));
	}
}

static void files_and_user_are_taken_over(void **state)
{
	static const char text[] = "version: 1\n"
				   "filesystem_policy: {include_workdir: true, read_only: [/usr], "
				   "read_write: [/tmp]}\n"
				   "landlock: {compatibility: hard_requirement}\n"
				   "process: {run_as_user: '1', run_as_group: '2'}\n";
	cleanup_sbuf struct sbuf out = SBUF_INIT, unheld = SBUF_INIT;
	cleanup_err struct err *err = NULL;

	(void)state;
	assert_int_equal(import_openshell(text, strlen(text), "f", &out, &unheld, &err), 0);
	assert_non_null(strstr(sbuf_text(&out), "  read: [\"/usr\"]\n  write: [., \"/tmp\"]\n"
						"  require: hard\nuser: \"1\"\ngroup: \"2\"\n"));
	assert_int_equal(unheld.len, 0);
}

/* There, what no list has cannot be read. */
static void without_a_list_nothing_can_be_read(void **state)
{
	static const char text[] = "version: 1\nfilesystem_policy: {read_write: [/tmp]}\n";
	cleanup_sbuf struct sbuf out = SBUF_INIT, unheld = SBUF_INIT;
	cleanup_err struct err *err = NULL;

	(void)state;
	assert_int_equal(import_openshell(text, strlen(text), "f", &out, &unheld, &err), 0);
	assert_non_null(strstr(
		sbuf_text(&out), "  read: [/dev/null]\n  write: [\"/tmp\"]\n  require: best\n"));
}

/* Name servers are for those who have a name to look up. */
static void names_may_be_looked_up_by_those_who_need_it(void **state)
{
	static const char resolv_conf[] = "nameserver 127.0.0.53\n";
	static const struct {
		const char *program;
		int type;
		bool allowed;
	} rows[] = {
		{ "/usr/bin/tool", SOCK_DGRAM, true },
		{ "/usr/bin/tool", SOCK_STREAM, true },
		{ "/usr/bin/other", SOCK_DGRAM, false },
		{ "/usr/bin/curl", SOCK_DGRAM, false },
	};
	char path[] = "/tmp/callgate-import-XXXXXX";
	const struct policy_env env = { .root = &nowhere, .resolv_conf = path };
	cleanup_sbuf struct sbuf unheld = SBUF_INIT;
	cleanup_close int fd = mkstemp(path);
	struct policy *policy;

	(void)state;
	assert_true(write(fd, resolv_conf, sizeof(resolv_conf) - 1) > 0);
	policy = imported(source_text, &unheld, &env);
	unlink(path);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct program program = { .path = rows[i].program };
		const struct lineage lineage = { NULL, &program };
		struct sockaddr_value address;
		const struct request request = { .lineage = &lineage,
			.by_path = true,
			.kind = CALL_KIND_CONNECT,
			.is_connect = true,
			.destination = &address,
			.socket = { true, AF_INET, rows[i].type,
				rows[i].type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP } };
		struct decision d;

		address_of_inet(&address, "127.0.0.53", 53);
		policy_decide(policy, &request, &d);
		assert_int_equal(d.verdict == VERDICT_ALLOW, rows[i].allowed);
	}
	policy_free(policy);
}

static void faults_have_their_place(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "", "os.yaml:1:1" },
		{ "version: 2\n", "os.yaml:1:1: expected an OpenShell sandbox policy" },
		{ "network_policies: {}\n", "os.yaml:1:1" },
		{ "version: 1\nfilesystem_policy: {read_only: [[x]]}\n", "os.yaml:2:33" },
		{ "version: 1\nprocess: {run_as_user: []}\n", "os.yaml:2:24" },
		{ "version: 1\nnetwork_policies: {p: {endpoints: [{host: a}], binaries: [{path: "
		  "/x}]}}",
			"has no port" },
		{ "version: 1\nnetwork_policies: {p: {endpoints: [{port: 1}], binaries: [{path: "
		  "/x}]}}",
			"neither host nor allowed_ips" },
		{ "version: 1\nnetwork_policies: {p: {endpoints: [{host: a, port: 0}], binaries: "
		  "[{path: /x}]}}",
			"1 to 65535" },
		{ "version: 1\nnetwork_policies: []\n", "expected a mapping" },
		{ "version: 1\nnetwork_policies: {p: x}\n", "expected a network policy" },
		{ "version: 1\nfilesystem_policy: {read_only: /usr}\n", "expected a list" },
		{ "version: 1\nfilesystem_policy: x\n", "expected a mapping" },
		{ "version: 1\nlandlock: {compatibility: hard}\n",
			"expected best_effort or hard_requirement" },
		{ "version: 1\nnetwork_policies: {p: {endpoints: [{host: a, port: 1, ports: 2}], "
		  "binaries: [{path: /x}]}}",
			"expected a list" },
		{ "version: 1\nnetwork_policies: {p: {endpoints: [{host: a, port: 1, allowed_ips: "
		  "10.0.0.0/8}], binaries: [{path: /x}]}}",
			"expected a list" },
		{ "version: 1\nnetwork_policies: {p: {binaries: {path: /x}}}", "expected a list" },
		{ "version: 1\nnetwork_policies: {p: {binaries: [], binaries: [{path: /x}]}}",
			"os.yaml:2:38: this key is there twice" },
		{ "version: 1\nnetwork_policies: {p: {endpoints: [], binaries: [{path: x}]}}",
			"expected a binary" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_sbuf struct sbuf out = SBUF_INIT, unheld = SBUF_INIT;
		cleanup_err struct err *err = NULL;

		assert_true(import_openshell(rows[i].text, strlen(rows[i].text), "os.yaml", &out,
				    &unheld, &err) < 0);
		if (!strstr(err_text(err), rows[i].error))
			fail_msg("%s: %s", rows[i].text, err_text(err));
	}
}

static void codex_modes(void **state)
{
	static const char *const roots[] = { "/a", "/b c", NULL }, *const none[] = { NULL };
	static const struct {
		const char *mode;
		const char *const *roots;
		const char *text;
	} rows[] = {
		{ "restricted", none, "network: restricted\nfiles:\n  write: []\n" },
		{ "proxy", roots, "network: proxy\nfiles:\n  write: [\"/a\", \"/b c\"]\n" },
		{ "full-access", none, "network: open\n" },
		{ "full-access", roots, "network: open\nfiles:\n  write: [\"/a\", \"/b c\"]\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct policy_env env = { .root = &nowhere };
		cleanup_sbuf struct sbuf out = SBUF_INIT;

		assert_int_equal(import_codex(rows[i].mode, rows[i].roots, &out, NULL), 0);
		assert_non_null(strstr(sbuf_text(&out), rows[i].text));
		policy_free(policy_of(sbuf_text(&out), &env));
	}
	assert_true(import_codex("relaxed", none, NULL, NULL) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openshell_decides_alike),
		cmocka_unit_test(what_cannot_be_held_is_listed),
		cmocka_unit_test(files_and_user_are_taken_over),
		cmocka_unit_test(without_a_list_nothing_can_be_read),
		cmocka_unit_test(names_may_be_looked_up_by_those_who_need_it),
		cmocka_unit_test(faults_have_their_place),
		cmocka_unit_test(codex_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
