/* Destinations as text: reading, printing, what covers what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "policy/destination.h"

/* What is right, and its canonical text; NULL: the same. */
static const struct {
	const char *text, *canonical;
} good[] = {
	{ "*", NULL },
	{ "*:*", NULL },
	{ "*:443", NULL },
	{ "tcp:*", "tcp:*:*" },
	{ "10.0.0.1", NULL },
	{ "10.0.0.1:443", NULL },
	{ "10.0.0.1/32:443", "10.0.0.1:443" },
	{ "10.0.0.0/8", NULL },
	{ "10.0.0.0/8:*", "10.0.0.0/8" },
	{ "0.0.0.0/0:25", NULL },
	{ "tcp:10.0.0.0/8:443,8000-8999", NULL },
	{ "udp:10.0.0.0/8:9,7,8,1-3,2-4", "udp:10.0.0.0/8:1-4,7-9" },
	{ "10.0.0.1:80,80", "10.0.0.1:80" },
	{ "10.0.0.1:1-65535", NULL },
	{ "[2001:DB8::0:1]:443", "[2001:db8::1]:443" },
	{ "[2001:db8::/32]", NULL },
	{ "[::/0]:53", NULL },
	{ "2001:db8::/32", "[2001:db8::/32]" },
	{ "::1/128", "[::1]" },
	/* What stands for IPv4 is IPv4. */
	{ "[::ffff:10.1.2.3]:80", "10.1.2.3:80" },
	{ "[::ffff:10.0.0.0/104]:80", "10.0.0.0/8:80" },
	{ "[64:ff9b::8.8.8.8]", "8.8.8.8" },
	{ "[64:ff9b::/96]", "0.0.0.0/0" },
	{ "[2002:a00::/24]", "10.0.0.0/8" },
	{ "[2002:a00:1::/48]", "10.0.0.1" },
	{ "[2002:a00:1::5]:1", "10.0.0.1:1" },
	{ "[2000::/8]", NULL }, /* wider than 6to4 alone */
	/* Nothing is loopback. */
	{ "0.0.0.0:80", "127.0.0.1:80" },
	{ "[::]:80", "[::1]:80" },
	{ "[::ffff:0.0.0.0]", "127.0.0.1" },
	{ "@loopback", NULL },
	{ "tcp:@link-local:80", NULL },
	{ "@resolvers:53", NULL },
	{ "pypi.org:443", NULL },
	{ "udp:example.org:0", NULL }, /* by which getaddrinfo(3) finds out what to prefer */
	{ "PyPI.org.:443", "pypi.org:443" },
	{ "a_b.xn--bcher-kva.example", NULL },
	{ "localhost", NULL },
	{ "3com.example:80", NULL },
	{ "1.2.3.4.example", NULL },
	{ "4d5e6f7a8b9c:80", NULL },
	{ "unix:*", NULL },
	{ "unix:/run/x.sock", NULL },
	{ "unix:/run/**/[a-z]?", NULL },
	{ "unix:/run/a\\*b", NULL },
	{ "unix:@", NULL },
	{ "unix:@*", NULL },
	{ "unix:@/tmp/.X11-unix/X0", NULL },
	{ "unix:@:1.2", NULL },
	{ "vsock:2:1024", NULL },
	{ "vsock:*:*", NULL },
	{ "vsock:4294967295:0-4294967295", NULL },
};

