/* Network modes: what each lets pass, and that no rule widens them. */
#include "tests/support/policy_text.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>

#include "base/cleanup.h"
#include "policy/network.h"
#include "policy/proxy.h"

#define ALLOW "version: 1\ndefault: allow\n"

static const struct socket_facts unix_stream = { true, AF_UNIX, SOCK_STREAM, 0 };
static const struct socket_facts tcp = { true, AF_INET, SOCK_STREAM, IPPROTO_TCP };
static const struct socket_facts tcp6 = { true, AF_INET6, SOCK_STREAM, IPPROTO_TCP };
static const struct socket_facts udp = { true, AF_INET, SOCK_DGRAM, IPPROTO_UDP };

static struct decision decide(const struct policy *policy, enum call_kind kind, const char *call,
	const struct socket_facts *socket, const char *host, unsigned port)
{
	struct sockaddr_value address;
	struct request request = { .by_path = true,
		.kind = kind,
		.call = call,
		.socket = *socket,
		.is_connect = kind == CALL_KIND_CONNECT };
	struct decision decision;

	if (host && (host[0] == '/' || host[0] == '@'))
		address_of_unix(&address, host, strlen(host));
	else if (host)
		address_of_inet(&address, host, port);
	request.destination = host ? &address : NULL;
	policy_decide(policy, &request, &decision);
	return decision;
}

static void expect_pass(struct decision d)
{
	if (d.verdict != VERDICT_ALLOW)
		fail_msg("denied: %s", d.reason);
}

static void expect_deny(struct decision d, const char *reason, int errnum)
{
	assert_string_equal(verdict_name(d.verdict), "deny");
	assert_string_equal(d.reason, reason);
	assert_int_equal(d.errnum, errnum);
	assert_non_null(d.why);
}

static const char *const by_socket[] = { "accept", "accept4", "getpeername", "getsockname",
	"getsockopt", "listen", "recvmmsg", "setsockopt", "shutdown" };

static void restricted_leaves_unix_sockets_alone(void **state)
{
	struct policy *p = policy_of(ALLOW "network: restricted\n", NULL);

	(void)state;
	expect_pass(decide(p, CALL_KIND_SOCKET, "socket", &unix_stream, NULL, 0));
	expect_pass(decide(p, CALL_KIND_SOCKET, "socketpair", &unix_stream, NULL, 0));
	expect_pass(decide(p, CALL_KIND_CONNECT, "connect", &unix_stream, "/run/x", 0));
	expect_pass(decide(p, CALL_KIND_CONNECT, "sendto", &unix_stream, NULL, 0));
	expect_pass(decide(p, CALL_KIND_BIND, "bind", &unix_stream, "@x", 0));
	for (size_t i = 0; i < sizeof(by_socket) / sizeof(by_socket[0]); i++)
		expect_pass(decide(p, CALL_KIND_OTHER, by_socket[i], &unix_stream, NULL, 0));
	policy_free(p);
}

static void restricted_denies_every_other_socket(void **state)
{
	struct policy *p =
		policy_of(ALLOW "network: restricted\n"
				"rules:\n"
				"  - {connect: '*', bind: '*', socket: '*', verdict: allow}\n",
			NULL);
	const struct socket_facts others[] = { tcp, tcp6, udp, { true, AF_NETLINK, SOCK_RAW, 0 },
		{ true, AF_VSOCK, SOCK_STREAM, 0 }, { 0 } };
	const char *r = "network.restricted";

	(void)state;
	for (size_t s = 0; s < sizeof(others) / sizeof(others[0]); s++) {
		const struct socket_facts *f = &others[s];

		expect_deny(decide(p, CALL_KIND_SOCKET, "socket", f, NULL, 0), r, EACCES);
		expect_deny(decide(p, CALL_KIND_SOCKET, "socketpair", f, NULL, 0), r, EACCES);
		expect_deny(decide(p, CALL_KIND_CONNECT, "connect", f, "127.0.0.1", 1), r, EACCES);
		expect_deny(decide(p, CALL_KIND_CONNECT, "sendmsg", f, NULL, 0), r, EACCES);
		expect_deny(decide(p, CALL_KIND_BIND, "bind", f, "0.0.0.0", 0), r, EACCES);
		for (size_t i = 0; i < sizeof(by_socket) / sizeof(by_socket[0]); i++)
			expect_deny(decide(p, CALL_KIND_OTHER, by_socket[i], f, NULL, 0), r, EPERM);
	}
	expect_pass(decide(p, CALL_KIND_OTHER, "recvfrom", &tcp, NULL, 0));
	expect_pass(decide(p, CALL_KIND_SPAWN, "fork", &tcp, NULL, 0));
	policy_free(p);
}

