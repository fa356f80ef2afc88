#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/probe.h"

static const char yama_file[] = "/proc/sys/kernel/yama/ptrace_scope";

/* Yama's ptrace_scope, Documentation/admin-guide/LSM/Yama.rst; -1 where there is no Yama. */
static int yama_scope(void)
{
	cleanup_file FILE *file = fopen(yama_file, "re");
	int scope;

	return file && fscanf(file, "%d", &scope) == 1 ? scope : -1;
}

/* True when a seccomp filter is on this process: "Seccomp:" in proc(5). */
static bool is_filtered(void)
{
	cleanup_file FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	int mode;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Seccomp: %d", &mode) == 1)
			return mode != 0;
	}
	return false;
}

static void explain_refusal(struct probe_result *result)
{
	int scope = yama_scope();

	if (scope == 3)
		snprintf(result->remedy, sizeof(result->remedy),
			"Yama forbids ptrace to everybody until the next boot: %s is 3", yama_file);
	else if (scope == 2)
		snprintf(result->remedy, sizeof(result->remedy),
			"Yama leaves ptrace to root: as root, sysctl kernel.yama.ptrace_scope=1");
	else if (is_filtered())
		snprintf(result->remedy, sizeof(result->remedy),
			"a seccomp filter refuses ptrace: in a container, run it with "
			"--cap-add=SYS_PTRACE or a seccomp profile that allows ptrace");
}

static long seize(pid_t pid)
{
	return ptrace(PTRACE_SEIZE, pid, 0,
		PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
}

void probe_ptrace_seize(struct probe_result *result)
{
	pid_t pid = probe_child();
	long rc = pid < 0 ? -1 : seize(pid);

	probe_answer_rc(result, rc);
	if (rc < 0)
		explain_refusal(result);
	if (pid > 0)
		probe_child_end(pid);
}

static long syscall_info(pid_t pid)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0 || waitpid(pid, NULL, __WALL) < 0)
		return -1;
	return ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
}

void probe_ptrace_syscall_info(struct probe_result *result)
{
	pid_t pid = probe_child();

	if (pid > 0 && seize(pid) < 0) {
		probe_answer_rc(result, -1);
		snprintf(result->remedy, sizeof(result->remedy), "see ptrace above");
	} else {
		probe_answer_rc(result, pid < 0 ? -1 : syscall_info(pid));
	}
	if (pid > 0)
		probe_child_end(pid);
}

void probe_yama(struct probe_result *result)
{
	static const char *const meanings[] = {
		"0: any process of the same user may be traced",
		"1: a process may trace those it started, which is all callgate does",
		"2: only root may trace",
		"3: nobody may trace",
	};
	int scope = yama_scope();

	result->answer = PROBE_NOTE;
	if (scope < 0)
		probe_detail(result, "not in this kernel");
	else if (scope < 4)
		probe_detail(result, "%s", meanings[scope]);
	else
		probe_detail(result, "%d: unknown", scope);
}

void probe_process_vm_readv(struct probe_result *result)
{
	static char word[] = "word";
	char copy[sizeof(word)] = "";
	struct iovec local = { copy, sizeof(copy) }, remote = { word, sizeof(word) };
	pid_t pid = probe_child();
	long rc = pid < 0 ? -1 : process_vm_readv(pid, &local, 1, &remote, 1, 0);

	probe_answer_rc(result, rc);
	if (rc >= 0 && memcmp(copy, word, sizeof(word)) != 0)
		result->answer = PROBE_NO;
	if (pid > 0)
		probe_child_end(pid);
}
