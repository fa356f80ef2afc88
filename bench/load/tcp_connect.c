/* tcp_connect N: a connection to a listener of its own, closed at once. */
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/load/load.h"

static void *accept_all(void *arg)
{
	const int *listener = arg;

	for (;;)
		close(accept(*listener, NULL, NULL));
	return NULL;
}

/* Reset instead of the orderly end: no port is left waiting. */
static void once(void *ctx)
{
	const struct linger at_once = { .l_onoff = 1 };
	const struct sockaddr_in *to = ctx;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0)
		load_die("connect");
	close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = load_loopback(0);
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	pthread_t thread;

	if (bind(listener, (struct sockaddr *)&address, len) < 0 || listen(listener, 4096) < 0 ||
		getsockname(listener, (struct sockaddr *)&address, &len) < 0 ||
		pthread_create(&thread, NULL, accept_all, &listener) != 0)
		load_die("listener");
	load_repeat(load_number(argc, argv, 1), once, &address);
	return 0;
}
