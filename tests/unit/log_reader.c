/* Reading a log: every line becomes the event it was written from, and nothing odd stops it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "decoders/text.h"
#include "report/jsonl_event.h"
#include "report/log/event.h"
#include "report/log/reader.h"
#include "tests/support/made_event.h"
#include "tracer/stack.h"

static struct log_reader *open_log(const char *text, size_t len)
{
	struct log_reader *reader = NULL;
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(log_reader_open_fd(fd, "run.jsonl", &reader, NULL), 0);
	return reader;
}

static const struct log_record *next(struct log_reader *reader)
{
	const struct log_record *record = NULL;

	return log_reader_next(reader, &record, NULL) > 0 ? record : NULL;
}

static void add_note(void *ctx, const char *text)
{
	sbuf_fmt(ctx, "%s\n", text);
}

/* How many records there are, and what is said about the log, a line each. */
static void expect(const char *log, size_t records, const char *notes)
{
	cleanup_log_reader struct log_reader *reader = open_log(log, strlen(log));
	cleanup_sbuf struct sbuf said = SBUF_INIT;
	size_t n = 0;

	while (next(reader))
		n++;
	assert_int_equal(n, records);
	log_reader_notes(reader, add_note, &said);
	assert_string_equal(sbuf_text(&said), notes);
}

#define SESSION      "{\"v\":1,\"type\":\"session\",\"seq\":1,\"mode\":\"audit\"}\n"
#define SUMMARY(seq) "{\"v\":1,\"type\":\"summary\",\"seq\":" #seq "}\n"
#define WARNING(seq) "{\"v\":1,\"type\":\"warning\",\"seq\":" #seq "}\n"

/* Written, read and written again, it is the same line. */
static void expect_round_trip(const struct made_event *m)
{
	cleanup_sbuf struct sbuf line = SBUF_INIT, again = SBUF_INIT;
	cleanup_log_reader struct log_reader *reader = NULL;
	const struct log_record *record;

	assert_true(jsonl_event(&m->event, &line));
	reader = open_log(line.data, line.len);
	record = next(reader);
	assert_non_null(record);
	assert_int_equal(record->event.type, m->event.type);
	assert_true(jsonl_event(&record->event, &again));
	assert_string_equal(sbuf_text(&again), sbuf_text(&line));
}

static void a_connect_comes_back(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "127.0.0.1", 80, -ECONNREFUSED);
	m.event.seq = 17;
	m.program.script = "/usr/bin/npm";
	expect_round_trip(&m);
}

static void a_stack_comes_back(void **state)
{
	static const struct stack_frame frames[] = {
		{ .address = 0x7f0010,
			.module = "/lib/libc.so.6",
			.symbol = "connect",
			.offset = 16 },
		{ .address = 0x5500fe,
			.module = "/bin/\xff",
			.symbol = "main",
			.source = "x.c",
			.line = 7,
			.inlined = true },
		{ .address = 0x123456, .offset = 0x56, .lack = STACK_LACK_CODE },
	};
	const struct stack stack = { frames, 3, STACK_END_LIMIT };
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "127.0.0.1", 80, -ECONNREFUSED);
	m.event.call.stack = &stack;
	m.event.call.module = "/bin/\xff";
	expect_round_trip(&m);
}

static void a_denial_comes_back(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "169.254.169.254", 80, -EHOSTUNREACH);
	made_decision(&m, VERDICT_DENY, EHOSTUNREACH, "no-metadata");
	m.decision.why = "credentials are served there";
	m.event.call.advice = "write another";
	m.event.mode = MODE_ENFORCE;
	expect_round_trip(&m);
}

static void what_audit_would_have_done_comes_back(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "169.254.169.254", 80, 0);
	made_decision(&m, VERDICT_KILL, 0, "");
	m.event.call.would = &m.decision;
	m.event.call.decision = NULL;
	m.event.mode = MODE_AUDIT;
	expect_round_trip(&m);
}

