/* Unwinding and symbols in the test's own process, and with a host that does not answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/stack/engine.h"
#include "tracer/stack/wire.h"
#include "tracer/stack/worker.h"

enum { NOTHING = STACK_ASK_COUNT, NO_ELF_FILE, ANOTHER_FILE };

static volatile int kept;

static __attribute__((noinline)) void stand_still(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	kept = raise(SIGSTOP);
}

/* A child in a ptrace stop within stand_still(), and how its stack is taken. */
struct world {
	pid_t child;
	struct stack_request request;
	unsigned refused; /* what the host does not answer: enum stack_ask, or one of the above */
	unsigned asked[STACK_ASK_COUNT];
	struct stack_host host;
	struct stack_options options;
	struct stack_engine *engine;
	struct arena arena;
	struct stack stack;
};

static void answer(void *ctx, const struct stack_question *question, struct stack_answer *out)
{
	struct world *world = ctx;

	world->asked[question->what]++;
	memset(out, 0, sizeof(*out));
	out->fd = -EIO;
	if (question->what == STACK_ASK_FILE && world->refused == NO_ELF_FILE)
		out->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	else if (question->what == STACK_ASK_FILE && world->refused == ANOTHER_FILE)
		out->fd = -ESTALE;
	else if (question->what != world->refused)
		stack_host_answer(&world->request, question, out);
}

static void start(struct world *world)
{
	world->host = (struct stack_host){ .ctx = world, .ask = answer };
	world->engine = stack_engine_new(&world->options, &world->host);
	assert_non_null(world->engine);
}

static int set_up(void **state)
{
	static struct world world;
	int status;

	world = (struct world){ .refused = NOTHING, .options = { .frames = 64 } };
	arena_init(&world.arena, 1 << 20);
	world.child = fork();
	if (world.child == 0) {
		stand_still();
		_exit(0);
	}
	assert_int_equal(waitpid(world.child, &status, 0), world.child);
	assert_true(WIFSTOPPED(status));
	assert_true(stack_host_request(world.child, world.child, &world.request));
	world.request.symbols = true;
	*state = &world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	if (world->engine)
		stack_engine_free(world->engine);
	arena_free(&world->arena);
	kill(world->child, SIGKILL);
	assert_int_equal(waitpid(world->child, NULL, 0), world->child);
	return 0;
}

static void take_as(struct world *world, pid_t pid)
{
	struct stack_request request = world->request;

	request.pid = pid;
	stack_engine_take(world->engine, &request, &world->arena, &world->stack);
}

static void take(struct world *world)
{
	take_as(world, world->child);
}

static const struct stack_frame *frame_of(const struct world *world, const char *symbol)
{
	for (size_t i = 0; i < world->stack.len; i++) {
		const struct stack_frame *frame = &world->stack.frames[i];

		if (frame->symbol && strcmp(frame->symbol, symbol) == 0)
			return frame;
	}
	return NULL;
}

static void functions_are_found_by_name(void **state)
{
	struct world *world = *state;

	start(world);
	take(world);
	assert_non_null(frame_of(world, "stand_still"));
	assert_non_null(frame_of(world, "main"));
	assert_null(frame_of(world, "main")->source);
	assert_int_equal(world->stack.end, STACK_END_WHOLE);
}

static void source_lines_are_found_where_they_are_wanted(void **state)
{
	struct world *world = *state;
	const struct stack_frame *frame;

	world->options.lines = true;
	start(world);
	take(world);
	frame = frame_of(world, "stand_still");
	assert_non_null(frame);
	assert_non_null(frame->source);
	assert_non_null(strstr(frame->source, "stack_engine.c"));
	assert_in_range(frame->line, 30, 36);
}

static void modules_alone_are_asked_for_no_symbol(void **state)
{
	struct world *world = *state;

	start(world);
	world->request.symbols = false;
	take(world);
	assert_true(world->stack.len > 2);
	for (size_t i = 0; i < world->stack.len; i++) {
		assert_non_null(world->stack.frames[i].module);
		assert_null(world->stack.frames[i].symbol);
	}
	assert_int_equal(world->asked[STACK_ASK_PERF_MAP], 0);
}

static void no_more_frames_than_are_wanted(void **state)
{
	struct world *world = *state;

	world->options.frames = 2;
	start(world);
	take(world);
	assert_int_equal(world->stack.len, 2);
	assert_int_equal(world->stack.end, STACK_END_LIMIT);
}

static void what_is_mapped_is_read_once_until_it_is_forgotten(void **state)
{
	struct world *world = *state;
	unsigned files;

	start(world);
	take(world);
	files = world->asked[STACK_ASK_FILE];
	assert_true(files > 0);
	take(world);
	assert_int_equal(world->asked[STACK_ASK_FILE], files);
	stack_engine_forget(world->engine, 1); /* nobody asked about it */
	stack_engine_forget(world->engine, world->child);
	take(world);
	assert_true(world->asked[STACK_ASK_FILE] > files);
	assert_non_null(frame_of(world, "stand_still"));
}

