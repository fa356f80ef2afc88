#include "tracer/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/command_path.h"
#include "tracer/drop.h"
#include "tracer/protect.h"

/* What the child was doing when it failed. */
enum spawn_step {
	STEP_LIMITS,
	STEP_DROP_ROOT,
	STEP_NO_NEW_PRIVS,
	STEP_PROTECT,
	STEP_FILTER,
	STEP_EXEC
};

struct spawn_report {
	enum spawn_step step;
	int errnum;
};

/* Options of every task we trace. The kernel gives them to the children as well. */
static const unsigned long seize_options =
	PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
	PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;

static _Noreturn void child_fail(int report_fd, enum spawn_step step)
{
	struct spawn_report report = { .step = step, .errnum = errno };

	if (write(report_fd, &report, sizeof(report)) < 0)
		_exit(127);
	_exit(127);
}

/* A file that is executable but has no format the kernel knows is a script of sh: execvp(3). */
static void child_exec(const struct spawn_options *options, const char *path, char **shell_argv)
{
	execve(path, options->argv, options->envp);
	if (errno == ENOEXEC)
		execve(shell_argv[0], shell_argv, options->envp);
}

/*
 * SPEC_ALLOW: a filter that only looks does not ask for the speculation
 * mitigations (Linux 4.17). The listener is close-on-exec: the command itself
 * never has it. Where it is, is said in shared memory, because any call of ours
 * could be one that waits for it.
 */
static bool load_filter(const struct spawn_options *options, int *listener)
{
	long rc = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_SPEC_ALLOW | options->filter_flags, options->filter);

	if (rc >= 0 && listener)
		*listener = (int)rc;
	return rc >= 0;
}

/*
 * With CAP_SYS_ADMIN a filter loads without no_new_privs, and set-user-ID
 * programs work as ever; without it the kernel refuses (EACCES), seccomp(2).
 */
static void child_load_filter(const struct spawn_options *options, int report_fd, int *listener)
{
	if (!options->no_new_privs && load_filter(options, listener))
		return;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		child_fail(report_fd, STEP_NO_NEW_PRIVS);
	if (!load_filter(options, listener))
		child_fail(report_fd, STEP_FILTER);
}

/* Limits first: to be above one's own takes the root that is given up. */
static void child_become(const struct spawn_options *options, int report_fd)
{
	int rc;

	for (size_t i = 0; i < options->nlimits; i++)
		if (setrlimit(options->limits[i].resource, &options->limits[i].limit) < 0)
			child_fail(report_fd, STEP_LIMITS);
	rc = options->drops_root ? drop_root(options->uid, options->gid) : 0;
	if (rc < 0) {
		errno = -rc;
		child_fail(report_fd, STEP_DROP_ROOT);
	}
}

/* Before the filter, which may deny these calls. */
static void child_protect(const struct spawn_options *options, int report_fd)
{
	int rc = options->protect ? protect_command(options->protect) : 0;

	if (rc < 0) {
		errno = -rc;
		child_fail(report_fd, STEP_PROTECT);
	}
}

/* Between fork and exec: only async-signal-safe calls. */
static _Noreturn void child_run(const struct spawn_options *options, const char *path,
	char **shell_argv, int go_fd, int report_fd, int *listener)
{
	char go;

	/* Until the tracer has seized us, the filter's traps would be ENOSYS: seccomp(2). */
	if (read(go_fd, &go, 1) != 1)
		_exit(127);
	setrlimit(RLIMIT_NOFILE, options->nofile);
	sigaction(SIGCHLD, options->sigchld, NULL);
	sigprocmask(SIG_SETMASK, options->sigmask, NULL);
	child_become(options, report_fd);
	child_protect(options, report_fd);
	child_load_filter(options, report_fd, listener);
	child_exec(options, path, shell_argv);
	child_fail(report_fd, STEP_EXEC);
}

/* argv for sh to read the file: "sh", path, and the command's own arguments. */
static char **make_shell_argv(char *const *argv, char *path)
{
	static char shell[] = "/bin/sh";
	size_t n = 0;
	char **out;

	while (argv[n])
		n++;
	out = calloc(n + 2, sizeof(*out));
	if (!out)
		return NULL;
	out[0] = shell;
	out[1] = path;
	for (size_t i = 1; i < n; i++)
		out[i + 1] = argv[i];
	return out;
}