/* The filter that has no look at the descriptor: what others of the kind install. */
static void plain_denies_the_calls_whatever_the_socket(void **state)
{
	struct policy *p = policy_of(ALLOW "network: {mode: restricted, strict: plain}\n", NULL);
	const char *r = "network.restricted";

	(void)state;
	expect_pass(decide(p, CALL_KIND_SOCKET, "socket", &unix_stream, NULL, 0));
	expect_pass(decide(p, CALL_KIND_SOCKET, "socketpair", &unix_stream, NULL, 0));
	expect_pass(decide(p, CALL_KIND_CONNECT, "sendmsg", &unix_stream, NULL, 0));
	expect_pass(decide(p, CALL_KIND_OTHER, "recvfrom", &unix_stream, NULL, 0));
	expect_deny(decide(p, CALL_KIND_CONNECT, "sendmsg", &tcp, NULL, 0), r, EACCES);
	expect_deny(decide(p, CALL_KIND_CONNECT, "connect", &unix_stream, "/run/x", 0), r, EACCES);
	expect_deny(decide(p, CALL_KIND_CONNECT, "sendto", &unix_stream, NULL, 0), r, EACCES);
	expect_deny(decide(p, CALL_KIND_CONNECT, "sendmmsg", &unix_stream, NULL, 0), r, EACCES);
	expect_deny(decide(p, CALL_KIND_BIND, "bind", &unix_stream, "@x", 0), r, EACCES);
	for (size_t i = 0; i < sizeof(by_socket) / sizeof(by_socket[0]); i++)
		expect_deny(
			decide(p, CALL_KIND_OTHER, by_socket[i], &unix_stream, NULL, 0), r, EPERM);
	policy_free(p);
}

static void a_mode_widens_nothing(void **state)
{
	struct policy *p = policy_of("version: 1\ndefault: deny\nnetwork: restricted\n", NULL);

	(void)state;
	assert_string_equal(
		decide(p, CALL_KIND_SOCKET, "socket", &unix_stream, NULL, 0).reason, "default");
	policy_free(p);
}

static struct policy *proxy_policy(const char *text, const char *const *env)
{
	const struct policy_env policy_env = { .root = &nowhere, .environ = env };

	return policy_of(text, &policy_env);
}

static void proxy_lets_reach_the_proxies_of_the_environment(void **state)
{
	const char *const env[] = { "PATH=/bin", "http_proxy=http://127.0.0.1:3128",
		"HTTPS_PROXY=http://u:p@localhost:3129/x", "ALL_PROXY=socks5h://[::1]",
		"no_proxy=127.0.0.1:80", NULL };
	struct policy *p = proxy_policy(ALLOW "network: proxy\n", env);
	const char *r = "network.proxy";

	(void)state;
	expect_pass(decide(p, CALL_KIND_SOCKET, "socket", &tcp, NULL, 0));
	expect_pass(decide(p, CALL_KIND_SOCKET, "socket", &tcp6, NULL, 0));
	expect_pass(decide(p, CALL_KIND_CONNECT, "connect", &tcp, "127.0.0.1", 3128));
	expect_pass(decide(p, CALL_KIND_CONNECT, "connect", &tcp, "127.0.0.1", 3129));
	expect_pass(decide(p, CALL_KIND_CONNECT, "connect", &tcp6, "::1", 3129));
	expect_pass(decide(p, CALL_KIND_CONNECT, "connect", &tcp6, "::1", 1080));
	expect_pass(decide(p, CALL_KIND_CONNECT, "connect", &tcp6, "::ffff:127.0.0.1", 3128));
	expect_pass(decide(p, CALL_KIND_CONNECT, "sendto", &tcp, NULL, 0));
	expect_deny(decide(p, CALL_KIND_CONNECT, "connect", &tcp, "127.0.0.1", 80), r, EACCES);
	expect_deny(decide(p, CALL_KIND_CONNECT, "connect", &tcp, "127.0.0.2", 3128), r, EACCES);
	expect_deny(decide(p, CALL_KIND_CONNECT, "sendto", &udp, "127.0.0.1", 3128), r, EACCES);
	expect_deny(decide(p, CALL_KIND_CONNECT, "sendto", &unix_stream, "/run/x", 0), r, EACCES);
	expect_deny(decide(p, CALL_KIND_SOCKET, "socket", &unix_stream, NULL, 0), r, EACCES);
	expect_deny(decide(p, CALL_KIND_SOCKET, "socketpair", &unix_stream, NULL, 0), r, EACCES);
	policy_free(p);
}

