#include "decoders/abi.h"

#include <seccomp.h>
#include <linux/audit.h>

#include "decoders/call.h"

/* arch/x86/entry/syscalls/syscall_64.tbl */
static const uint16_t calls[] = {
	[41] = CALL_SOCKET,
	[42] = CALL_CONNECT,
	[43] = CALL_ACCEPT,
	[44] = CALL_SENDTO,
	[46] = CALL_SENDMSG,
	[49] = CALL_BIND,
	[50] = CALL_LISTEN,
	[53] = CALL_SOCKETPAIR,
	[56] = CALL_CLONE,
	[57] = CALL_FORK,
	[58] = CALL_VFORK,
	[59] = CALL_EXECVE,
	[101] = CALL_PTRACE,
	[155] = CALL_PIVOT_ROOT,
	[161] = CALL_CHROOT,
	[165] = CALL_MOUNT,
	[166] = CALL_UMOUNT2,
	[175] = CALL_INIT_MODULE,
	[176] = CALL_DELETE_MODULE,
	[246] = CALL_KEXEC_LOAD,
	[272] = CALL_UNSHARE,
	[288] = CALL_ACCEPT4,
	[298] = CALL_PERF_EVENT_OPEN,
	[307] = CALL_SENDMMSG,
	[308] = CALL_SETNS,
	[311] = CALL_PROCESS_VM_WRITEV,
	[313] = CALL_FINIT_MODULE,
	[317] = CALL_SECCOMP,
	[320] = CALL_KEXEC_FILE_LOAD,
	[321] = CALL_BPF,
	[322] = CALL_EXECVEAT,
	[323] = CALL_USERFAULTFD,
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

const struct abi abi_x86_64 = {
	.name = "x86_64",
	.audit_arch = AUDIT_ARCH_X86_64,
	.seccomp_arch = SCMP_ARCH_X86_64,
	.word_size = 8,
	.calls = calls,
	.calls_len = sizeof(calls) / sizeof(calls[0]),
	.socketcall_nr = -1,
};
