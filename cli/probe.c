#include "cli/probe.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROBE_SECONDS = 5 }; /* no probe waits for anything slower than a child of its own */

void probe_detail(struct probe_result *result, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(result->detail, sizeof(result->detail), fmt, ap);
	va_end(ap);
}

void probe_answer_rc(struct probe_result *result, long rc)
{
	result->answer = rc < 0 ? PROBE_NO : PROBE_YES;
	if (rc < 0)
		probe_detail(result, "%s", strerrordesc_np(errno));
}

pid_t probe_child(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent)
		pause();
	_exit(0);
}

void probe_child_end(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static _Noreturn void probe_process(const struct probe_row *row, struct probe_result *shared)
{
	/* Default actions, whatever callgate itself was started with. */
	signal(SIGALRM, SIG_DFL);
	signal(SIGSYS, SIG_DFL);
	alarm(PROBE_SECONDS);
	row->try(shared);
	_exit(0);
}

void probe_run(const struct probe_row *row, struct probe_result *result)
{
	struct probe_result *shared;
	int status = 0;
	pid_t pid;

	memset(result, 0, sizeof(*result));
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED) {
		probe_answer_rc(result, -1);
		return;
	}
	pid = fork();
	if (pid == 0)
		probe_process(row, shared);
	if (pid < 0)
		probe_answer_rc(shared, -1);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	*result = *shared;
	munmap(shared, sizeof(*shared));
	if (WIFSIGNALED(status)) {
		result->answer = PROBE_NO;
		probe_detail(result, "the attempt died of SIG%s",
			sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?");
	}
}