static const struct {
	const char *text, *message;
} bad[] = {
	{ "", "an empty destination: expected HOST:PORTS, or \"*\"" },
	{ "file:list", "\"file:list\": a file: list cannot stand here" },
	{ "uDp:00", "\"uDp:00\": no host can be called \"udp\" here: expected udp:..." },
	{ "10.0.0.1:443:1", "\"10.0.0.1:443:1\": too many colons: expected [tcp:|udp:]HOST:PORTS, "
			    "with an IPv6 address in brackets: [2001:db8::1]:443" },
	{ "10.0.0.1/8", "\"10.0.0.1/8\": the address has bits after the first 8: write 10.0.0.0/8, "
			"or 10.0.0.1 for it alone" },
	{ "10.0.0.0/33",
		"\"10.0.0.0/33\": \"/33\" is no length of a prefix: they go from /0 to /32" },
	{ "10.0.0.0/", "\"10.0.0.0/\": \"/\" is no length of a prefix: they go from /0 to /32" },
	{ "10.0.0:80", "\"10.0.0:80\": \"10.0.0\" is not an IPv4 address" },
	{ "010.0.0.1", "\"010.0.0.1\": \"010.0.0.1\" is not an IPv4 address" },
	{ "1.2.3.4.5", "\"1.2.3.4.5\": \"1.2.3.4.5\" is not an IPv4 address" },
	{ "256.1.1.1", "\"256.1.1.1\": \"256.1.1.1\" is not an IPv4 address" },
	{ "::1:443", "\"::1:443\": too many colons: expected [tcp:|udp:]HOST:PORTS, with an IPv6 "
		     "address in brackets: [2001:db8::1]:443" },
	{ "2001:db8::/32:443",
		"\"2001:db8::/32:443\": too many colons: expected [tcp:|udp:]HOST:PORTS, with an "
		"IPv6 address in brackets: [2001:db8::1]:443" },
	{ "2001:db8::1/32", "\"2001:db8::1/32\": the address has bits after the first 32: write "
			    "2001:db8::/32, or 2001:db8::1 for it alone" },
	{ "[::1", "\"[::1\": \"[\" is never closed: expected [ADDRESS]:PORTS" },
	{ "[::1]443", "\"[::1]443\": expected \":PORTS\" before \"443\"" },
	{ "[::1]/64:80",
		"\"[::1]/64:80\": the length belongs within the brackets: [2001:db8::/32]:443" },
	{ "[::1%eth0]:80",
		"\"[::1%eth0]:80\": zones (%) are not matched: write the address without it" },
	{ "[10.0.0.1]:80", "\"[10.0.0.1]:80\": \"10.0.0.1\" is not an IPv6 address" },
	{ "[2001:db8::1/32]", "\"[2001:db8::1/32]\": the address has bits after the first 32: "
			      "write 2001:db8::/32, or 2001:db8::1 for it alone" },
	{ "[]", "\"[]\": \"\" is not an IPv6 address" },
	{ "fe80::1", "\"fe80::1\": too many colons: expected [tcp:|udp:]HOST:PORTS, with an IPv6 "
		     "address in brackets: [2001:db8::1]:443" },
	{ "1.2.3.4:65536", "\"1.2.3.4:65536\": \"65536\": no such port: they go from 0 to 65535" },
	{ "1.2.3.4:90-80", "\"1.2.3.4:90-80\": \"90-80\": a range backwards: write 80-90" },
	{ "1.2.3.4:",
		"\"1.2.3.4:\": \"\": not a port: expected a number, a range like 8000-8999, or *" },
	{ "1.2.3.4:a", "\"1.2.3.4:a\": \"a\": not a port: expected a number, a range like "
		       "8000-8999, or *" },
	{ "1.2.3.4:80,", "\"1.2.3.4:80,\": \"\": not a port: expected a number, a range like "
			 "8000-8999, or *" },
	{ "1.2.3.4:80,,81", "\"1.2.3.4:80,,81\": \"\": not a port: expected a number, a range like "
			    "8000-8999, or *" },
	{ "1.2.3.4:-5", "\"1.2.3.4:-5\": \"-5\": not a port: expected a number, a range like "
			"8000-8999, or *" },
	{ "1.2.3.4:http", "\"1.2.3.4:http\": \"http\": not a port: expected a number, a range like "
			  "8000-8999, or *" },
	{ "@metadat", "\"@metadat\": no such set: expected @loopback, @private, @link-local, "
		      "@multicast, @metadata, @global or @resolvers; did you mean @metadata?" },
	{ "@", "\"@\": no such set: expected @loopback, @private, @link-local, @multicast, "
	       "@metadata, @global or @resolvers" },
	{ "@loopback:x", "\"@loopback:x\": \"x\": not a port: expected a number, a range like "
			 "8000-8999, or *" },
	{ "*.example.org:443", "\"*.example.org:443\": a name with * in it would need the answers "
			       "the program itself was given, which callgate does not watch yet: "
			       "write the names one by one, or addresses" },
	{ "exa*ple.org", "\"exa*ple.org\": a name with * in it would need the answers the program "
			 "itself was given, which callgate does not watch yet: write the names one "
			 "by one, or addresses" },
	{ "-a.example", "\"-a.example\": the host name has a label that begins or ends with -" },
	{ "a..b", "\"a..b\": the host name has an empty label" },
	{ "exa mple", "\"exa mple\": the host name has a character that is in no host name" },
	{ "exämple.org", "\"exämple.org\": the host name has a character that is not ASCII (write "
			 "the xn-- form of the name)" },
	{ "http://example.org",
		"\"http://example.org\": a URL: write its host and port, like example.org:443" },
	{ "example.org:443/x", "\"example.org:443/x\": \"443/x\": not a port: expected a number, a "
			       "range like 8000-8999, or *" },
	{ "tpc:1.2.3.4:80",
		"\"tpc:1.2.3.4:80\": \"tpc\" is not known here; did you mean \"tcp:\"?" },
	{ "tcp:", "\"tcp:\": no host: write * for every host" },
	{ "tcp:unix:/x", "\"tcp:unix:/x\": \"unix\" is not known here; did you mean \"unix:\"?" },
	{ "udp:file:x", "\"udp:file:x\": no host can be called \"file\" here: expected file:..." },
	{ "unix:", "\"unix:\": expected unix:/absolute/path, unix:@abstract-name or unix:*" },
	{ "unix:relative",
		"\"unix:relative\": expected unix:/absolute/path, unix:@abstract-name or unix:*" },
	{ "unix:/a[", "\"unix:/a[\": '[' is never closed, at character 3 of the pattern" },
	{ "unix:@a[", "\"unix:@a[\": '[' is never closed, at character 2 of the pattern" },
	{ "vsock:2", "\"vsock:2\": expected vsock:CID:PORTS, each a number or *" },
	{ "vsock:x:1", "\"vsock:x:1\": \"x\" is no context id: expected a number or *" },
	{ "vsock:4294967296:1",
		"\"vsock:4294967296:1\": \"4294967296\" is no context id: expected a number or *" },
	{ "vsock:1:99999999999", "\"vsock:1:99999999999\": \"99999999999\": not a port: expected a "
				 "number, a range like 8000-8999, or *" },
	{ "netlink:route", "\"netlink:route\": \"route\": not a port: expected a number, a range "
			   "like 8000-8999, or *" },
	{ "tcp:*:99999", "\"tcp:*:99999\": \"99999\": no such port: they go from 0 to 65535" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b",
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b\": the host "
		"name has a label longer than 63 characters" },
	{ ":443", "\":443\": no host: write * for every host" },
	{ "0x7f.1", "\"0x7f.1\": \"0x7f.1\" is not an IPv4 address" },
	{ "1", "\"1\": \"1\" is not an IPv4 address" },
	{ "1.2.3.4/8/9",
		"\"1.2.3.4/8/9\": \"/8/9\" is no length of a prefix: they go from /0 to /32" },
	{ "inet:1.2.3.4", "\"inet:1.2.3.4\": \"1.2.3.4\": not a port: expected a number, a range "
			  "like 8000-8999, or *" },
	{ "xn--bcher-kva.example:443x", "\"xn--bcher-kva.example:443x\": \"443x\": not a port: "
					"expected a number, a range like 8000-8999, or *" },
	{ "[::ffff:1.2.3.4/95]", "\"[::ffff:1.2.3.4/95]\": the address has bits after the first "
				 "95: write ::fffe:0:0/95, or ::ffff:1.2.3.4 for it alone" },
	{ "\033[31m", "\"\\x1b[31m\": the host name has a character that is in no host name" },
};

