/*
 * deep_connect DEPTH N: UDP connects with DEPTH functions of its own below main(). They may be
 * denied.
 */
#include <errno.h>
#include <sys/socket.h>

#include "bench/load/load.h"

struct caller {
	int fd;
	unsigned long depth;
	volatile int result; /* written after the call, so that it is no tail call */
};

static __attribute__((noinline)) void go_down(struct caller *caller, unsigned long depth)
{
	const struct sockaddr_in to = load_loopback(LOAD_PORT);

	if (depth)
		go_down(caller, depth - 1);
	else if (connect(caller->fd, (const struct sockaddr *)&to, sizeof(to)) < 0 &&
		 errno != EACCES)
		load_die("connect");
	caller->result = (int)depth;
}

static void once(void *ctx)
{
	struct caller *caller = ctx;

	go_down(caller, caller->depth);
}

int main(int argc, char **argv)
{
	struct caller caller = {
		.fd = socket(AF_INET, SOCK_DGRAM, 0),
		.depth = load_number(argc, argv, 1),
	};

	load_repeat(load_number(argc, argv, 2), once, &caller);
	return 0;
}
