#include "decoders/abi.h"

#include <seccomp.h>
#include <linux/audit.h>

#include "decoders/call.h"

/* include/uapi/asm-generic/unistd.h; no fork(2) and vfork(2): clone(2) makes them. */
static const uint16_t calls[] = {
	[39] = CALL_UMOUNT2,
	[40] = CALL_MOUNT,
	[41] = CALL_PIVOT_ROOT,
	[51] = CALL_CHROOT,
	[97] = CALL_UNSHARE,
	[104] = CALL_KEXEC_LOAD,
	[105] = CALL_INIT_MODULE,
	[106] = CALL_DELETE_MODULE,
	[117] = CALL_PTRACE,
	[198] = CALL_SOCKET,
	[199] = CALL_SOCKETPAIR,
	[200] = CALL_BIND,
	[201] = CALL_LISTEN,
	[202] = CALL_ACCEPT,
	[203] = CALL_CONNECT,
	[206] = CALL_SENDTO,
	[211] = CALL_SENDMSG,
	[220] = CALL_CLONE,
	[221] = CALL_EXECVE,
	[241] = CALL_PERF_EVENT_OPEN,
	[242] = CALL_ACCEPT4,
	[268] = CALL_SETNS,
	[269] = CALL_SENDMMSG,
	[271] = CALL_PROCESS_VM_WRITEV,
	[273] = CALL_FINIT_MODULE,
	[277] = CALL_SECCOMP,
	[280] = CALL_BPF,
	[281] = CALL_EXECVEAT,
	[282] = CALL_USERFAULTFD,
	[294] = CALL_KEXEC_FILE_LOAD,
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

const struct abi abi_aarch64 = {
	.name = "aarch64",
	.audit_arch = AUDIT_ARCH_AARCH64,
	.seccomp_arch = SCMP_ARCH_AARCH64,
	.word_size = 8,
	.clone_tls_first = true,
	.calls = calls,
	.calls_len = sizeof(calls) / sizeof(calls[0]),
	.socketcall_nr = -1,
};