struct fixture {
	struct arena arena;
	struct destination a, b;
};

static int make(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	arena_init(&f->arena, 1 << 20);
	*state = f;
	return 0;
}

static int unmake(void **state)
{
	struct fixture *f = *state;

	arena_free(&f->arena);
	free(f);
	return 0;
}

/* From memory that ends with the text, so that reading on would be found. */
static int parse(struct fixture *f, const char *text, size_t len, enum destination_use use,
	struct destination *out, struct err **err)
{
	cleanup_free char *exact = malloc(len ? len : 1);

	memcpy(exact, text, len);
	return destination_parse(exact, len, use, &f->arena, out, err);
}

static void expect_text(const struct destination *d, const char *text, size_t len)
{
	cleanup_sbuf struct sbuf printed = SBUF_INIT;

	destination_print(d, &printed);
	assert_int_equal(printed.len, len);
	assert_memory_equal(sbuf_text(&printed), text, len);
}

static void good_destinations_print_canonically(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *canonical = good[i].canonical ? good[i].canonical : good[i].text;
		cleanup_err struct err *err = NULL;

		if (parse(f, good[i].text, strlen(good[i].text), DESTINATION_CONNECT, &f->a, &err) <
			0)
			fail_msg("%s", err_text(err));
		expect_text(&f->a, canonical, strlen(canonical));
		assert_int_equal(
			parse(f, canonical, strlen(canonical), DESTINATION_CONNECT, &f->b, NULL),
			0);
		expect_text(&f->b, canonical, strlen(canonical));
		assert_true(destination_covers(&f->a, &f->b) && destination_covers(&f->b, &f->a));
	}
}

static void bad_destinations_say_what_is_right(void **state)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cleanup_err struct err *err = NULL;
		struct fixture *f = *state;

		if (parse(f, bad[i].text, strlen(bad[i].text), DESTINATION_CONNECT, &f->a, &err) ==
			0)
			fail_msg("\"%s\" is read", bad[i].text);
		assert_string_equal(err_text(err), bad[i].message);
	}
}

