/* udp_connect N: connects one UDP socket again and again; no packet is sent. */
#include <sys/socket.h>

#include "bench/load/load.h"

static void once(void *ctx)
{
	const struct sockaddr_in to = load_loopback(LOAD_PORT);
	const int *fd = ctx;

	if (connect(*fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		load_die("connect");
}

int main(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	load_repeat(load_number(argc, argv, 1), once, &fd);
	return 0;
}
