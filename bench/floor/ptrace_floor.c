/*
 * ptrace_floor entry|exit CMD: runs CMD with a stop at every call that callgate
 * judges, and at every birth and exec; with `exit`, also when the call returns.
 */
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/floor/floor.h"

static const unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP |
				     PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
				     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;

static pid_t start(char **argv)
{
	int go[2];
	char byte;
	pid_t pid;

	if (pipe(go) < 0)
		floor_die("pipe");
	pid = fork();
	if (pid < 0)
		floor_die("fork");
	if (pid == 0) {
		close(go[1]);
		if (read(go[0], &byte, 1) != 1)
			_exit(125);
		close(go[0]);
		floor_load_filter(SECCOMP_RET_TRACE, 0);
		floor_exec(argv);
	}
	if (ptrace(PTRACE_SEIZE, pid, NULL, options) < 0)
		floor_die("PTRACE_SEIZE");
	close(go[0]);
	if (write(go[1], "", 1) != 1)
		floor_die("write");
	close(go[1]);
	return pid;
}

static void resume(pid_t tid, int status, bool with_exit)
{
	int event = status >> 16, signal = WSTOPSIG(status);

	if (event || signal == (SIGTRAP | 0x80))
		signal = 0;
	ptrace(event == PTRACE_EVENT_SECCOMP && with_exit ? PTRACE_SYSCALL : PTRACE_CONT, tid, NULL,
		(long)signal);
}

int main(int argc, char **argv)
{
	bool with_exit;
	pid_t command, tid;
	int status;

	if (argc < 3)
		return 125;
	with_exit = strcmp(argv[1], "exit") == 0;
	command = start(argv + 2);
	while ((tid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			resume(tid, status, with_exit);
		else if (tid == command)
			floor_exit_like(status);
	}
	floor_die("waitpid");
}
