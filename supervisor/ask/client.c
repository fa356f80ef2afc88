#include "supervisor/ask/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "supervisor/ask/json.h"
#include "supervisor/task_facts.h"

enum {
	LINE_MAX_LEN = 256 * 1024,
	OUT_MAX = 64 << 20, /* a client may come again: nothing that is asked is lost */
};

/* unix(7), SO_PEERCRED: whoever connected. What the command connects, callgate connects. */
static const char *refusal(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return "who you are cannot be known";
	if (peer.uid != geteuid() && peer.uid != 0)
		return "only the user who runs callgate may answer";
	if (peer.pid == getpid() || task_is_traced(peer.pid))
		return "the command may not answer its own questions";
	return NULL;
}

struct ask_client *ask_client_new(int fd)
{
	struct ask_client *client = calloc(1, sizeof(*client));
	const char *why = refusal(fd);

	if (!client) {
		close(fd);
		return NULL;
	}
	client->fd = fd;
	if (!why)
		return client;
	ask_json_error(0, why, &client->out);
	ask_client_write(client);
	ask_client_free(client);
	return NULL;
}

static void cut_off(struct ask_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}

void ask_client_free(struct ask_client *client)
{
	cut_off(client);
	sbuf_free(&client->in);
	sbuf_free(&client->line);
	sbuf_free(&client->out);
	free(client);
}

void ask_client_read(struct ask_client *client)
{
	char buf[16384];
	ssize_t n = recv(client->fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		sbuf_add(&client->in, buf, (size_t)n);
	if (n <= 0 || client->in.failed ||
		(client->in.len > LINE_MAX_LEN && !memchr(client->in.data, '\n', client->in.len)))
		cut_off(client);
}

const char *ask_client_line(struct ask_client *client, size_t *len)
{
	struct sbuf *in = &client->in;
	char *end = in->len ? memchr(in->data, '\n', in->len) : NULL;

	if (!end)
		return NULL;
	*len = (size_t)(end - in->data);
	sbuf_reset(&client->line);
	sbuf_add(&client->line, in->data, *len);
	in->len -= *len + 1;
	memmove(in->data, end + 1, in->len);
	return client->line.failed ? NULL : sbuf_text(&client->line);
}

void ask_client_write(struct ask_client *client)
{
	size_t done = 0;

	while (client->fd >= 0 && done < client->out.len) {
		ssize_t n = send(client->fd, client->out.data + done, client->out.len - done,
			MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			cut_off(client);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (done) {
		memmove(client->out.data, client->out.data + done, client->out.len - done);
		client->out.len -= done;
	}
	if (client->out.failed || client->out.len > OUT_MAX)
		cut_off(client);
}
