/* Lines are whole or not there, and a reader that went away costs its lines only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "report/output.h"

static int temporary_file(void)
{
	char name[] = "/tmp/callgate-output-XXXXXX";
	int fd = mkostemp(name, O_APPEND);

	assert_true(fd >= 0);
	unlink(name);
	return fd;
}

static void a_line_is_one_write(void **state)
{
	struct output output;
	char buf[16];
	int fds[2];

	(void)state;
	/* A packet is what one write made. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	output_init(&output, fds[0]);
	assert_int_equal(output_line(&output, "one\n", 4), 0);
	assert_int_equal(output_line(&output, "two\n", 4), 0);
	assert_int_equal(read(fds[1], buf, sizeof(buf)), 4);
	assert_int_equal(read(fds[1], buf, sizeof(buf)), 4);
	assert_memory_equal(buf, "two\n", 4);
	close(fds[0]);
	close(fds[1]);
}

static bool sigpipe_is_pending(void)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, SIGPIPE) == 1;
}

/* The default action of SIGPIPE would end this test. */
static void a_reader_that_went_away_is_an_error_and_no_signal(void **state)
{
	struct output output;
	sigset_t blocked;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	output_init(&output, fds[1]);
	assert_int_equal(output_line(&output, "one\n", 4), -EPIPE);
	assert_int_equal(output_line(&output, "two\n", 4), -EPIPE);
	assert_false(sigpipe_is_pending());
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	assert_false(sigismember(&blocked, SIGPIPE));
	close(fds[1]);
}

/* One that came from elsewhere before stays for whoever waits for it. */
static void a_sigpipe_that_was_pending_stays_pending(void **state)
{
	sigset_t set;
	int fds[2], sig;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	raise(SIGPIPE);
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	assert_int_equal(output_write(fds[1], "x", 1), -EPIPE);
	assert_true(sigpipe_is_pending());
	sigwait(&set, &sig);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	close(fds[1]);
}

/* Reads until the end, slowly at first: the writer fills the pipe meanwhile. */
static void *read_all(void *arg)
{
	static size_t total;
	int fd = *(int *)arg;
	char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		total += (size_t)n;
	return &total;
}

static void a_full_non_blocking_pipe_is_waited_for(void **state)
{
	static char big[1 << 20];
	pthread_t reader;
	void *total;
	int fds[2];

	(void)state;
	memset(big, 'x', sizeof(big));
	assert_int_equal(pipe(fds), 0);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	assert_int_equal(pthread_create(&reader, NULL, read_all, &fds[0]), 0);
	assert_int_equal(output_write(fds[1], big, sizeof(big)), 0);
	close(fds[1]);
	pthread_join(reader, &total);
	assert_int_equal(*(size_t *)total, sizeof(big));
	close(fds[0]);
}

static void a_full_disk_is_an_error(void **state)
{
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	assert_int_equal(output_write(fd, "x", 1), -ENOSPC);
	close(fd);
}

static void limit_files(rlim_t size)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = size;
	setrlimit(RLIMIT_FSIZE, &limit);
}

static void put_line(struct output *output, const char *line)
{
	assert_int_equal(output_line(output, line, strlen(line)), 0);
}

/* The file has that, and nothing else. */
static void expect_file(int fd, const char *text)
{
	char buf[64];

	assert_int_equal(pread(fd, buf, sizeof(buf), 0), strlen(text));
	assert_memory_equal(buf, text, strlen(text));
}

static void lines_of_a_file_are_held_until_they_are_flushed(void **state)
{
	struct output output;
	int fd = temporary_file();
	size_t lost = 7;

	(void)state;
	output_init(&output, fd);
	put_line(&output, "first line\n");
	put_line(&output, "second line\n");
	expect_file(fd, "");
	assert_int_equal(output_flush(&output, &lost), 0);
	assert_int_equal(lost, 0);
	expect_file(fd, "first line\nsecond line\n");
	assert_int_equal(output.written, 23);
	output_free(&output);
	close(fd);
}

/* None is held for long, and one that is longer than all that is held comes in its turn. */
static void many_lines_and_long_ones_are_written_in_order(void **state)
{
	static char lines[4][60000], read_back[400000];
	struct output output;
	int fd = temporary_file();
	size_t lost, at = 0;

	(void)state;
	output_init(&output, fd);
	for (size_t i = 0; i < 12; i++) {
		size_t len = i % 3 ? 20000 : sizeof(lines[0]);

		memset(lines[i % 4], 'a' + (int)i, len - 1);
		lines[i % 4][len - 1] = '\n';
		assert_int_equal(output_line(&output, lines[i % 4], len), 0);
	}
	assert_int_equal(output_flush(&output, &lost), 0);
	assert_int_equal(pread(fd, read_back, sizeof(read_back), 0), 4 * 60000 + 8 * 20000);
	for (size_t i = 0; i < 12; i++) {
		size_t len = i % 3 ? 20000 : sizeof(lines[0]);

		assert_int_equal(read_back[at], 'a' + (int)i);
		assert_int_equal(read_back[at + len - 2], 'a' + (int)i);
		assert_int_equal(read_back[at + len - 1], '\n');
		at += len;
	}
	output_free(&output);
	close(fd);
}

/* A file size limit cuts a write short as a full disk does. */
static void half_a_line_is_taken_back(void **state)
{
	struct output output;
	int fd = temporary_file();
	size_t lost;

	(void)state;
	output_init(&output, fd);
	put_line(&output, "first line\n");
	put_line(&output, "second line\n");
	put_line(&output, "third line\n");
	limit_files(15);
	assert_int_equal(output_flush(&output, &lost), -EFBIG);
	assert_int_equal(lost, 2);
	limit_files(RLIM_INFINITY);
	put_line(&output, "fourth\n");
	assert_int_equal(output_flush(&output, &lost), 0);
	assert_int_equal(lost, 0);
	expect_file(fd, "first line\nfourth\n");
	assert_int_equal(output.written, 18);
	output_free(&output);
	close(fd);
}

/* Longer than what is held, it is written at once; what became of it is said as of the rest. */
static void a_long_line_is_not_left_in_halves(void **state)
{
	static char line[100000];
	struct output output;
	int fd = temporary_file();
	size_t lost;

	(void)state;
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	output_init(&output, fd);
	limit_files(50000);
	assert_int_equal(output_line(&output, line, sizeof(line)), 0);
	assert_int_equal(output_flush(&output, &lost), -EFBIG);
	assert_int_equal(lost, 1);
	limit_files(RLIM_INFINITY);
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
	output_free(&output);
	close(fd);
}

static void a_closed_descriptor_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(output_write(-1, "x", 1), -EBADF);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_one_write),
		cmocka_unit_test(a_reader_that_went_away_is_an_error_and_no_signal),
		cmocka_unit_test(a_sigpipe_that_was_pending_stays_pending),
		cmocka_unit_test(a_full_non_blocking_pipe_is_waited_for),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(lines_of_a_file_are_held_until_they_are_flushed),
		cmocka_unit_test(many_lines_and_long_ones_are_written_in_order),
		cmocka_unit_test(half_a_line_is_taken_back),
		cmocka_unit_test(a_long_line_is_not_left_in_halves),
		cmocka_unit_test(a_closed_descriptor_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