static void an_exec_comes_back(void **state)
{
	static const struct program ran = { .path = "/usr/bin/node", .script = "/usr/bin/npm" };
	const char *const argv[] = { "npm", "caf\xc3\xa9", "\xff\xfe", "", NULL };
	cleanup_made struct made_event m;

	(void)state;
	made_exec(&m, "/usr/bin/\xff", argv, &ran, 0);
	expect_round_trip(&m);
	made_free(&m);
	made_exec(&m, "/nowhere", argv, NULL, -ENOENT);
	m.event.task.lineage = NULL;
	expect_round_trip(&m);
}

static void a_spawn_comes_back(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_spawn(&m, CLONE_VM | CLONE_VFORK | SIGCHLD, 4140, false);
	m.event.call.call = &m.decoded.call;
	expect_round_trip(&m);
}

static void an_exit_comes_back(void **state)
{
	const int statuses[] = { 0, 3 << 8, SIGSEGV | 0x80, SIGKILL, SIGRTMIN + 3 };
	cleanup_made struct made_event m;

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		made_exit(&m, statuses[i]);
		expect_round_trip(&m);
		made_free(&m);
	}
	made_warning(&m, "log.failed", "the disk is full");
	expect_round_trip(&m);
}

static void a_session_comes_back(void **state)
{
	char *argv[] = { (char *)"npm", (char *)"ci", NULL };
	const char *policies[] = { "ci.yaml", NULL };
	const char *variables[] = { "LD_PRELOAD", NULL };
	cleanup_made struct made_event m;

	(void)state;
	made_init(&m, EVENT_SESSION);
	m.event.task = (struct event_task){ 0 };
	m.event.mode = MODE_ENFORCE;
	m.event.session = (struct event_session){ argv, "/home/me", MODE_ENFORCE, "ptrace", "6.1.0",
		1000, 1000, policies, variables };
	expect_round_trip(&m);
}

/* A connect whose arguments are these, as words for people. */
static void expect_destination(const char *args, const char *words)
{
	cleanup_sbuf struct sbuf log = SBUF_INIT, said = SBUF_INIT;
	cleanup_log_reader struct log_reader *reader = NULL;
	const struct log_record *record;
	const struct sockaddr_value *addr;

	sbuf_fmt(&log, "{\"type\":\"call\",\"call\":\"connect\",\"args\":%s}\n", args);
	reader = open_log(log.data, log.len);
	record = next(reader);
	assert_non_null(record);
	addr = call_destination(record->event.call.call, 0);
	assert_non_null(addr);
	text_destination(&said, addr, record->event.call.socket);
	assert_string_equal(sbuf_text(&said), words);
}

static void destinations_are_those_of_the_call(void **state)
{
	(void)state;
	expect_destination(
		"{\"fd\":3,\"family\":\"inet6\",\"address\":\"2001:db8::1\",\"port\":443,"
		"\"type\":\"dgram\",\"protocol\":\"udp\"}",
		"udp [2001:db8::1]:443");
	expect_destination(
		"{\"fd\":3,\"family\":\"unix\",\"path\":\"/run/x.sock\"}", "unix /run/x.sock");
	expect_destination("{\"fd\":3,\"family\":\"unix\",\"abstract\":\"name\\u0000x\"}",
		"unix @$'name\\x00x'");
	expect_destination(
		"{\"fd\":3,\"family\":\"vsock\",\"cid\":2,\"port\":1024}", "vsock 2:1024");
}

/* What cannot be believed is a destination nobody can read, never one less. */
static void a_made_up_address_is_unreadable(void **state)
{
	static const char *const args[] = {
		"null",
		"[]",
		"{}",
		"{\"family\":\"inet\"}",
		"{\"family\":\"inet\",\"address\":\"1.2.3\",\"port\":1}",
		"{\"family\":\"inet\",\"address\":\"1.2.3.4\",\"port\":65536}",
		"{\"family\":\"inet\",\"address\":\"1.2.3.4\",\"port\":-1}",
		"{\"family\":\"inet\",\"address\":7,\"port\":\"x\"}",
		"{\"family\":70000,\"raw\":\"00\"}",
		"{\"family\":\"unix\",\"path\":{\"base64\":\"A\"}}",
		"{\"family\":\"unix\",\"path\":[]}",
		"{\"sockaddr_status\":\"who knows\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
		cleanup_sbuf struct sbuf log = SBUF_INIT;
		cleanup_log_reader struct log_reader *reader = NULL;
		const struct log_record *record;

		sbuf_fmt(&log, "{\"type\":\"call\",\"call\":\"connect\",\"args\":%s}\n", args[i]);
		reader = open_log(log.data, log.len);
		record = next(reader);
		assert_non_null(record);
		assert_int_equal(
			call_destination(record->event.call.call, 0)->status, VALUE_UNREADABLE);
	}
}

