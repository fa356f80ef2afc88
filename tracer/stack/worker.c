#include "tracer/stack/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/stack/confine.h"
#include "tracer/stack/wire.h"

/* A stack takes microseconds, the first of a large program perhaps a second. */
enum { SECONDS_MAX = 10, QUESTIONS_MAX = 10000 };

static _Noreturn void run_worker(int socket, const struct stack_options *options)
{
	socket = stack_confine(socket);
	if (socket >= 0)
		stack_worker_serve(socket, options);
	_exit(0);
}

/* In between: makes the worker, tells its number, and leaves it an orphan. */
static _Noreturn void run_parent(int socket, const struct stack_options *options)
{
	pid_t worker = fork();

	if (worker == 0)
		run_worker(socket, options);
	_exit(worker > 0 && send(socket, &worker, sizeof(worker), MSG_NOSIGNAL) > 0 ? 0 : 1);
}

static int fork_worker(int socket, const struct stack_options *options)
{
	pid_t parent = fork();
	int status;

	if (parent < 0)
		return -errno;
	if (parent == 0)
		run_parent(socket, options);
	while (waitpid(parent, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EAGAIN;
}

int stack_worker_start(struct stack_worker *worker, const struct stack_options *options)
{
	const struct timeval limit = { .tv_sec = SECONDS_MAX };
	int pair[2], rc;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	rc = fork_worker(pair[1], options);
	close(pair[1]);
	/* The number comes before anything the worker says, which waits for us. */
	if (rc == 0 && !stack_wire_body(pair[0], &pid, sizeof(pid)))
		rc = -EPIPE;
	*worker = (struct stack_worker){ .socket = pair[0], .pidfd = -1 };
	if (rc == 0)
		worker->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (rc < 0 || worker->pidfd < 0) {
		stack_worker_stop(worker);
		return rc < 0 ? rc : -ESRCH;
	}
	return 0;
}

void stack_worker_stop(struct stack_worker *worker)
{
	if (worker->pidfd >= 0) {
		syscall(SYS_pidfd_send_signal, worker->pidfd, SIGKILL, NULL, 0);
		close(worker->pidfd);
	}
	if (worker->socket >= 0)
		close(worker->socket);
	*worker = (struct stack_worker)STACK_WORKER_NONE;
}

static bool answer_question(
	struct stack_worker *worker, const struct stack_request *request, size_t len)
{
	struct stack_question question;
	struct stack_answer answer = { 0 };
	cleanup_close int fd = -1;

	if (len != sizeof(question) ||
		!stack_wire_body(worker->socket, &question, sizeof(question)))
		return false;
	question.path[sizeof(question.path) - 1] = '\0';
	stack_host_answer(request, &question, &answer);
	if (question.what != STACK_ASK_PAGE)
		fd = answer.fd;
	return stack_wire_send(worker->socket, STACK_MESSAGE_ANSWER, &answer, sizeof(answer), fd);
}

static bool receive_stack(struct stack_worker *worker, size_t len, size_t frames_max,
	struct arena *arena, struct stack *out)
{
	cleanup_free char *body = malloc(len + 1);

	return body && stack_wire_body(worker->socket, body, len) &&
	       stack_decode(body, len, frames_max, arena, out);
}

static bool converse(struct stack_worker *worker, const struct stack_request *request,
	size_t frames_max, struct arena *arena, struct stack *out)
{
	time_t end = time(NULL) + SECONDS_MAX;
	struct stack_message head;
	int fd;

	if (!stack_wire_send(worker->socket, STACK_MESSAGE_TAKE, request, sizeof(*request), -1))
		return false;
	for (int i = 0; i < QUESTIONS_MAX && time(NULL) <= end; i++) {
		if (!stack_wire_head(worker->socket, &head, &fd))
			return false;
		if (fd >= 0)
			close(fd); /* nothing of its own is wanted */
		if (head.type == STACK_MESSAGE_STACK)
			return receive_stack(worker, head.len, frames_max, arena, out);
		if (head.type != STACK_MESSAGE_ASK || !answer_question(worker, request, head.len))
			return false;
	}
	return false;
}

bool stack_worker_take(struct stack_worker *worker, const struct stack_request *request,
	size_t frames_max, struct arena *arena, struct stack *out)
{
	if (converse(worker, request, frames_max, arena, out))
		return true;
	stack_worker_stop(worker);
	return false;
}

void stack_worker_forget(struct stack_worker *worker, pid_t pid)
{
	if (worker->socket >= 0 &&
		!stack_wire_send(worker->socket, STACK_MESSAGE_FORGET, &pid, sizeof(pid), -1))
		stack_worker_stop(worker);
}
