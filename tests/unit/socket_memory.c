/* What is remembered of a socket is what the kernel would say of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "supervisor/socket_memory.h"

static struct socket_memory memory;

static void expect(int fd, int family, int type, int protocol)
{
	struct socket_facts facts;

	socket_ask(&memory, fd, &facts);
	assert_true(facts.known);
	assert_int_equal(facts.family, family);
	assert_int_equal(facts.type, type);
	assert_int_equal(facts.protocol, protocol);
}

static void a_socket_is_the_same_whenever_it_is_asked(void **state)
{
	static const struct {
		int family, type, protocol;
	} sockets[] = {
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
		{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
		{ AF_UNIX, SOCK_SEQPACKET, 0 },
		{ AF_NETLINK, SOCK_RAW, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++) {
		int fd = socket(sockets[i].family, sockets[i].type, 0);

		assert_true(fd >= 0);
		for (int again = 0; again < 3; again++)
			expect(fd, sockets[i].family, sockets[i].type, sockets[i].protocol);
		close(fd);
	}
}

static void another_socket_at_the_same_number(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)state;
	expect(fd, AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	for (int i = 0; i < 2 * SOCKETS_REMEMBERED; i++) {
		int stream = socket(i % 2 ? AF_INET : AF_INET6, SOCK_STREAM, 0);

		assert_int_equal(dup2(stream, fd), fd);
		close(stream);
		expect(fd, i % 2 ? AF_INET : AF_INET6, SOCK_STREAM, IPPROTO_TCP);
	}
	close(fd);
}

static void many_sockets_have_their_own(void **state)
{
	enum { MANY = 3 * SOCKETS_REMEMBERED };
	int fds[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++)
		fds[i] = socket(AF_INET, i % 3 ? SOCK_STREAM : SOCK_DGRAM, 0);
	for (int again = 0; again < 2; again++)
		for (int i = 0; i < MANY; i++)
			expect(fds[i], AF_INET, i % 3 ? SOCK_STREAM : SOCK_DGRAM,
				i % 3 ? IPPROTO_TCP : IPPROTO_UDP);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
}

/* ipv6(7), IPV6_ADDRFORM: the socket itself changes, and stays what it is in all else. */
static void an_ipv6_socket_that_is_made_an_ipv4_one(void **state)
{
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), family = AF_INET;

	(void)state;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
	expect(fd, AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	assert_int_equal(connect(fd, (const struct sockaddr *)&mapped, sizeof(mapped)), 0);
	expect(fd, AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_ADDRFORM, &family, sizeof(family)), 0);
	expect(fd, AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	expect(fd, AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	close(fd);
}

static void what_is_no_socket_is_not_known(void **state)
{
	struct socket_facts facts;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	socket_ask(&memory, fd, &facts);
	assert_false(facts.known);
	close(fd);
	socket_ask(&memory, fd, &facts);
	assert_false(facts.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_is_the_same_whenever_it_is_asked),
		cmocka_unit_test(another_socket_at_the_same_number),
		cmocka_unit_test(many_sockets_have_their_own),
		cmocka_unit_test(an_ipv6_socket_that_is_made_an_ipv4_one),
		cmocka_unit_test(what_is_no_socket_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
