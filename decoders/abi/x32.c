#include "decoders/abi.h"

#include <seccomp.h>
#include <linux/audit.h>

#include "decoders/call.h"

/*
 * arch/x86/entry/syscalls/syscall_64.tbl, without the bit that marks x32
 * (0x40000000): the numbers of x86-64, but for the calls whose memory holds
 * pointers, which have their own from 512 on.
 */
static const uint16_t calls[] = {
	[41] = CALL_SOCKET,
	[42] = CALL_CONNECT,
	[43] = CALL_ACCEPT,
	[44] = CALL_SENDTO,
	[49] = CALL_BIND,
	[50] = CALL_LISTEN,
	[53] = CALL_SOCKETPAIR,
	[56] = CALL_CLONE,
	[57] = CALL_FORK,
	[58] = CALL_VFORK,
	[155] = CALL_PIVOT_ROOT,
	[161] = CALL_CHROOT,
	[165] = CALL_MOUNT,
	[166] = CALL_UMOUNT2,
	[175] = CALL_INIT_MODULE,
	[176] = CALL_DELETE_MODULE,
	[272] = CALL_UNSHARE,
	[288] = CALL_ACCEPT4,
	[298] = CALL_PERF_EVENT_OPEN,
	[308] = CALL_SETNS,
	[313] = CALL_FINIT_MODULE,
	[317] = CALL_SECCOMP,
	[320] = CALL_KEXEC_FILE_LOAD,
	[321] = CALL_BPF,
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
	[518] = CALL_SENDMSG,
	[520] = CALL_EXECVE,
	[521] = CALL_PTRACE,
	[528] = CALL_KEXEC_LOAD,
	[538] = CALL_SENDMMSG,
	[540] = CALL_PROCESS_VM_WRITEV,
	[545] = CALL_EXECVEAT,
};

const struct abi abi_x32 = {
	.name = "x32",
	/* As x86-64; the number has the mark: see abi_of_trap(). */
	.audit_arch = AUDIT_ARCH_X86_64,
	.seccomp_arch = SCMP_ARCH_X32,
	.word_size = 4,
	.calls = calls,
	.calls_len = sizeof(calls) / sizeof(calls[0]),
	.socketcall_nr = -1,
};
