#include "bench/floor/floor.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The calls that callgate judges, in enforce, and that are no error there. */
static const int judged[] = {
	SYS_socket,
	SYS_connect,
	SYS_bind,
	SYS_sendto,
	SYS_sendmsg,
	SYS_sendmmsg,
	SYS_execve,
	SYS_execveat,
	SYS_clone,
	SYS_fork,
	SYS_vfork,
	SYS_clone3,
};

enum { JUDGED = sizeof(judged) / sizeof(judged[0]) };

_Noreturn void floor_die(const char *what)
{
	perror(what);
	exit(125);
}

static int load(struct sock_fprog *program, unsigned flags)
{
	long rc;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		floor_die("no_new_privs");
	rc = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		program);
	if (rc < 0)
		floor_die("seccomp");
	return (int)rc;
}

int floor_load_filter(uint32_t action, unsigned flags)
{
	struct sock_filter code[JUDGED + 3] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = { .len = JUDGED + 3, .filter = code };

	for (unsigned i = 0; i < JUDGED; i++)
		code[1 + i] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)judged[i], JUDGED - i, 0);
	code[JUDGED + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[JUDGED + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
	return load(&program, flags);
}

void floor_load_allow(void)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog program = { .len = 1, .filter = code };

	load(&program, 0);
}

_Noreturn void floor_exec(char **argv)
{
	execvp(argv[0], argv);
	floor_die(argv[0]);
}

_Noreturn void floor_exit_like(int status)
{
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
