/* Which sockets have a port to keep: what listen(2) is judged by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "supervisor/bound_sockets.h"
#include "supervisor/socket_dup.h"

static struct bound_sockets bound;

static bool is_unbound(int fd)
{
	return socket_is_unbound(fd, bound_sockets_has(&bound, fd));
}

static int stream(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static struct sockaddr_in bind_any(int fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	return address;
}

static void only_what_was_bound_has_a_port_to_keep(void **state)
{
	int fd = stream(), other = stream();

	(void)state;
	assert_true(is_unbound(fd));
	bind_any(fd);
	bind_any(other);
	assert_true(is_unbound(fd));
	bound_sockets_add(&bound, fd);
	assert_false(is_unbound(fd));
	assert_true(is_unbound(other));
	close(fd);
	close(other);
}

static void who_listens_may_listen_again(void **state)
{
	int fd = stream();

	(void)state;
	assert_int_equal(listen(fd, 1), 0);
	assert_false(is_unbound(fd));
	close(fd);
}

static void the_port_of_a_connection_is_none(void **state)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	int server = stream(), fd = stream();
	struct sockaddr_in address = bind_any(server);

	(void)state;
	assert_int_equal(listen(server, 1), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_true(is_unbound(fd));
	assert_int_equal(connect(fd, &none, sizeof(none)), 0);
	assert_true(is_unbound(fd));
	close(fd);
	close(server);
}

static void of_other_families_listen_binds_none(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_false(is_unbound(fd));
	assert_false(is_unbound(-1));
	close(fd);
}

static void of_many_the_last_is_remembered(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * BOUND_SOCKETS; i++) {
		int fd = stream();

		assert_false(bound_sockets_has(&bound, fd));
		bound_sockets_add(&bound, fd);
		assert_true(bound_sockets_has(&bound, fd));
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_was_bound_has_a_port_to_keep),
		cmocka_unit_test(who_listens_may_listen_again),
		cmocka_unit_test(the_port_of_a_connection_is_none),
		cmocka_unit_test(of_other_families_listen_binds_none),
		cmocka_unit_test(of_many_the_last_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
