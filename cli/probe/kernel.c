#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/sbuf.h"
#include "cli/probe.h"
#include "tracer/landlock.h"

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

void probe_kcmp(struct probe_result *result)
{
	probe_answer_rc(result, syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILES, 0, 0));
}

/* What this version does not hold, and the one from which on it would. */
static void tell_missing(struct sbuf *out, long abi)
{
	static const struct {
		long since;
		const char *what;
	} table[] = {
		{ LANDLOCK_ABI_REFER, "callgate's own memory, renames" },
		{ LANDLOCK_ABI_TRUNCATE, "truncate" },
		{ LANDLOCK_ABI_NET, "TCP" },
		{ LANDLOCK_ABI_IOCTL, "ioctl on devices" },
		{ LANDLOCK_ABI_SCOPED, "signals" },
	};
	const char *before = "; not held: ";

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (abi >= table[i].since)
			continue;
		sbuf_fmt(out, "%s%s (ABI %ld)", before, table[i].what, table[i].since);
		before = ", ";
	}
}

void probe_landlock(struct probe_result *result)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	long abi = landlock_abi();

	probe_answer_rc(result, abi == LANDLOCK_ABI_NONE ? -1 : 0);
	if (abi == LANDLOCK_ABI_NONE)
		return;
	sbuf_fmt(&text, "ABI %ld", abi);
	tell_missing(&text, abi);
	probe_detail(result, "%s", sbuf_text(&text));
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
