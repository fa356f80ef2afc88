/* What the command may do to its supervisor, and to itself, in the domain it runs in. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "tracer/protect.h"

enum { ABI_REFER = 2 };

/* The policy bounds no files. */
static const struct landlock_wish nothing = { 0 };

static int open_proc(pid_t pid, const char *entry, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, entry);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static bool is_refused(int result)
{
	return result == -EPERM || result == -EACCES;
}

static int result_of(long result)
{
	return result < 0 ? -errno : 0;
}

static bool cannot_trace_parent(void)
{
	return is_refused(result_of(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL))) &&
	       is_refused(open_proc(getppid(), "mem", O_RDWR)) &&
	       is_refused(open_proc(getppid(), "mem", O_RDONLY));
}

static bool can_trace_parent(void)
{
	return open_proc(getppid(), "mem", O_RDWR) >= 0;
}

static bool cannot_signal_parent(void)
{
	return kill(getppid(), 0) < 0 && errno == EPERM;
}

static bool can_signal_parent(void)
{
	return kill(getppid(), 0) == 0;
}

static bool can_signal_and_trace_own_child(void)
{
	pid_t pid = fork();
	int status, fd;

	if (pid == 0) {
		pause();
		_exit(1);
	}
	fd = open_proc(pid, "mem", O_RDWR);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	return fd >= 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
}

