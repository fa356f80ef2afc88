/* Which events each sink writes, and what it does when it cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "report/sink.h"
#include "report/summary.h"
#include "tests/support/made_event.h"

/* A file that is gone when it is closed, and its reading end. */
static int temporary_file(int *reader)
{
	char name[] = "/tmp/callgate-sinks-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	*reader = open(name, O_RDONLY);
	unlink(name);
	return fd;
}

/* What is in the file since the last reading; valid until the next call. */
static const char *written(int reader)
{
	static char buf[65536];
	ssize_t n = read(reader, buf, sizeof(buf) - 1);

	assert_true(n >= 0);
	buf[n] = '\0';
	return buf;
}

static bool begins_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

static void send_event(struct sink *sink, const struct made_event *m)
{
	size_t lost;

	assert_int_equal(sink->event(sink, &m->event, NULL), 0);
	assert_int_equal(sink->flush(sink, &lost, NULL), 0);
	assert_int_equal(lost, 0);
}

/* Sends one of each sort and returns what is shown: a letter for each line. */
static const char *shown(const struct text_options *options)
{
	static char letters[32];
	struct text_options with_fd = *options;
	struct made_event m;
	struct sink *sink;
	int reader;

	with_fd.fd = temporary_file(&reader);
	with_fd.time = TIME_NONE;
	letters[0] = '\0';
	assert_int_equal(sink_text_open(&with_fd, &sink, NULL), 0);
#define SHOW(letter)                                                                               \
	send_event(sink, &m);                                                                      \
	strcat(letters, *written(reader) ? letter : "-");                                          \
	made_free(&m)
	made_init(&m, EVENT_SESSION);
	SHOW("s");
	made_init(&m, EVENT_START);
	SHOW("b");
	made_connect(&m, "10.0.0.1", 80, 0);
	SHOW("c");
	made_connect(&m, "10.0.0.1", 80, 0);
	made_decision(&m, VERDICT_DENY, EACCES, "");
	SHOW("d");
	made_exit(&m, 0);
	SHOW("e");
	made_exit(&m, 0);
	m.event.exit.thread = true;
	SHOW("t");
	made_warning(&m, "abi.unknown", "a");
	SHOW("w");
	made_warning(&m, "log.failed", "a");
	SHOW("l");
	made_init(&m, EVENT_SUMMARY);
	m.event.summary = summary_new();
	send_event(sink, &m);
	strcat(letters, *written(reader) ? "S" : "-");
	summary_free((struct summary *)m.event.summary);
	made_free(&m);
	assert_int_equal(sink->close(sink, NULL), 0);
	close(reader);
	return letters;
}

static void the_text_has_calls_exits_and_warnings(void **state)
{
	(void)state;
	assert_string_equal(shown(&(struct text_options){ 0 }), "--cde-wl-");
}

static void q_leaves_out_exits_and_warnings_but_of_lost_data(void **state)
{
	(void)state;
	assert_string_equal(shown(&(struct text_options){ .verbosity = -1 }), "--cd---l-");
}

static void v_adds_the_exits_of_threads(void **state)
{
	(void)state;
	assert_string_equal(shown(&(struct text_options){ .verbosity = 1 }), "--cdetwl-");
}

static void denied_only_leaves_out_what_was_allowed(void **state)
{
	(void)state;
	assert_string_equal(shown(&(struct text_options){ .denied_only = true }), "---d--wl-");
}

static void c_shows_the_summary_instead_of_lines(void **state)
{
	(void)state;
	assert_string_equal(shown(&(struct text_options){ .summary_only = true }), "------wlS");
}

static void the_log_has_every_event_on_a_line_once_it_is_flushed(void **state)
{
	struct made_event m;
	struct sink *sink;
	const char *text;
	int reader;

	(void)state;
	assert_int_equal(sink_jsonl_open(temporary_file(&reader), &sink, NULL), 0);
	made_connect(&m, "10.0.0.1", 80, 0);
	send_event(sink, &m);
	text = written(reader);
	assert_true(begins_with(text, "{\"v\":1,\"type\":\"call\","));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	made_free(&m);
	made_exit(&m, 0);
	send_event(sink, &m);
	assert_true(begins_with(written(reader), "{\"v\":1,\"type\":\"exit\","));
	made_free(&m);
	assert_int_equal(sink->close(sink, NULL), 0);
	close(reader);
}

