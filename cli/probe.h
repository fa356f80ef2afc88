/*
 * What this kernel and this user can do, found by trying it. One row a
 * question; each is tried in a process of its own, so that a filter that
 * kills, or a probe that changes its process, is harmless.
 */
#ifndef CALLGATE_CLI_PROBE_H
#define CALLGATE_CLI_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum probe_answer { PROBE_NO, PROBE_YES, PROBE_NOTE };

struct probe_result {
	enum probe_answer answer; /* PROBE_NOTE: a fact that is neither good nor bad */
	char detail[160];         /* what was seen; may be empty */
	char remedy[200];         /* a better one than the row's; empty: the row's */
};

/* What cannot work without it. */
enum probe_need { PROBE_FOR_NONE, PROBE_FOR_ALL, PROBE_FOR_ENFORCE }; /* _ENFORCE: ask as well */

struct probe_row {
	const char *name;
	const char *purpose; /* what it is for, and in which modes */
	const char *remedy;  /* what to do where it does not work */
	enum probe_need need;
	void (*try)(struct probe_result *result);
};

extern const struct probe_row probe_table[];
extern const size_t probe_table_len;

/* Tries one row. A probe that dies or hangs is a no that says so. */
void probe_run(const struct probe_row *row, struct probe_result *result);

/* For probes: yes when rc is not negative, else no with errno's text. */
void probe_answer_rc(struct probe_result *result, long rc);

void probe_detail(struct probe_result *result, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* For probes: a child that sleeps until it dies with its parent; -1 when none can be made. */
pid_t probe_child(void);
void probe_child_end(pid_t pid);

/* cli/probe/ptrace.c */
void probe_ptrace_seize(struct probe_result *result);
void probe_ptrace_syscall_info(struct probe_result *result);
void probe_yama(struct probe_result *result);
void probe_process_vm_readv(struct probe_result *result);

/* cli/probe/seccomp.c */
void probe_seccomp_trace(struct probe_result *result);
void probe_seccomp_user_notif(struct probe_result *result);
void probe_seccomp_listener(struct probe_result *result);
void probe_seccomp_wait_killable(struct probe_result *result);
void probe_seccomp_sync_wake_up(struct probe_result *result);

/* cli/probe/kernel.c */
void probe_kernel(struct probe_result *result);
void probe_pidfd_getfd(struct probe_result *result);
void probe_pidfd_thread(struct probe_result *result);
void probe_kcmp(struct probe_result *result);
void probe_openat2(struct probe_result *result);
void probe_landlock(struct probe_result *result);
void probe_ia32(struct probe_result *result);
void probe_user_namespace(struct probe_result *result);

#endif