static void proxy_may_let_unix_pairs_be_made(void **state)
{
	const char *const env[] = { "http_proxy=http://127.0.0.1:3128", NULL };
	struct policy *p = proxy_policy(ALLOW "network: {mode: proxy, unix-pairs: allow}\n", env);

	(void)state;
	expect_pass(decide(p, CALL_KIND_SOCKET, "socketpair", &unix_stream, NULL, 0));
	expect_deny(decide(p, CALL_KIND_SOCKET, "socket", &unix_stream, NULL, 0), "network.proxy",
		EACCES);
	policy_free(p);
}

static void listed_endpoints_are_the_only_ones(void **state)
{
	const char *const env[] = { "http_proxy=http://127.0.0.1:3128", NULL };
	struct policy *p = proxy_policy(
		ALLOW "network: {mode: proxy, endpoints: ['10.0.0.5:8080', '127.0.0.1:1']}\n", env);

	(void)state;
	expect_pass(decide(p, CALL_KIND_CONNECT, "connect", &tcp, "10.0.0.5", 8080));
	expect_pass(decide(p, CALL_KIND_CONNECT, "connect", &tcp, "127.0.0.1", 1));
	expect_deny(decide(p, CALL_KIND_CONNECT, "connect", &tcp, "127.0.0.1", 3128),
		"network.proxy", EACCES);
	policy_free(p);
}

static bool is_ready(const char *text, const char *const *env)
{
	cleanup_err struct err *err = NULL;
	struct policy *p = proxy_policy(text, env);
	bool ready = policy_network_ready(p, &err) == 0;

	if (!ready)
		assert_non_null(strstr(err_text(err), "http_proxy"));
	policy_free(p);
	return ready;
}

static void proxy_without_a_proxy_does_not_start(void **state)
{
	const char *const none[] = { "http_proxy=", "HOME=/", NULL };
	const char *const far[] = { "http_proxy=http://10.0.0.1:3128",
		"https_proxy=ftp://127.0.0.1:1", "ALL_PROXY=http://127.0.0.1.example.net:3128",
		NULL };
	const char *const near[] = { "all_proxy=http://127.0.0.1:3128", NULL };

	(void)state;
	assert_false(is_ready(ALLOW "network: proxy\n", none));
	assert_false(is_ready(ALLOW "network: proxy\n", far));
	assert_false(is_ready(ALLOW "network: proxy\n", NULL));
	assert_true(is_ready(ALLOW "network: proxy\n", near));
	assert_true(is_ready(ALLOW "network: {mode: proxy, endpoints: '127.0.0.1:1'}\n", none));
	assert_true(is_ready(ALLOW "network: restricted\n", none));
	assert_true(is_ready(ALLOW, none));
}