/* A log shown on a terminal must not reorder text or hide it. */
static void the_log_is_plain_ascii(void **state)
{
	struct made_event m;
	struct sink *sink;
	int reader;

	(void)state;
	assert_int_equal(sink_jsonl_open(temporary_file(&reader), &sink, NULL), 0);
	made_exit(&m, 0);
	m.program.path = "/\xe2\x80\xae\xc2\x9b\033";
	send_event(sink, &m);
	assert_non_null(strstr(written(reader), "\"exe\":\"/\\u202E\\u009B\\u001B\""));
	made_free(&m);
	sink->close(sink, NULL);
	close(reader);
}

static int open_sink(bool log, int fd, struct sink **sink)
{
	struct text_options options = { .fd = fd };

	return log ? sink_jsonl_open(fd, sink, NULL) : sink_text_open(&options, sink, NULL);
}

static void a_reader_that_went_away_is_an_error_for_every_event(void **state)
{
	(void)state;
	for (int log = 0; log < 2; log++) {
		cleanup_err struct err *err = NULL;
		cleanup_made struct made_event m;
		struct sink *sink;
		int fds[2];

		assert_int_equal(pipe(fds), 0);
		close(fds[0]);
		assert_int_equal(open_sink(log, fds[1], &sink), 0);
		made_exit(&m, 0);
		assert_int_equal(sink->event(sink, &m.event, &err), -EPIPE);
		assert_non_null(strstr(err_text(err), "Broken pipe"));
		assert_int_equal(sink->event(sink, &m.event, NULL), -EPIPE);
		assert_int_equal(sink->close(sink, NULL), 0);
	}
}

static void a_full_disk_is_an_error_that_says_so(void **state)
{
	(void)state;
	for (int log = 0; log < 2; log++) {
		cleanup_err struct err *err = NULL;
		cleanup_made struct made_event m;
		struct sink *sink;

		assert_int_equal(open_sink(log, open("/dev/full", O_WRONLY), &sink), 0);
		made_exit(&m, 0);
		assert_int_equal(sink->event(sink, &m.event, &err), -ENOSPC);
		assert_non_null(strstr(err_text(err), "No space left on device"));
		sink->close(sink, NULL);
	}
}

static void closing_a_sink_closes_its_file_but_not_stderr_or_stdout(void **state)
{
	struct sink *sink;
	int reader, fd;

	(void)state;
	fd = temporary_file(&reader);
	assert_int_equal(open_sink(true, fd, &sink), 0);
	sink->close(sink, NULL);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(open_sink(true, STDOUT_FILENO, &sink), 0);
	sink->close(sink, NULL);
	assert_true(fcntl(STDOUT_FILENO, F_GETFD) >= 0);
	assert_int_equal(open_sink(false, STDERR_FILENO, &sink), 0);
	sink->close(sink, NULL);
	assert_true(fcntl(STDERR_FILENO, F_GETFD) >= 0);
	close(reader);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_has_calls_exits_and_warnings),
		cmocka_unit_test(q_leaves_out_exits_and_warnings_but_of_lost_data),
		cmocka_unit_test(v_adds_the_exits_of_threads),
		cmocka_unit_test(denied_only_leaves_out_what_was_allowed),
		cmocka_unit_test(c_shows_the_summary_instead_of_lines),
		cmocka_unit_test(the_log_has_every_event_on_a_line_once_it_is_flushed),
		cmocka_unit_test(the_log_is_plain_ascii),
		cmocka_unit_test(a_reader_that_went_away_is_an_error_for_every_event),
		cmocka_unit_test(a_full_disk_is_an_error_that_says_so),
		cmocka_unit_test(closing_a_sink_closes_its_file_but_not_stderr_or_stdout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
