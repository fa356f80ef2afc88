/* What an address is called: names of the policy that had it lately, and those of hosts(5). */
#include "tests/support/policy_text.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "policy/known_names.h"
#include "policy/name_resolver.h"

static const char hosts_text[] = "# a remark\n"
				 "127.0.0.1 localhost\n"
				 "nonsense\n"
				 "192.0.2.7\tDB.example.org db # it\n"
				 "192.0.2.8 -bad-.example\n"
				 "2001:db8::7 six.example.org\n";

/* One name has one address. */
static size_t lookup(void *ctx, const char *name, struct address *out, size_t max)
{
	(void)ctx;
	if (strcmp(name, "here.example") != 0 || max == 0)
		return 0;
	*out = (struct address){ 32, { 192, 0, 2, 7 } };
	return 1;
}

static uint64_t now(void *ctx)
{
	(void)ctx;
	return 1;
}

static void expect_names(
	const struct policy *policy, const char *hosts, const char *address, const char *expected)
{
	cleanup_sbuf struct sbuf names = SBUF_INIT;
	struct sockaddr_value to;
	struct request request = {
		.kind = CALL_KIND_CONNECT,
		.destination = &to,
		.is_connect = true,
		.socket = socket_tcp4,
	};

	address_of_inet(&to, address, 443);
	policy_refresh_names(policy, &request);
	known_names(policy, hosts, &request, &names);
	assert_string_equal(sbuf_text(&names), expected);
}

static void with_hosts(void (*test)(const char *path))
{
	char path[] = "/tmp/callgate-hosts-XXXXXX";
	int fd = mkstemp(path);

	assert_int_equal(write(fd, hosts_text, sizeof(hosts_text) - 1), sizeof(hosts_text) - 1);
	close(fd);
	test(path);
	unlink(path);
}

static void expect_hosts(const char *path)
{
	struct policy *policy = policy_of("version: 1\ndefault: deny\n", NULL);
	cleanup_sbuf struct sbuf four = SBUF_INIT, six = SBUF_INIT;

	sbuf_fmt(&four, "db.example.org (%s)", path);
	sbuf_fmt(&six, "six.example.org (%s)", path);
	expect_names(policy, path, "192.0.2.7", sbuf_text(&four));
	expect_names(policy, path, "::ffff:192.0.2.7", sbuf_text(&four));
	expect_names(policy, path, "2001:db8::7", sbuf_text(&six));
	expect_names(policy, path, "192.0.2.8", "");
	expect_names(policy, path, "192.0.2.9", "");
	expect_names(policy, path, "127.0.0.1", "");
	expect_names(policy, "/nowhere/hosts", "192.0.2.7", "");
	policy_free(policy);
}

static void the_hosts_file_names_addresses(void **state)
{
	(void)state;
	with_hosts(expect_hosts);
}

static void expect_both(const char *path)
{
	const struct name_source source = { .lookup = lookup, .now = now };
	struct name_resolver *resolver = name_resolver_new(&source);
	const struct policy_env env = { .resolver = resolver };
	static const char text[] = "version: 1\ndefault: deny\nrules:\n"
				   "  - {connect: [\"there.example:443\", \"here.example:443\"], "
				   "verdict: ask}\n";
	struct policy *policy = policy_of(text, &env);
	cleanup_sbuf struct sbuf both = SBUF_INIT;

	sbuf_fmt(&both, "here.example (p.yaml:4), db.example.org (%s)", path);
	expect_names(policy, path, "192.0.2.7", sbuf_text(&both));
	policy_free(policy);
	name_resolver_free(resolver);
}

static void the_policy_names_what_it_has_looked_up(void **state)
{
	(void)state;
	with_hosts(expect_both);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hosts_file_names_addresses),
		cmocka_unit_test(the_policy_names_what_it_has_looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
