#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "supervisor/run.h"

_Noreturn void supervisor_exit_like(int wait_status)
{
	static const struct rlimit no_core = { 0, 0 };
	int signal = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;
	sigset_t set;

	if (!signal)
		exit(WEXITSTATUS(wait_status));
	/* The command's core is the one that matters. */
	setrlimit(RLIMIT_CORE, &no_core);
	sigemptyset(&set);
	sigaddset(&set, signal);
	(void)!sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signal);
	/* Only if the signal does not kill: what a shell would say of it. */
	exit(128 + signal);
}