static void expect_name(const char *name, const char *expected)
{
	cleanup_sbuf struct sbuf log = SBUF_INIT;
	cleanup_log_reader struct log_reader *reader = NULL;
	const struct log_record *record;

	sbuf_fmt(&log, "{\"type\":\"call\",\"abi\":\"x86_64\",\"nr\":248,\"call\":%s}\n", name);
	reader = open_log(log.data, log.len);
	record = next(reader);
	assert_non_null(record);
	assert_string_equal(record->event.call.call->name, expected);
}

/* Names of calls are shown without escapes. */
static void a_name_that_no_call_has_is_the_numbers(void **state)
{
	(void)state;
	expect_name("\"keyctl\"", "keyctl");
	expect_name("\"_newselect\"", "_newselect");
	expect_name("\"a_name_of_thirty_one_characters\"", "a_name_of_thirty_one_characters");
	expect_name("\"a_name_of_thirty_two__characters\"", "add_key");
	expect_name("\"\"", "add_key");
	expect_name("7", "add_key");
	expect_name("\"connect\\u001b[31m\"", "add_key");
	expect_name("\"x;y\"", "add_key");
	expect_name("\"\\u00e9\"", "add_key");
	expect_name("{\"base64\":\"L/8=\"}", "add_key");
}

static void bytes_that_are_no_text_come_back_as_bytes(void **state)
{
	static const char log[] = "{\"type\":\"call\",\"call\":\"execve\",\"exe\":{\"base64\":"
				  "\"L/8=\"},\"tid\":1,\"lineage\":[{\"base64\":\"L/8=\"}]}";
	cleanup_log_reader struct log_reader *reader = open_log(log, sizeof(log) - 1);
	const struct log_record *record = next(reader);

	(void)state;
	assert_non_null(record);
	assert_string_equal(record->event.task.lineage->program->path, "/\xff");
}

static void a_whole_log_has_nothing_odd(void **state)
{
	(void)state;
	expect(SESSION WARNING(2) SUMMARY(3), 3, "");
}

static void a_last_line_that_is_cut_off_is_left_out_and_said(void **state)
{
	(void)state;
	expect(SESSION "{\"v\":1,\"type\":\"ca", 1,
		"run.jsonl:2: the last line is cut off; left out\n"
		"run.jsonl: has no summary at its end: the run was cut off, or still goes on\n");
}

static void a_damaged_line_is_left_out_and_said(void **state)
{
	(void)state;
	expect(SESSION "[1]\n{\n" SUMMARY(2), 2,
		"run.jsonl:2: the line cannot be read (no JSON object), nor can 1 more; left "
		"out\n");
}

static void other_versions_types_and_fields_are_tolerated_and_said(void **state)
{
	(void)state;
	expect(SESSION "{\"v\":2,\"type\":\"warning\",\"seq\":2,\"mood\":1}\n"
		       "{\"v\":1,\"type\":\"dream\",\"seq\":3}\n" SUMMARY(3),
		3,
		"run.jsonl: 1 line of another version of the format (2, and not 1), read as far as "
		"known\n"
		"run.jsonl: 1 line of types that are not known left out: dream\n"
		"run.jsonl: 1 line has fields that are not known, and not looked at: mood\n");
}

static void missing_events_are_counted(void **state)
{
	(void)state;
	expect(SESSION WARNING(2) WARNING(5) SUMMARY(6), 4,
		"run.jsonl: 2 events are missing, by the numbers of the others\n");
}