/* What a domain that handles more than it must would refuse. */
static bool can_use_files(void)
{
	char dir[] = "/tmp/protect-XXXXXX", from[PATH_MAX], to[PATH_MAX];
	bool ok;
	int fd;

	if (!mkdtemp(dir) || chdir(dir) < 0 || mkdir("a", 0700) < 0 || mkdir("b", 0700) < 0)
		return false;
	snprintf(from, sizeof(from), "%s/a/file", dir);
	snprintf(to, sizeof(to), "%s/b/file", dir);
	fd = open(from, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ok = fd >= 0 && ftruncate(fd, 1) == 0 && rename(from, to) == 0 && link(to, from) == 0 &&
	     symlink("x", "b/link") == 0 && mkfifo("b/fifo", 0600) == 0;
	unlink("a/file"), unlink("b/file"), unlink("b/link"), unlink("b/fifo");
	return rmdir("a") == 0 && rmdir("b") == 0 && rmdir(dir) == 0 && ok;
}

static bool can_use_network(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd >= 0 && listen(fd, 1) == 0;
}

/* Runs the checks in a child that a protection was put on. */
static void in_child(const struct protect *protect, bool (*const checks[])(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (protect_command(protect) != 0)
			_exit(100);
		for (int i = 0; checks[i]; i++)
			if (!checks[i]())
				_exit(1 + i);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0); /* else the number of the check, from 1 */
}

/* Landlock may be missing where the tests run: then there is nothing to show. */
static void need(struct protect *protect, enum protect_reach reach)
{
	assert_int_equal(protect_prepare(protect, &nothing, NULL), 0);
	if (protect->reach < reach) {
		protect_close(protect);
		skip();
	}
}

static void out_of_reach(void **state)
{
	struct protect protect;

	(void)state;
	need(&protect, PROTECT_SIGNALS);
	in_child(&protect,
		(bool (*const[])(void)){ cannot_trace_parent, cannot_signal_parent, NULL });
	protect_close(&protect);
}

static void nothing_else_is_restricted(void **state)
{
	struct protect protect;

	(void)state;
	need(&protect, PROTECT_SIGNALS);
	in_child(&protect, (bool (*const[])(void)){ can_signal_and_trace_own_child, can_use_files,
				   can_use_network, NULL });
	protect_close(&protect);
}

/* Linux 5.19 to 6.11. */
static void older_landlock(void **state)
{
	struct protect protect;

	(void)state;
	need(&protect, PROTECT_MEMORY);
	protect_close(&protect);
	assert_int_equal(protect_prepare_abi(&protect, ABI_REFER, &nothing, NULL), 0);
	assert_int_equal(protect.reach, PROTECT_MEMORY);
	in_child(&protect,
		(bool (*const[])(void)){ cannot_trace_parent, can_signal_parent,
			can_signal_and_trace_own_child, can_use_files, can_use_network, NULL });
	protect_close(&protect);
}

static void without_landlock(void **state)
{
	struct protect protect;

	(void)state;
	for (long abi = -1; abi < ABI_REFER; abi++) {
		assert_int_equal(protect_prepare_abi(&protect, abi, &nothing, NULL), 0);
		assert_int_equal(protect.reach, PROTECT_NOTHING);
		in_child(&protect, (bool (*const[])(void)){ can_signal_parent, NULL });
		protect_close(&protect);
	}
}

/*
 * A process of an ordinary user, which protects itself or not once its child,
 * of the same user, is there. The child answers whether it can trace it.
 */
static _Noreturn void ordinary_user(bool protects)
{
	int go[2], status;
	pid_t child;
	char byte;

	/* Giving up root makes a process undumpable, prctl(2): PR_SET_DUMPABLE. */
	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		_exit(101);
	if (pipe(go) < 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		_exit(102);
	child = fork();
	if (child == 0)
		_exit(read(go[0], &byte, 1) == 1 && can_trace_parent());
	if ((protects && protect_self() != 0) || write(go[1], "", 1) != 1)
		_exit(103);
	waitpid(child, &status, 0);
	_exit(WEXITSTATUS(status));
}

static int traced_by_same_user(bool protects)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		ordinary_user(protects);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void same_user(void **state)
{
	(void)state;
	assert_int_equal(traced_by_same_user(false), 1);
	assert_int_equal(traced_by_same_user(true), 0);
}

static bool cannot_connect_or_bind_tcp(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return connect(fd, (struct sockaddr *)&in, sizeof(in)) < 0 && errno == EACCES &&
	       bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0 && errno == EACCES;
}

static void no_tcp_of_its_own(void **state)
{
	const struct landlock_wish wish = { .no_tcp = true };
	struct protect protect;

	(void)state;
	if (landlock_abi() < LANDLOCK_ABI_NET)
		skip();
	assert_int_equal(protect_prepare(&protect, &wish, NULL), 0);
	in_child(&protect, (bool (*const[])(void)){ cannot_connect_or_bind_tcp, can_use_files,
				   can_use_network, NULL });
	protect_close(&protect);
}

static bool writes_only_dev_null(void)
{
	return open("/dev/null", O_WRONLY | O_CLOEXEC) >= 0 &&
	       open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 &&
	       open("/etc/passwd", O_WRONLY | O_CLOEXEC) < 0 && errno == EACCES &&
	       open("/tmp", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) < 0 && errno == EACCES;
}

/* What each version of Landlock can hold of the shortest policy, and what it says it cannot. */
static void files_by_every_version(void **state)
{
	const struct files files = { .place = { .file = "p.yaml", .line = 1 } };
	const struct landlock_wish wish = { .files = &files };

	(void)state;
	for (long abi = 0; abi <= landlock_abi(); abi++) {
		cleanup_sbuf struct sbuf lacks = SBUF_INIT;
		struct protect protect;

		assert_int_equal(protect_prepare_abi(&protect, abi, &wish, &lacks), 0);
		assert_int_equal(lacks.len > 0, abi < LANDLOCK_ABI_TRUNCATE);
		assert_int_equal(protect.reach > PROTECT_NOTHING, abi >= LANDLOCK_ABI_FILES);
		if (abi >= LANDLOCK_ABI_FILES)
			in_child(&protect, (bool (*const[])(void)){ cannot_trace_parent,
						   writes_only_dev_null, NULL });
		protect_close(&protect);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(out_of_reach),
		cmocka_unit_test(nothing_else_is_restricted),
		cmocka_unit_test(older_landlock),
		cmocka_unit_test(without_landlock),
		cmocka_unit_test(same_user),
		cmocka_unit_test(no_tcp_of_its_own),
		cmocka_unit_test(files_by_every_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
