/* socket N: socket and close. */
#include <sys/socket.h>
#include <unistd.h>

#include "bench/load/load.h"

static void once(void *ctx)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)ctx;
	if (fd < 0)
		load_die("socket");
	close(fd);
}

int main(int argc, char **argv)
{
	load_repeat(load_number(argc, argv, 1), once, NULL);
	return 0;
}