static void bytes_that_are_no_text(void **state)
{
	static const char host[] = "a\0b:1", path[] = "unix:/a\0b", abstract[] = "unix:@a\0*";
	struct fixture *f = *state;

	assert_true(parse(f, host, sizeof(host) - 1, DESTINATION_CONNECT, &f->a, NULL) < 0);
	assert_true(parse(f, path, sizeof(path) - 1, DESTINATION_CONNECT, &f->a, NULL) < 0);
	/* Abstract names are bytes: unix(7). */
	assert_int_equal(
		parse(f, abstract, sizeof(abstract) - 1, DESTINATION_CONNECT, &f->a, NULL), 0);
	expect_text(&f->a, abstract, sizeof(abstract) - 1);
	/* No prefix of anything reads past its end. */
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		for (size_t len = 0; len < strlen(good[i].text); len++)
			parse(f, good[i].text, len, DESTINATION_BIND, &f->a, NULL);
}

/* bind(2) to port 0 lets the kernel choose, and to 0.0.0.0 means every address of the host. */
static void a_bind_names_other_things_than_a_connect(void **state)
{
	static const char *const texts[] = { "0.0.0.0:0", "[::]:0-1023", "127.0.0.1:0,8080" };
	static const char *const connects[] = { "127.0.0.1:0", "[::1]:0-1023", "127.0.0.1:0,8080" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(
			parse(f, texts[i], strlen(texts[i]), DESTINATION_BIND, &f->a, NULL), 0);
		expect_text(&f->a, texts[i], strlen(texts[i]));
		assert_int_equal(
			parse(f, texts[i], strlen(texts[i]), DESTINATION_CONNECT, &f->a, NULL), 0);
		expect_text(&f->a, connects[i], strlen(connects[i]));
	}
}

static void covering_is_what_it_says(void **state)
{
	static const struct {
		const char *outer, *inner;
		bool covers;
	} pairs[] = {
		{ "*", "unix:/x", true },
		{ "*", "10.0.0.1:80", true },
		{ "*:*", "10.0.0.1:80", true },
		{ "*:*", "a.example:80", true },
		{ "*:*", "unix:/x", false },
		{ "*:*", "*", false },
		{ "*:80", "10.0.0.1:80", true },
		{ "*:80", "10.0.0.1:80-81", false },
		{ "*:80", "10.0.0.1", false },
		{ "10.0.0.0/8", "10.1.0.0/16:80", true },
		{ "10.1.0.0/16", "10.0.0.0/8:80", false },
		{ "10.0.0.0/8", "[::ffff:10.0.0.1]:80", true },
		{ "0.0.0.0/0", "[2001:db8::1]", false },
		{ "10.0.0.0/8:80,443", "10.0.0.1:443", true },
		{ "tcp:10.0.0.0/8", "tcp:10.0.0.1", true },
		{ "tcp:10.0.0.0/8", "udp:10.0.0.1", false },
		{ "tcp:10.0.0.0/8", "10.0.0.1", false },
		{ "10.0.0.0/8", "udp:10.0.0.1", true },
		{ "@private", "10.0.0.0/8", true },
		{ "@private", "@private:80", true },
		{ "@private", "8.8.8.8", false },
		{ "@global", "8.8.8.0/24", true },
		{ "@global", "168.63.129.16", false },
		{ "@global", "168.63.129.0/24", false },
		{ "10.0.0.0/8", "@private", false },
		{ "@link-local", "@metadata", false },
		{ "a.example", "a.example:80", true },
		{ "a.example", "b.example", false },
		{ "unix:*", "unix:@x", true },
		{ "unix:/run/*", "unix:/run/x", true },
		{ "unix:/run/**", "unix:/run/*", true },
		{ "unix:/run/*", "unix:/run/**", false },
		{ "unix:@*", "unix:/run/x", false },
		{ "vsock:*:*", "vsock:2:9", true },
		{ "vsock:2:*", "vsock:*:9", false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		parse(f, pairs[i].outer, strlen(pairs[i].outer), DESTINATION_CONNECT, &f->a, NULL);
		parse(f, pairs[i].inner, strlen(pairs[i].inner), DESTINATION_CONNECT, &f->b, NULL);
		if (destination_covers(&f->a, &f->b) != pairs[i].covers)
			fail_msg("%s over %s is not %d", pairs[i].outer, pairs[i].inner,
				pairs[i].covers);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(good_destinations_print_canonically, make, unmake),
		cmocka_unit_test_setup_teardown(bad_destinations_say_what_is_right, make, unmake),
		cmocka_unit_test_setup_teardown(bytes_that_are_no_text, make, unmake),
		cmocka_unit_test_setup_teardown(
			a_bind_names_other_things_than_a_connect, make, unmake),
		cmocka_unit_test_setup_teardown(covering_is_what_it_says, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