static void urls_lead_where_curl_goes(void **state)
{
	static const struct {
		const char *url, *first, *second;
	} rows[] = {
		{ "http://127.0.0.1:3128", "tcp:127.0.0.1:3128", NULL },
		{ "HTTP://127.9.9.9", "tcp:127.9.9.9:80", NULL },
		{ "https://LocalHost/", "tcp:127.0.0.1:443", "tcp:[::1]:443" },
		{ "127.0.0.1:8080", "tcp:127.0.0.1:8080", NULL },
		{ "socks5://a@b:c@[::1]:9/", "tcp:[::1]:9", NULL },
		{ "127.0.0.1", NULL, NULL },
		{ "http://127.0.0.1:", NULL, NULL },
		{ "http://127.0.0.1:0", NULL, NULL },
		{ "http://127.0.0.1:65536", NULL, NULL },
		{ "http://127.0.0.1:80x", NULL, NULL },
		{ "http://[::1", NULL, NULL },
		{ "http://0.0.0.0:80", NULL, NULL },
		{ "http://127.0.0.1@evil.example:80", NULL, NULL },
		{ "http://evil.example/@127.0.0.1:80", NULL, NULL },
		{ "http://", NULL, NULL },
		{ "", NULL, NULL },
		{ "gopher://127.0.0.1:70", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct proxy_url url;
		char text[PROXY_TEXT_SIZE];

		if (proxy_url_parse(rows[i].url, &url) != (rows[i].first != NULL))
			fail_msg("%s", rows[i].url);
		if (!rows[i].first)
			continue;
		assert_true(proxy_url_endpoint(&url, 0, text));
		assert_string_equal(text, rows[i].first);
		assert_int_equal(proxy_url_endpoint(&url, 1, text), rows[i].second != NULL);
		assert_false(proxy_url_endpoint(&url, 2, text));
	}
}

static void some_sockets_need_a_rule(void **state)
{
	static const struct {
		struct socket_facts socket;
		bool needs;
	} rows[] = {
		{ { true, AF_UNIX, SOCK_STREAM, 0 }, false },
		{ { true, AF_UNIX, SOCK_RAW, 0 }, false },
		{ { true, AF_INET, SOCK_STREAM, 0 }, false },
		{ { true, AF_INET6, SOCK_DGRAM, 0 }, false },
		{ { true, AF_INET, SOCK_DGRAM, IPPROTO_ICMP }, false },
		{ { true, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE }, false },
		{ { true, AF_NETLINK, SOCK_RAW, NETLINK_AUDIT }, true },
		{ { true, AF_NETLINK, SOCK_DGRAM, NETLINK_GENERIC }, true },
		{ { true, AF_INET, SOCK_RAW, IPPROTO_ICMP }, true },
		{ { true, AF_INET6, SOCK_RAW, IPPROTO_RAW }, true },
		{ { true, AF_INET, SOCK_PACKET, 0 }, true },
		{ { true, AF_PACKET, SOCK_DGRAM, 0 }, true },
		{ { true, AF_XDP, SOCK_RAW, 0 }, true },
		{ { true, AF_VSOCK, SOCK_STREAM, 0 }, true },
		{ { true, AF_BLUETOOTH, SOCK_STREAM, 0 }, true },
		/* internet addresses within addresses of their own */
		{ { true, AF_RXRPC, SOCK_DGRAM, AF_INET }, true },
		{ { true, AF_RDS, SOCK_SEQPACKET, 0 }, true },
		{ { true, AF_PPPOX, SOCK_STREAM, 0 }, true },
		{ { true, AF_TIPC, SOCK_STREAM, 0 }, true },
		{ { true, AF_CAN, SOCK_DGRAM, 2 }, true },
		{ { true, 99, SOCK_DGRAM, 0 }, true },
		{ { true, AF_SMC, SOCK_STREAM, 0 }, false },
		{ { true, AF_ALG, SOCK_SEQPACKET, 0 }, false },
	};
	static const char *const policies[] = { ALLOW, ALLOW "network: open\n" };
	struct policy *by_rule = policy_of("version: 1\ndefault: deny\nrules:\n"
					   "  - {socket: '*', verdict: allow}\n",
		NULL);

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct policy *p = policy_of(policies[k], NULL);

		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct decision d =
				decide(p, CALL_KIND_SOCKET, "socket", &rows[i].socket, NULL, 0);

			if (rows[i].needs)
				expect_deny(d, "network.family", EACCES);
			else
				expect_pass(d);
			expect_pass(decide(
				by_rule, CALL_KIND_SOCKET, "socket", &rows[i].socket, NULL, 0));
		}
		policy_free(p);
	}
	policy_free(by_rule);
}

/* Their packets go anywhere, so "inet/raw" is not enough to allow them, and enough to deny them. */
static void sockets_that_write_headers_are_allowed_by_name(void **state)
{
	static const struct {
		const char *pattern;
		bool allows, denies;
	} rows[] = {
		{ "inet/raw", false, true },
		{ "inet", false, true },
		{ "inet:icmp/raw", false, false },
		{ "inet:raw", true, true },
		{ "inet:raw/raw", true, true },
		{ "'*'", true, true },
	};
	const struct socket_facts socket = { true, AF_INET, SOCK_RAW, IPPROTO_RAW };
	char text[160];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int allow = 0; allow < 2; allow++) {
			const char *verdict = allow ? "allow" : "deny";
			struct policy *p;
			struct decision d;

			snprintf(text, sizeof(text),
				ALLOW "rules:\n  - {socket: %s, verdict: %s}\n", rows[i].pattern,
				verdict);
			p = policy_of(text, NULL);
			d = decide(p, CALL_KIND_SOCKET, "socket", &socket, NULL, 0);
			assert_int_equal(d.verdict == VERDICT_ALLOW, allow && rows[i].allows);
			if (d.verdict != VERDICT_ALLOW)
				assert_string_equal(d.reason,
					!allow && rows[i].denies ? "rule" : "network.family");
			policy_free(p);
		}
	}
}

