/*
 * Programs answer, over a Unix socket. Every client is sent every question that
 * is open; the first answer counts. One that comes later, or comes again, gets
 * what is open then: nothing that is asked can be lost.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/ask.h"
#include "supervisor/ask/client.h"
#include "supervisor/ask/json.h"
#include "supervisor/clock.h"

enum {
	CLIENTS_MAX = 32,
	BACKLOG = 16,
	LISTENER = CLIENTS_MAX, /* indexes of what is polled; clients come first */
	CHANGED,
	POLLED,
	LOOK_EVERY_MS = 200, /* for questions whose time is over */
};

/* A question that was sent, and is not known to be answered. */
struct sent {
	struct ask_question *q; /* taken from the asker */
	struct sent *next;
};

struct front {
	struct asker *asker;
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct ask_client *clients;
	size_t nclients;
	struct sent *sent, **last;
	uint64_t last_id;
	struct sbuf line;
};

/*
 * A socket that nobody listens on any more is what a killed callgate left. To
 * connect to any other file is refused in the same way: unix(7).
 */
static bool is_left_over(const struct sockaddr_un *addr)
{
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	return fd >= 0 && lstat(addr->sun_path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	       connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 &&
	       errno == ECONNREFUSED;
}

static int bind_at(int fd, const struct sockaddr_un *addr, struct err **err)
{
	if (bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0)
		return 0;
	if (errno == EADDRINUSE && is_left_over(addr) && unlink(addr->sun_path) == 0 &&
		bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0)
		return 0;
	return err_set(err, errno, "--ask-socket: cannot listen at %s", addr->sun_path);
}

static int socket_open(struct asker *asker, void **out, struct err **err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *path = asker_options(asker)->socket;
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct front *front;

	if (strlen(path) >= sizeof(addr.sun_path) || !*path)
		return err_set(err, ENAMETOOLONG, "--ask-socket: cannot listen at %s", path);
	memcpy(addr.sun_path, path, strlen(path));
	if (fd < 0)
		return err_set(err, errno, "--ask-socket: socket");
	if (bind_at(fd, &addr, err) < 0)
		return -1;
	/* Until listen() nobody gets through; afterwards, SO_PEERCRED has the last word. */
	if (chmod(path, 0600) < 0 || listen(fd, BACKLOG) < 0)
		return err_set(err, errno, "--ask-socket: cannot listen at %s", path);
	front = calloc(1, sizeof(*front));
	if (!front)
		return err_set(err, ENOMEM, "--ask-socket");
	front->asker = asker;
	front->last = &front->sent;
	memcpy(front->path, addr.sun_path, sizeof(front->path));
	front->fd = take_fd(&fd);
	*out = front;
	return 0;
}

static void free_clients(struct front *front)
{
	while (front->clients) {
		struct ask_client *next = front->clients->next;

		ask_client_free(front->clients);
		front->clients = next;
	}
}

static void socket_close(void *state)
{
	struct front *front = state;

	free_clients(front);
	unlink(front->path);
	close(front->fd);
	sbuf_free(&front->line);
	free(front);
}

static void send_line(struct ask_client *client, const struct sbuf *line)
{
	sbuf_add(&client->out, sbuf_text(line), line->len);
	ask_client_write(client);
}

static void send_to_all(struct front *front)
{
	for (struct ask_client *c = front->clients; c; c = c->next)
		send_line(c, &front->line);
	sbuf_reset(&front->line);
}

static void greet(struct front *front, struct ask_client *client)
{
	ask_json_hello(asker_options(front->asker)->save, &front->line);
	for (const struct sent *s = front->sent; s; s = s->next)
		ask_json_request(front->asker, s->q, &front->line);
	send_line(client, &front->line);
	sbuf_reset(&front->line);
}

static void take_client(struct front *front)
{
	int fd = accept4(front->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ask_client *client = fd >= 0 ? ask_client_new(fd) : NULL;

	if (!client)
		return;
	client->next = front->clients;
	front->clients = client;
	front->nclients++;
	greet(front, client);
}

static void send_new(struct front *front)
{
	struct ask_question *q;

	while ((q = asker_take(front->asker, front->last_id))) {
		struct sent *sent = malloc(sizeof(*sent));

		front->last_id = q->id;
		if (!sent) {
			asker_give_up(front->asker, q);
			asker_put(front->asker, q);
			continue;
		}
		*sent = (struct sent){ .q = q };
		*front->last = sent;
		front->last = &sent->next;
		ask_json_request(front->asker, q, &front->line);
		send_to_all(front);
	}
}

static bool is_late(const struct front *front, const struct ask_question *q)
{
	uint64_t timeout = asker_options(front->asker)->timeout_ns;

	return timeout && mono_now() >= q->since_ns + timeout;
}

/* Questions that are answered, withdrawn, or late. */
static void drop_done(struct front *front, bool all)
{
	struct sent **at = &front->sent;

	while (*at) {
		struct sent *sent = *at;

		if (is_late(front, sent->q))
			asker_give_up(front->asker, sent->q);
		if (!all && asker_wants(front->asker, sent->q)) {
			at = &sent->next;
			continue;
		}
		*at = sent->next;
		ask_json_done(sent->q->id, &front->line);
		send_to_all(front);
		asker_put(front->asker, sent->q);
		free(sent);
	}
	front->last = at;
}

static struct ask_question *find_sent(const struct front *front, uint64_t id)
{
	for (const struct sent *s = front->sent; s; s = s->next) {
		if (s->q->id == id)
			return s->q;
	}
	return NULL;
}

static int act_on(struct front *front, const struct ask_json_answer *read, struct sbuf *told,
	struct err **err)
{
	struct ask_question *q = find_sent(front, read->id);

	if (!q)
		return err_set(err, 0, "no such request is open: it was answered, or withdrawn");
	if (asker_prepare(front->asker, q, &read->answer, told, err) < 0)
		return -1;
	return asker_finish(front->asker, q, &read->answer, err);
}

static void take_line(struct front *front, struct ask_client *client, const char *line, size_t len)
{
	cleanup_sbuf struct sbuf told = SBUF_INIT;
	cleanup_err struct err *err = NULL;
	struct ask_json_answer read;

	if (ask_json_parse(line, len, &read, &err) < 0 || act_on(front, &read, &told, &err) < 0)
		ask_json_error(read.id, err_text(err), &front->line);
	else if (told.len)
		ask_json_saved(read.id, sbuf_text(&told), &front->line);
	if (front->line.len)
		send_line(client, &front->line);
	sbuf_reset(&front->line);
	ask_json_free(&read);
}

static void serve(struct front *front, struct ask_client *client, short events)
{
	const char *line;
	size_t len;

	if (events & POLLOUT)
		ask_client_write(client);
	if (client->fd >= 0 && (events & ~POLLOUT))
		ask_client_read(client);
	while ((line = ask_client_line(client, &len)))
		take_line(front, client, line, len);
}

static void drop_gone(struct front *front)
{
	struct ask_client **at = &front->clients;

	while (*at) {
		struct ask_client *client = *at;

		if (client->fd >= 0) {
			at = &client->next;
			continue;
		}
		*at = client->next;
		front->nclients--;
		ask_client_free(client);
	}
}

/* Those of one poll, in the order of the list of clients, then the listener and the asker. */
static void wait_for_any(struct front *front, struct pollfd *polled)
{
	struct ask_client *client = front->clients;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		polled[i] = (struct pollfd){ .fd = -1 };
		if (!client)
			continue;
		polled[i].fd = client->fd;
		polled[i].events = (short)(client->out.len ? POLLIN | POLLOUT : POLLIN);
		client = client->next;
	}
	polled[LISTENER] = (struct pollfd){
		.fd = front->nclients < CLIENTS_MAX ? front->fd : -1,
		.events = POLLIN,
	};
	polled[CHANGED] = (struct pollfd){
		.fd = asker_changed_fd(front->asker),
		.events = POLLIN,
	};
	poll(polled, POLLED, asker_options(front->asker)->timeout_ns ? LOOK_EVERY_MS : -1);
}

static void socket_run(struct asker *asker, void *state)
{
	struct pollfd polled[POLLED];
	struct front *front = state;

	while (!asker_is_over(asker)) {
		struct ask_client *client = front->clients;

		wait_for_any(front, polled);
		asker_settle(asker);
		send_new(front);
		for (size_t i = 0; client; client = client->next, i++) {
			if (polled[i].revents)
				serve(front, client, polled[i].revents);
		}
		if (polled[LISTENER].revents)
			take_client(front);
		drop_done(front, false);
		drop_gone(front);
	}
	drop_done(front, true);
}

const struct ask_front ask_front_socket = {
	.open = socket_open,
	.run = socket_run,
	.close = socket_close,
	.wants_events = true,
};
