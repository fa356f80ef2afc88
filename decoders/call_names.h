/*
 * Names of the numbers that calls other than those of sockets take, in lower
 * case and without prefix: CLONE_NEWUSER is "newuser", PTRACE_ATTACH "attach".
 */
#ifndef CALLGATE_DECODERS_CALL_NAMES_H
#define CALLGATE_DECODERS_CALL_NAMES_H

#include <stddef.h>

#include "base/names.h"

extern const struct name_row call_clone_flags[];     /* CLONE_* */
extern const struct name_row call_at_flags[];        /* AT_* of execveat(2) */
extern const struct name_row call_ptrace_requests[]; /* PTRACE_* */
extern const struct name_row call_bpf_commands[];    /* BPF_* */
extern const struct name_row call_seccomp_operations[];
extern const struct name_row call_seccomp_flags[];     /* SECCOMP_FILTER_FLAG_* */
extern const struct name_row call_mount_flags[];       /* MS_* */
extern const struct name_row call_umount_flags[];      /* MNT_*, UMOUNT_NOFOLLOW */
extern const struct name_row call_fsconfig_commands[]; /* FSCONFIG_* */
extern const struct name_row call_open_tree_flags[];
extern const struct name_row call_move_mount_flags[];
extern const struct name_row call_io_uring_opcodes[]; /* IORING_REGISTER_*, _UNREGISTER_* */
extern const struct name_row call_userfaultfd_flags[];

/* The kernel's highest signal. */
enum { CALL_SIGNAL_MAX = 64 };

/* "SIGCHLD", "SIGRTMIN+2", "signal 99", as the kernel numbers them. Returns buf. */
const char *call_signal_name(unsigned number, char *buf, size_t size);

#endif