static void the_filter_is_told_what_a_mode_needs(void **state)
{
	struct policy *open = policy_of(ALLOW, NULL);
	struct policy *p = policy_of(ALLOW "network: restricted\n", NULL);
	bool getsockopt = false, sendto = false;
	const char *name;

	(void)state;
	assert_null(policy_network_call(open, 0));
	for (size_t i = 0; (name = policy_network_call(p, i)); i++) {
		getsockopt |= !strcmp(name, "getsockopt");
		sendto |= !strcmp(name, "sendto");
	}
	assert_true(getsockopt && sendto);
	assert_true(policy_network_judges(p, "getsockopt"));
	assert_false(policy_network_judges(p, "sendto"));
	assert_false(policy_network_judges(open, "getsockopt"));
	policy_free(open);
	policy_free(p);
}

/* Text, what of the error, and what must be printed when it is good. */
static void what_is_written_is_checked(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "network: closed\n",
			"p.yaml:3:10: \"closed\": expected open, restricted or proxy" },
		{ "network: restrictd\n", "did you mean \"restricted\"?" },
		{ "network: {strict: plain}\n", "no mode here" },
		{ "network: {mode: open, strict: plain}\n", "mode: restricted" },
		{ "network: {mode: restricted, unix-pairs: allow}\n", "mode: proxy" },
		{ "network: {mode: proxy, endpoints: []}\n", "empty list" },
		{ "network: {mode: proxy, endpoints: 'x.org:80'}\n", "ADDRESS:PORT" },
		{ "network: {mode: proxy, endpoints: '10.0.0.1'}\n", "ADDRESS:PORT" },
		{ "network: {mode: proxy, endpoints: '10.0.0.0/8:80'}\n", "ADDRESS:PORT" },
		{ "network: {mode: proxy, endpoints: 'udp:10.0.0.1:80'}\n", "ADDRESS:PORT" },
		{ "network: {mode: proxy, endpoint: '10.0.0.1:80'}\n", "\"endpoints\"?" },
		{ "network: open\nnetwork: open\n", "network" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct policy_env env = { .root = &nowhere };
		cleanup_sbuf struct sbuf text = SBUF_INIT;
		cleanup_err struct err *err = NULL;
		struct policy *p = NULL;

		sbuf_fmt(&text, ALLOW "%s", rows[i].text);
		assert_true(
			policy_load_text(sbuf_text(&text), text.len, "p.yaml", &env, &p, &err) < 0);
		if (!strstr(err_text(err), rows[i].error))
			fail_msg("%s", err_text(err));
	}
}

static void the_canonical_text_keeps_it(void **state)
{
	static const char *const texts[] = {
		"network: open\n", "network: restricted\n",
		"network: {mode: restricted, strict: plain}\n",
		"network: {mode: proxy, unix-pairs: allow, endpoints: ['[::1]:1', 10.0.0.1:80]}\n"
	};
	static const char *const printed[] = { "network:\n  mode: open\n",
		"network:\n  mode: restricted\n", "network:\n  mode: restricted\n  strict: plain\n",
		("network:\n  mode: proxy\n  unix-pairs: allow\n  endpoints:\n"
		 "    - \"tcp:[::1]:1\"\n    - \"tcp:10.0.0.1:80\"\n") };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cleanup_sbuf struct sbuf text = SBUF_INIT, once = SBUF_INIT, twice = SBUF_INIT;
		struct policy *p;

		sbuf_fmt(&text, ALLOW "%s", texts[i]);
		p = policy_of(sbuf_text(&text), NULL);
		policy_print(p, &once);
		policy_free(p);
		if (!strstr(sbuf_text(&once), printed[i]))
			fail_msg("%s", sbuf_text(&once));
		p = policy_of(sbuf_text(&once), NULL);
		policy_print(p, &twice);
		policy_free(p);
		assert_string_equal(sbuf_text(&once), sbuf_text(&twice));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restricted_leaves_unix_sockets_alone),
		cmocka_unit_test(restricted_denies_every_other_socket),
		cmocka_unit_test(plain_denies_the_calls_whatever_the_socket),
		cmocka_unit_test(a_mode_widens_nothing),
		cmocka_unit_test(proxy_lets_reach_the_proxies_of_the_environment),
		cmocka_unit_test(proxy_may_let_unix_pairs_be_made),
		cmocka_unit_test(listed_endpoints_are_the_only_ones),
		cmocka_unit_test(proxy_without_a_proxy_does_not_start),
		cmocka_unit_test(urls_lead_where_curl_goes),
		cmocka_unit_test(some_sockets_need_a_rule),
		cmocka_unit_test(sockets_that_write_headers_are_allowed_by_name),
		cmocka_unit_test(the_filter_is_told_what_a_mode_needs),
		cmocka_unit_test(what_is_written_is_checked),
		cmocka_unit_test(the_canonical_text_keeps_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
