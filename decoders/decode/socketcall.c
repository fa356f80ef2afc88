#include "decoders/decode/parts.h"

#include <stdio.h>
#include <string.h>

/* The subcalls by number, from linux/net.h, with the arguments that net/socket.c reads for each. */
static const struct subcall {
	const char *name;
	enum call_id id;
	unsigned nargs;
} subcalls[] = {
	[1] = { "socket", CALL_SOCKET, 3 },
	[2] = { "bind", CALL_BIND, 3 },
	[3] = { "connect", CALL_CONNECT, 3 },
	[4] = { "listen", CALL_LISTEN, 2 },
	[5] = { "accept", CALL_ACCEPT, 3 },
	[6] = { "getsockname", CALL_NONE, 3 },
	[7] = { "getpeername", CALL_NONE, 3 },
	[8] = { "socketpair", CALL_SOCKETPAIR, 4 },
	[9] = { "send", CALL_SEND, 4 },
	[10] = { "recv", CALL_NONE, 4 },
	[11] = { "sendto", CALL_SENDTO, 6 },
	[12] = { "recvfrom", CALL_NONE, 6 },
	[13] = { "shutdown", CALL_NONE, 2 },
	[14] = { "setsockopt", CALL_NONE, 5 },
	[15] = { "getsockopt", CALL_NONE, 5 },
	[16] = { "sendmsg", CALL_SENDMSG, 3 },
	[17] = { "recvmsg", CALL_NONE, 3 },
	[18] = { "accept4", CALL_ACCEPT4, 4 },
	[19] = { "recvmmsg", CALL_NONE, 5 },
	[20] = { "sendmmsg", CALL_SENDMMSG, 4 },
};

void decode_socketcall(struct decoder *d)
{
	struct call *call = d->call;
	uint32_t number = (uint32_t)call->args[0];
	const struct subcall *sub;
	uint8_t words[6 * 8];

	if (number == 0 || number >= sizeof(subcalls) / sizeof(subcalls[0]))
		return;
	sub = &subcalls[number];
	d->block = decode_number(d, 1);
	snprintf(call->name, sizeof(call->name), "%s", sub->name);
	call->desc = call_desc(sub->id);
	memset(call->args, 0, sizeof(call->args));
	if (!memory_read(&d->mem, d->block, words, sub->nargs * d->mem.word_size)) {
		call->args_unreadable = true;
		return;
	}
	for (size_t i = 0; i < sub->nargs; i++)
		call->args[i] = memory_word_at(&d->mem, words, i);
}
