/* One program that answers over the socket: who it is, and what goes to and fro. */
#ifndef CALLGATE_SUPERVISOR_ASK_CLIENT_H
#define CALLGATE_SUPERVISOR_ASK_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/sbuf.h"

struct ask_client {
	int fd; /* owned; negative: it has gone */
	struct sbuf in, out;
	struct sbuf line; /* see ask_client_line() */
	struct ask_client *next;
};

/*
 * Takes the connection over. NULL when it is not one of the same user, or is the
 * command's own, which must not answer its own questions; or without memory. The
 * descriptor is closed then.
 */
struct ask_client *ask_client_new(int fd);
void ask_client_free(struct ask_client *client);

/*
 * Reads what there is. A client that says more than a line may hold, or goes
 * away, has fd -1 afterwards; whole lines that came before are still there.
 */
void ask_client_read(struct ask_client *client);

/* The next whole line without its end, NULL when there is none; valid until the next call. */
const char *ask_client_line(struct ask_client *client, size_t *len);

/* Sends what client->out holds, as far as it is taken. One that takes nothing for long is cut off.
 */
void ask_client_write(struct ask_client *client);

#endif
