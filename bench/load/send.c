/* send to|msg N: datagrams of 64 bytes to an address, with sendto or sendmsg. */
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "bench/load/load.h"

struct sender {
	int fd;
	struct sockaddr_in to;
};

static char payload[64];

static void once_to(void *ctx)
{
	struct sender *s = ctx;

	if (sendto(s->fd, payload, sizeof(payload), 0, (struct sockaddr *)&s->to, sizeof(s->to)) <
		0)
		load_die("sendto");
}

static void once_msg(void *ctx)
{
	struct sender *s = ctx;
	struct iovec iov = { payload, sizeof(payload) };
	struct msghdr msg = {
		.msg_name = &s->to, .msg_namelen = sizeof(s->to), .msg_iov = &iov, .msg_iovlen = 1
	};

	if (sendmsg(s->fd, &msg, 0) < 0)
		load_die("sendmsg");
}

int main(int argc, char **argv)
{
	struct sender sender = { socket(AF_INET, SOCK_DGRAM, 0), load_loopback(0) };
	int receiver = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t len = sizeof(sender.to);
	bool msg = argc > 1 && strcmp(argv[1], "msg") == 0;

	/* What nobody reads is dropped when the receiver's buffer is full. */
	if (bind(receiver, (struct sockaddr *)&sender.to, len) < 0 ||
		getsockname(receiver, (struct sockaddr *)&sender.to, &len) < 0)
		load_die("receiver");
	load_repeat(load_number(argc, argv, 2), msg ? once_msg : once_to, &sender);
	return 0;
}
