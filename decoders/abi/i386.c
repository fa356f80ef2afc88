#include "decoders/abi.h"

#include <seccomp.h>
#include <linux/audit.h>

#include "decoders/call.h"

/*
 * arch/x86/entry/syscalls/syscall_32.tbl. There is no number for accept(2) and
 * send(2): they are made through socketcall(2).
 */
static const uint16_t calls[] = {
	[2] = CALL_FORK,
	[11] = CALL_EXECVE,
	[21] = CALL_MOUNT,
	[22] = CALL_UMOUNT,
	[26] = CALL_PTRACE,
	[52] = CALL_UMOUNT2,
	[61] = CALL_CHROOT,
	[120] = CALL_CLONE,
	[128] = CALL_INIT_MODULE,
	[129] = CALL_DELETE_MODULE,
	[190] = CALL_VFORK,
	[217] = CALL_PIVOT_ROOT,
	[283] = CALL_KEXEC_LOAD,
	[310] = CALL_UNSHARE,
	[336] = CALL_PERF_EVENT_OPEN,
	[345] = CALL_SENDMMSG,
	[346] = CALL_SETNS,
	[348] = CALL_PROCESS_VM_WRITEV,
	[350] = CALL_FINIT_MODULE,
	[354] = CALL_SECCOMP,
	[357] = CALL_BPF,
	[358] = CALL_EXECVEAT,
	[359] = CALL_SOCKET,
	[360] = CALL_SOCKETPAIR,
	[361] = CALL_BIND,
	[362] = CALL_CONNECT,
	[363] = CALL_LISTEN,
	[364] = CALL_ACCEPT4,
	[369] = CALL_SENDTO,
	[370] = CALL_SENDMSG,
	[374] = CALL_USERFAULTFD,
	[425] = CALL_IO_URING_SETUP,
	[426] = CALL_IO_URING_ENTER,
	[427] = CALL_IO_URING_REGISTER,
	[428] = CALL_OPEN_TREE,
	[429] = CALL_MOVE_MOUNT,
	[430] = CALL_FSOPEN,
	[431] = CALL_FSCONFIG,
	[432] = CALL_FSMOUNT,
	[433] = CALL_FSPICK,
	[435] = CALL_CLONE3,
	[438] = CALL_PIDFD_GETFD,
	[442] = CALL_MOUNT_SETATTR,
};

const struct abi abi_i386 = {
	.name = "i386",
	.audit_arch = AUDIT_ARCH_I386,
	.seccomp_arch = SCMP_ARCH_X86,
	.word_size = 4,
	.clone_tls_first = true,
	.calls = calls,
	.calls_len = sizeof(calls) / sizeof(calls[0]),
	.socketcall_nr = 102,
};
