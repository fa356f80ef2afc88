#include "tracer/stack/confine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/stack/map_query.h"

enum { SOCKET = 3 };

/* Archives of a few kilobytes may unpack to terabytes: mini debug info is compressed. */
static const rlim_t memory_max = (rlim_t)2 << 30;

/* Spinning for ever is ended by whoever waits for the answer; this, by itself. */
enum { CPU_SECONDS_MAX = 3600 };

/* What malloc(3), libelf and the C library need for reading, sending, and giving up. */
static const int allowed[] = { SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(lseek),
	SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(fcntl), SCMP_SYS(close), SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(exit),
	SCMP_SYS(exit_group) };

static bool add_rules(scmp_filter_ctx filter)
{
	static const struct scmp_arg_cmp not_executable = { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 };
	/* The kernel takes the request's lower half. */
	const struct scmp_arg_cmp map_query = { 1, SCMP_CMP_MASKED_EQ, UINT32_MAX,
		stack_map_query_request };

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) < 0)
			return false;
	}
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &not_executable) ==
		       0 &&
	       seccomp_rule_add_array(
		       filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &not_executable) == 0 &&
	       seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, &map_query) == 0;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/* The sanitizers reserve terabytes, and look at files of their own to report. */
static bool set_bounds(void)
{
	(void)memory_max;
	return true;
}

static bool load_filter(void)
{
	(void)add_rules;
	return true;
}
#else
static bool set_bounds(void)
{
	const struct rlimit memory = { memory_max, memory_max },
			    cpu = { CPU_SECONDS_MAX, CPU_SECONDS_MAX }, none = { 0, 0 };

	return setrlimit(RLIMIT_AS, &memory) == 0 && setrlimit(RLIMIT_CPU, &cpu) == 0 &&
	       setrlimit(RLIMIT_FSIZE, &none) == 0 && setrlimit(RLIMIT_CORE, &none) == 0;
}

/*
 * It sets no_new_privs, too. libdw looks for files beside those it was given
 * (/proc/self/fd, .gnu_debugaltlink): it finds none, and does without.
 */
static bool load_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool loaded = filter && add_rules(filter) && seccomp_load(filter) == 0;

	seccomp_release(filter);
	return loaded;
}
#endif

static void reset_signals(void)
{
	sigset_t none;

	for (int signal = 1; signal < NSIG; signal++)
		sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Without close_range(2): one by one. */
static bool close_listed(void)
{
	cleanup_dir DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (fd > SOCKET && fd != dirfd(dir))
			close(fd);
	}
	return dir != NULL;
}

/* Nobody may wait for a pipe's end because of us. */
static bool close_others(int socket)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(socket, SOCKET) < 0)
		return false;
	for (int fd = 0; fd < SOCKET; fd++) {
		if (null != fd && dup2(null, fd) < 0)
			return false;
	}
	/* From Linux 5.9 on; a container's profile may not know it yet. */
	return syscall(SYS_close_range, SOCKET + 1, ~0u, 0) == 0 || close_listed();
}

int stack_confine(int socket)
{
	setsid();
	reset_signals();
	prctl(PR_SET_NAME, "callgate-stacks");
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || !close_others(socket) || !set_bounds() ||
		!load_filter())
		return -1;
	return SOCKET;
}
