#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/probe.h"

/* PIDFD_THREAD of include/uapi/linux/pidfd.h, 6.9: a pidfd of a task that leads no process. */
static const unsigned pidfd_thread = O_EXCL;

void probe_kernel(struct probe_result *result)
{
	struct utsname name;

	result->answer = PROBE_NOTE;
	if (uname(&name) < 0)
		probe_answer_rc(result, -1);
	else
		probe_detail(result, "%s %s %s", name.sysname, name.release, name.machine);
}

void probe_pidfd_getfd(struct probe_result *result)
{
	pid_t pid = probe_child();
	int pidfd = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);

	probe_answer_rc(result, pidfd < 0 ? -1 : syscall(SYS_pidfd_getfd, pidfd, STDERR_FILENO, 0));
	if (pid > 0)
		probe_child_end(pid);
}

void probe_pidfd_thread(struct probe_result *result)
{
	probe_answer_rc(result, syscall(SYS_pidfd_open, getpid(), pidfd_thread));
}

void probe_openat2(struct probe_result *result)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT,
	};
	cleanup_close int root = open("/", O_PATH | O_CLOEXEC);

	probe_answer_rc(
		result, root < 0 ? -1 : syscall(SYS_openat2, root, "..", &how, sizeof(how)));
}

void probe_landlock(struct probe_result *result)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	probe_answer_rc(result, abi);
	if (abi >= 0)
		probe_detail(result, "ABI %ld%s", abi,
			abi < 6 ? "; signals are kept in from ABI 6 on" : "");
}

/* i386's getpid(2) by the gate that a 64-bit program may use as well. Dies where it is shut. */
void probe_ia32(struct probe_result *result)
{
#ifdef __x86_64__
	long pid = 20; /* __NR_getpid of i386 */

	__asm__ volatile("int $0x80" : "+a"(pid) : : "memory", "r8", "r9", "r10", "r11");
	result->answer = pid == getpid() ? PROBE_YES : PROBE_NO;
#else
	result->answer = PROBE_NOTE;
	probe_detail(result, "not a matter of this machine");
#endif
}

void probe_user_namespace(struct probe_result *result)
{
	probe_answer_rc(result, unshare(CLONE_NEWUSER));
}
