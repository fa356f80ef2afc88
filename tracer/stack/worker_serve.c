#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/stack/engine.h"
#include "tracer/stack/wire.h"
#include "tracer/stack/worker.h"

/* Of one stack. */
enum { STACK_MEMORY = 3 * 1024 * 1024 };

/* The host is at the other end. What it says is callgate's own and right. */
static void ask(void *ctx, const struct stack_question *question, struct stack_answer *answer)
{
	const int *socket = ctx;
	struct stack_message head;
	int fd;

	if (!stack_wire_send(*socket, STACK_MESSAGE_ASK, question, sizeof(*question), -1) ||
		!stack_wire_head(*socket, &head, &fd) || head.type != STACK_MESSAGE_ANSWER ||
		head.len != sizeof(*answer) || !stack_wire_body(*socket, answer, sizeof(*answer)))
		_exit(0); /* callgate is gone */
	/* The number is callgate's own; what came with it may have found no room here. */
	if (question->what != STACK_ASK_PAGE && answer->fd >= 0)
		answer->fd = fd >= 0 ? fd : -EMFILE;
}

struct server {
	int socket;
	struct stack_engine *engine;
	struct stack_request request;
	struct arena arena;
	struct sbuf reply;
};

static bool take(struct server *server)
{
	struct stack stack;

	if (!stack_wire_body(server->socket, &server->request, sizeof(server->request)))
		return false;
	arena_reset(&server->arena);
	sbuf_reset(&server->reply);
	stack_engine_take(server->engine, &server->request, &server->arena, &stack);
	stack_encode(&server->reply, &stack);
	return !server->reply.failed && stack_wire_send(server->socket, STACK_MESSAGE_STACK,
						server->reply.data, server->reply.len, -1);
}

static bool forget(struct server *server)
{
	pid_t pid;

	if (!stack_wire_body(server->socket, &pid, sizeof(pid)))
		return false;
	stack_engine_forget(server->engine, pid);
	return true;
}

static bool serve_one(struct server *server)
{
	struct stack_message head;
	int fd;

	if (!stack_wire_head(server->socket, &head, &fd))
		return false;
	if (head.type == STACK_MESSAGE_TAKE && head.len == sizeof(server->request))
		return take(server);
	return head.type == STACK_MESSAGE_FORGET && head.len == sizeof(pid_t) && forget(server);
}

void stack_worker_serve(int socket, const struct stack_options *options)
{
	const struct stack_host host = { .ctx = &socket, .ask = ask };
	struct server server = { .socket = socket };

	arena_init(&server.arena, STACK_MEMORY);
	server.engine = stack_engine_new(options, &host);
	while (server.engine && serve_one(&server))
		;
	if (server.engine)
		stack_engine_free(server.engine);
	arena_free(&server.arena);
	sbuf_free(&server.reply);
}
