/* The process that reads what may be hostile: what it may do, and what becomes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/stack/worker.h"

static const struct stack_options options = { .frames = 64 };
static volatile int kept;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool has_filter; /* see tracer/stack/confine.c */
#else
static const bool has_filter = true;
#endif

static __attribute__((noinline)) void stand_still(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	kept = raise(SIGSTOP);
}

/* A child in a ptrace stop, within stand_still(). */
static pid_t stopped_child(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		stand_still();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSTOPPED(status));
	return child;
}

static void end_child(pid_t child)
{
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static bool has_frame(const struct stack *stack, const char *symbol)
{
	for (size_t i = 0; i < stack->len; i++) {
		if (stack->frames[i].symbol && strcmp(stack->frames[i].symbol, symbol) == 0)
			return true;
	}
	return false;
}

static bool take(struct stack_worker *worker, pid_t child, struct arena *arena, struct stack *stack)
{
	static struct stack_request request;

	assert_true(stack_host_request(child, child, &request));
	request.symbols = true;
	return stack_worker_take(worker, &request, options.frames, arena, stack);
}

/* The number of a pidfd's process: proc(5), /proc/PID/fdinfo. */
static pid_t pid_of(const struct stack_worker *worker)
{
	char path[64], line[128];
	cleanup_file FILE *f = NULL;
	int pid = -1;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", worker->pidfd);
	f = fopen(path, "re");
	assert_non_null(f);
	while (pid < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "Pid: %d", &pid);
	assert_true(pid > 0);
	return pid;
}

static void expect_status(pid_t pid, const char *expected)
{
	char path[64], line[256];
	cleanup_file FILE *f = NULL;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (strcmp(line, expected) == 0)
			return;
	}
	fail_msg("%s has no line %s", path, expected);
}

static bool ends_soon(int pidfd)
{
	struct pollfd fd = { .fd = pidfd, .events = POLLIN };

	return poll(&fd, 1, 60000) == 1;
}

static void a_stack_comes_from_it(void **state)
{
	struct stack_worker worker = STACK_WORKER_NONE;
	cleanup_arena struct arena arena;
	pid_t child = stopped_child();
	struct stack stack;

	(void)state;
	arena_init(&arena, 1 << 20);
	assert_int_equal(stack_worker_start(&worker, &options), 0);
	for (int i = 0; i < 3; i++) {
		assert_true(take(&worker, child, &arena, &stack));
		assert_true(has_frame(&stack, "stand_still"));
		assert_true(has_frame(&stack, "main"));
		assert_int_equal(stack.end, STACK_END_WHOLE);
		stack_worker_forget(&worker, i ? child : 1);
	}
	stack_worker_stop(&worker);
	end_child(child);
}

static void it_is_no_child_and_ends_when_it_is_let_go(void **state)
{
	struct stack_worker worker = STACK_WORKER_NONE;
	int pidfd;

	(void)state;
	assert_int_equal(stack_worker_start(&worker, &options), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	pidfd = dup(worker.pidfd);
	/* As when callgate itself is gone. */
	close(worker.socket);
	worker.socket = -1;
	assert_true(ends_soon(pidfd));
	close(pidfd);
	stack_worker_stop(&worker);
}

static void it_may_do_next_to_nothing(void **state)
{
	struct stack_worker worker = STACK_WORKER_NONE;
	cleanup_arena struct arena arena;
	pid_t child = stopped_child(), pid;
	struct stack stack;
	char path[64];
	DIR *dir;
	int fds = 0;

	(void)state;
	arena_init(&arena, 1 << 20);
	assert_int_equal(stack_worker_start(&worker, &options), 0);
	assert_true(take(&worker, child, &arena, &stack)); /* it is ready, then */
	pid = pid_of(&worker);
	expect_status(pid, "Name:\tcallgate-stacks\n");
	if (has_filter) {
		expect_status(pid, "Seccomp:\t2\n");
		expect_status(pid, "NoNewPrivs:\t1\n");
	}
	if (geteuid() == 0) {
		snprintf(path, sizeof(path), "/proc/%d/fd", pid);
		dir = opendir(path);
		assert_non_null(dir);
		for (struct dirent *entry; (entry = readdir(dir));)
			fds += entry->d_name[0] != '.' && atoi(entry->d_name) < 3;
		closedir(dir);
		assert_int_equal(fds, 3);
	}
	stack_worker_stop(&worker);
	end_child(child);
}

static void one_that_was_killed_is_noticed(void **state)
{
	struct stack_worker worker = STACK_WORKER_NONE;
	cleanup_arena struct arena arena;
	pid_t child = stopped_child();
	struct stack stack;

	(void)state;
	arena_init(&arena, 1 << 20);
	assert_int_equal(stack_worker_start(&worker, &options), 0);
	assert_int_equal(syscall(SYS_pidfd_send_signal, worker.pidfd, SIGKILL, NULL, 0), 0);
	assert_true(ends_soon(worker.pidfd));
	assert_false(take(&worker, child, &arena, &stack));
	assert_int_equal(worker.socket, -1);
	end_child(child);
}

static void the_stack_after_a_lost_one_has_a_new_worker(void **state)
{
	struct process process = { .pid = 0 };
	struct task task = { .process = &process };
	cleanup_arena struct arena arena;
	struct stacks *stacks = NULL;
	struct stack stack;

	(void)state;
	arena_init(&arena, 1 << 20);
	task.tid = process.pid = stopped_child();
	assert_int_equal(stacks_new(&options, &stacks, NULL), 0);
	for (int i = 0; i < 3; i++) {
		stacks_take(stacks, &task, &arena, &stack);
		assert_true(has_frame(&stack, "stand_still"));
		stacks_stop(stacks);
	}
	end_child(task.tid);
	stacks_take(stacks, &task, &arena, &stack);
	assert_int_equal(stack.end, STACK_END_GONE);
	assert_int_equal(stack.len, 0);
	stacks_free(stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stack_comes_from_it),
		cmocka_unit_test(it_is_no_child_and_ends_when_it_is_let_go),
		cmocka_unit_test(it_may_do_next_to_nothing),
		cmocka_unit_test(one_that_was_killed_is_noticed),
		cmocka_unit_test(the_stack_after_a_lost_one_has_a_new_worker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