/* More than it keeps at once: it begins anew, and is as right as before. */
static void many_processes_are_no_matter(void **state)
{
	struct world *world = *state;

	start(world);
	for (pid_t pid = 1; pid <= 70; pid++) {
		arena_reset(&world->arena);
		take_as(world, pid);
		assert_non_null(frame_of(world, "stand_still"));
	}
}

/* Where the task stands is known by its registers, and that is a frame. */
static void expect_one_frame_lacking(struct world *world, enum stack_lack lack)
{
	take(world);
	assert_true(world->stack.len >= 1);
	assert_int_equal(world->stack.frames[0].address, world->request.regs.pc);
	assert_null(world->stack.frames[0].symbol);
	assert_int_equal(world->stack.frames[0].lack, lack);
	assert_int_not_equal(world->stack.end, STACK_END_WHOLE);
}

static void without_mappings_no_frame_has_a_name(void **state)
{
	struct world *world = *state;

	world->refused = STACK_ASK_MAPS;
	start(world);
	expect_one_frame_lacking(world, STACK_LACK_MAPPING);
	assert_null(world->stack.frames[0].module);
}

static void a_file_that_cannot_be_read_is_lacked(void **state)
{
	struct world *world = *state;

	world->refused = STACK_ASK_FILE;
	start(world);
	expect_one_frame_lacking(world, STACK_LACK_ACCESS);
	assert_non_null(world->stack.frames[0].module);
}

static void a_file_that_is_no_program_is_lacked(void **state)
{
	struct world *world = *state;

	world->refused = NO_ELF_FILE;
	start(world);
	expect_one_frame_lacking(world, STACK_LACK_ACCESS);
}

static void a_file_that_is_another_by_now_is_lacked(void **state)
{
	struct world *world = *state;

	world->refused = ANOTHER_FILE;
	start(world);
	expect_one_frame_lacking(world, STACK_LACK_FILE);
}

static void memory_that_cannot_be_read_ends_the_stack(void **state)
{
	struct world *world = *state;

	world->refused = STACK_ASK_PAGE;
	memset(world->request.has_ahead, 0, sizeof(world->request.has_ahead));
	start(world);
	take(world);
	assert_true(world->stack.len >= 1);
	assert_null(frame_of(world, "main"));
	assert_int_equal(world->stack.end, STACK_END_LOST);
}

/* A worker that is a thread of ours: what it says and hears is the same. */
struct server {
	int socket;
	struct stack_options options;
	pthread_t thread;
};

static void *serve(void *arg)
{
	struct server *server = arg;

	stack_worker_serve(server->socket, &server->options);
	close(server->socket);
	return NULL;
}

static int start_server(struct server *server)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	*server = (struct server){ .socket = pair[1], .options = { .frames = 64 } };
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
	return pair[0];
}

static void a_worker_answers_until_it_is_let_go(void **state)
{
	struct world *world = *state;
	struct server server;
	struct stack_worker worker = { .socket = start_server(&server), .pidfd = -1 };

	for (int i = 0; i < 2; i++) {
		assert_true(stack_worker_take(
			&worker, &world->request, 64, &world->arena, &world->stack));
		assert_non_null(frame_of(world, "stand_still"));
		stack_worker_forget(&worker, world->child);
	}
	stack_worker_stop(&worker);
	assert_int_equal(pthread_join(server.thread, NULL), 0);
}

/* Nothing it may be told but by a callgate that is out of step. */
static void a_worker_that_is_told_nonsense_ends(void **state)
{
	static const struct {
		enum stack_message_type type;
		size_t len;
	} messages[] = {
		{ STACK_MESSAGE_STACK, 4 },
		{ STACK_MESSAGE_TAKE, 4 },
		{ STACK_MESSAGE_FORGET, 5 },
		{ (enum stack_message_type)99, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		struct server server;
		cleanup_close int socket = start_server(&server);

		assert_true(
			stack_wire_send(socket, messages[i].type, "12345678", messages[i].len, -1));
		assert_int_equal(pthread_join(server.thread, NULL), 0);
	}
}

int main(void)
{
#define WITH_CHILD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_CHILD(functions_are_found_by_name),
		WITH_CHILD(source_lines_are_found_where_they_are_wanted),
		WITH_CHILD(modules_alone_are_asked_for_no_symbol),
		WITH_CHILD(no_more_frames_than_are_wanted),
		WITH_CHILD(what_is_mapped_is_read_once_until_it_is_forgotten),
		WITH_CHILD(many_processes_are_no_matter),
		WITH_CHILD(without_mappings_no_frame_has_a_name),
		WITH_CHILD(a_file_that_cannot_be_read_is_lacked),
		WITH_CHILD(a_file_that_is_no_program_is_lacked),
		WITH_CHILD(a_file_that_is_another_by_now_is_lacked),
		WITH_CHILD(memory_that_cannot_be_read_ends_the_stack),
		WITH_CHILD(a_worker_answers_until_it_is_let_go),
		cmocka_unit_test(a_worker_that_is_told_nonsense_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