static int seize(pid_t pid, struct err **err)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, seize_options) == 0)
		return 0;
	err_set(err, errno,
		"cannot trace the command: ptrace is not permitted here. A container's seccomp "
		"profile, Yama (/proc/sys/kernel/yama/ptrace_scope) or another tracer can forbid "
		"it; `callgate doctor` tells which, a container needs --cap-add=SYS_PTRACE. "
		"PTRACE_SEIZE");
	return -1;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int start_child(const struct spawn_options *options, char *path, char **shell_argv,
	struct spawn *out, struct err **err)
{
	int go[2] = { -1, -1 }, report[2] = { -1, -1 };
	cleanup_close int go_read = -1, go_write = -1, report_read = -1, report_write = -1;
	pid_t pid;

	if (pipe2(go, O_CLOEXEC) < 0)
		return err_set(err, errno, "cannot start the command: pipe");
	go_read = go[0];
	go_write = go[1];
	if (pipe2(report, O_CLOEXEC) < 0)
		return err_set(err, errno, "cannot start the command: pipe");
	report_read = report[0];
	report_write = report[1];
	pid = fork();
	if (pid < 0)
		return err_set(err, errno, "cannot start the command: fork");
	if (pid == 0) {
		close(go_write);
		child_run(options, path, shell_argv, go_read, report_write, out->listener);
	}
	if (seize(pid, err) < 0) {
		reap(pid);
		return -1;
	}
	if (write(go_write, "", 1) != 1) {
		reap(pid);
		return err_set(err, errno, "cannot start the command: write");
	}
	out->pid = pid;
	out->report_fd = take_fd(&report_read);
	return 0;
}

/* Where the child puts its listener's number. */
static bool share_listener(const struct spawn_options *options, struct spawn *out)
{
	void *shared;

	if (!(options->filter_flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		return true;
	shared = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return false;
	out->listener = shared;
	*out->listener = -1;
	return true;
}

int spawn_start(
	const struct spawn_options *options, struct spawn *out, int *exit_status, struct err **err)
{
	cleanup_free char *path = NULL;
	cleanup_free char **shell_argv = NULL;
	int rc = command_path_find(options->argv[0], &path, err);

	*out = (struct spawn){ .report_fd = -1 };
	if (rc < 0) {
		*exit_status = command_exit_status(-rc);
		return rc;
	}
	shell_argv = make_shell_argv(options->argv, path);
	if (!shell_argv || !share_listener(options, out))
		return err_set(err, ENOMEM, "cannot start the command");
	return start_child(options, path, shell_argv, out, err);
}

/* A short read means that the child was killed before it could say anything. */
int spawn_failure(struct spawn *spawn, const char *command, int *exit_status, struct err **err)
{
	static const char *const steps[] = {
		[STEP_LIMITS] = "cannot set the command's limits: setrlimit",
		[STEP_DROP_ROOT] = "cannot give up root for the command (that needs CAP_SETUID, "
				   "CAP_SETGID and CAP_SETPCAP)",
		[STEP_NO_NEW_PRIVS] = "cannot set no_new_privs for the command: prctl",
		[STEP_PROTECT] = "cannot put callgate out of the command's reach: landlock",
		[STEP_FILTER] =
			("cannot load the seccomp filter (is seccomp built into this kernel, "
			 "and allowed here? `callgate doctor` tells)"),
	};
	struct spawn_report report;

	if (read(spawn->report_fd, &report, sizeof(report)) != sizeof(report))
		return err_set(err, 0, "%s was killed before it could start", command);
	if (report.step != STEP_EXEC)
		return err_set(err, report.errnum, "%s", steps[report.step]);
	*exit_status = command_exit_status(report.errnum);
	return command_path_error(command, report.errnum, err);
}

void spawn_close(struct spawn *spawn)
{
	if (spawn->report_fd >= 0)
		close(spawn->report_fd);
	spawn->report_fd = -1;
	if (spawn->listener)
		munmap(spawn->listener, sizeof(*spawn->listener));
	spawn->listener = NULL;
}