static void joined_logs_are_read_one_after_the_other(void **state)
{
	(void)state;
	expect(SESSION SUMMARY(2) SESSION SUMMARY(2), 4, "");
}

static void what_is_no_log_is_said(void **state)
{
	(void)state;
	expect("", 0, "run.jsonl: is empty\n");
	expect("hello\n", 0,
		"run.jsonl: has no session line: its beginning is missing, or it is no log\n"
		"run.jsonl:1: the line cannot be read (a value is expected); left "
		"out\n");
}

static void a_line_beyond_all_bounds_is_left_out_and_said(void **state)
{
	cleanup_sbuf struct sbuf log = SBUF_INIT;
	cleanup_sbuf struct sbuf said = SBUF_INIT;
	cleanup_log_reader struct log_reader *reader = NULL;
	size_t n = 0;

	(void)state;
	sbuf_str(&log, SESSION);
	sbuf_pad(&log, 40 * 1024 * 1024);
	sbuf_str(&log, "\n" SUMMARY(2));
	reader = open_log(log.data, log.len);
	while (next(reader))
		n++;
	assert_int_equal(n, 2);
	log_reader_notes(reader, add_note, &said);
	assert_string_equal(sbuf_text(&said), "run.jsonl: 1 line of more than 16 MiB left out\n");
}

static void the_position_goes_from_nothing_to_all(void **state)
{
	static const char log[] = SESSION SUMMARY(2);
	cleanup_log_reader struct log_reader *reader = open_log(log, sizeof(log) - 1);
	uint64_t done, total;

	(void)state;
	log_reader_position(reader, &done, &total);
	assert_int_equal(done, 0);
	while (next(reader))
		;
	log_reader_position(reader, &done, &total);
	assert_int_equal(done, sizeof(log) - 1);
	assert_int_equal(total, sizeof(log) - 1);
}

/* The table is searched by halves: one that is out of order would be missed. */
static void every_member_of_the_format_is_known(void **state)
{
	static const char *const members[] = { "v", "advice", "would", "lineage_left_out", "stack",
		"tid", "type", "child_is_thread", "program_script", "denials" };

	(void)state;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		assert_true(log_event_knows(members[i]));
	assert_false(log_event_knows("mood"));
}

static void a_log_that_is_not_there_is_an_error(void **state)
{
	struct log_reader *reader = NULL;
	cleanup_err struct err *err = NULL;

	(void)state;
	assert_true(log_reader_open("/nowhere/run.jsonl", &reader, &err) < 0);
	assert_string_equal(
		err_text(err), "cannot open the log /nowhere/run.jsonl: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connect_comes_back),
		cmocka_unit_test(a_stack_comes_back),
		cmocka_unit_test(a_denial_comes_back),
		cmocka_unit_test(what_audit_would_have_done_comes_back),
		cmocka_unit_test(an_exec_comes_back),
		cmocka_unit_test(a_spawn_comes_back),
		cmocka_unit_test(an_exit_comes_back),
		cmocka_unit_test(a_session_comes_back),
		cmocka_unit_test(destinations_are_those_of_the_call),
		cmocka_unit_test(a_made_up_address_is_unreadable),
		cmocka_unit_test(a_name_that_no_call_has_is_the_numbers),
		cmocka_unit_test(bytes_that_are_no_text_come_back_as_bytes),
		cmocka_unit_test(a_whole_log_has_nothing_odd),
		cmocka_unit_test(a_last_line_that_is_cut_off_is_left_out_and_said),
		cmocka_unit_test(a_damaged_line_is_left_out_and_said),
		cmocka_unit_test(other_versions_types_and_fields_are_tolerated_and_said),
		cmocka_unit_test(missing_events_are_counted),
		cmocka_unit_test(joined_logs_are_read_one_after_the_other),
		cmocka_unit_test(what_is_no_log_is_said),
		cmocka_unit_test(a_line_beyond_all_bounds_is_left_out_and_said),
		cmocka_unit_test(the_position_goes_from_nothing_to_all),
		cmocka_unit_test(every_member_of_the_format_is_known),
		cmocka_unit_test(a_log_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
