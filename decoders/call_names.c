#include "decoders/call_names.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>

/* linux/sched.h; CLONE_NEWTIME is in the byte that clone(2) has for the exit signal. */
const struct name_row call_clone_flags[] = {
	{ 0x80, "newtime" },
	{ CLONE_VM, "vm" },
	{ CLONE_FS, "fs" },
	{ CLONE_FILES, "files" },
	{ CLONE_SIGHAND, "sighand" },
	{ CLONE_PIDFD, "pidfd" },
	{ CLONE_PTRACE, "ptrace" },
	{ CLONE_VFORK, "vfork" },
	{ CLONE_PARENT, "parent" },
	{ CLONE_THREAD, "thread" },
	{ CLONE_NEWNS, "newns" },
	{ CLONE_SYSVSEM, "sysvsem" },
	{ CLONE_SETTLS, "settls" },
	{ CLONE_PARENT_SETTID, "parent_settid" },
	{ CLONE_CHILD_CLEARTID, "child_cleartid" },
	{ CLONE_DETACHED, "detached" },
	{ CLONE_UNTRACED, "untraced" },
	{ CLONE_CHILD_SETTID, "child_settid" },
	{ CLONE_NEWCGROUP, "newcgroup" },
	{ CLONE_NEWUTS, "newuts" },
	{ CLONE_NEWIPC, "newipc" },
	{ CLONE_NEWUSER, "newuser" },
	{ CLONE_NEWPID, "newpid" },
	{ CLONE_NEWNET, "newnet" },
	{ 0x80000000, "io" },
	{ 0x100000000, "clear_sighand" }, /* clone3(2) only, Linux 5.5 */
	{ 0x200000000, "into_cgroup" },   /* clone3(2) only, Linux 5.7 */
	{ 0, NULL },
};

const struct name_row call_at_flags[] = {
	{ AT_SYMLINK_NOFOLLOW, "symlink_nofollow" },
	{ AT_EMPTY_PATH, "empty_path" },
	{ AT_NO_AUTOMOUNT, "no_automount" },
	{ 0x10000, "execve_check" }, /* AT_EXECVE_CHECK, Linux 6.14 */
	{ 0, NULL },
};

/* linux/ptrace.h; those of one architecture are asm/ptrace-abi.h of x86. */
const struct name_row call_ptrace_requests[] = {
	{ PTRACE_TRACEME, "traceme" },
	{ PTRACE_PEEKTEXT, "peektext" },
	{ PTRACE_PEEKDATA, "peekdata" },
	{ PTRACE_PEEKUSR, "peekuser" },
	{ PTRACE_POKETEXT, "poketext" },
	{ PTRACE_POKEDATA, "pokedata" },
	{ PTRACE_POKEUSR, "pokeuser" },
	{ PTRACE_CONT, "cont" },
	{ PTRACE_KILL, "kill" },
	{ PTRACE_SINGLESTEP, "singlestep" },
	{ 12, "getregs" },
	{ 13, "setregs" },
	{ 14, "getfpregs" },
	{ 15, "setfpregs" },
	{ PTRACE_ATTACH, "attach" },
	{ PTRACE_DETACH, "detach" },
	{ PTRACE_SYSCALL, "syscall" },
	{ 31, "sysemu" },
	{ 32, "sysemu_singlestep" },
	{ PTRACE_SETOPTIONS, "setoptions" },
	{ PTRACE_GETEVENTMSG, "geteventmsg" },
	{ PTRACE_GETSIGINFO, "getsiginfo" },
	{ PTRACE_SETSIGINFO, "setsiginfo" },
	{ PTRACE_GETREGSET, "getregset" },
	{ PTRACE_SETREGSET, "setregset" },
	{ PTRACE_SEIZE, "seize" },
	{ PTRACE_INTERRUPT, "interrupt" },
	{ PTRACE_LISTEN, "listen" },
	{ PTRACE_PEEKSIGINFO, "peeksiginfo" },
	{ PTRACE_GETSIGMASK, "getsigmask" },
	{ PTRACE_SETSIGMASK, "setsigmask" },
	{ PTRACE_SECCOMP_GET_FILTER, "seccomp_get_filter" },
	{ PTRACE_SECCOMP_GET_METADATA, "seccomp_get_metadata" },
	{ PTRACE_GET_SYSCALL_INFO, "get_syscall_info" },
	{ 0x420f, "get_rseq_configuration" },
	{ 0x4210, "set_syscall_user_dispatch_config" },
	{ 0x4211, "get_syscall_user_dispatch_config" },
	{ 0x4212, "set_syscall_info" }, /* Linux 6.16 */
	{ 0, NULL },
};

const struct name_row call_bpf_commands[] = {
	{ BPF_MAP_CREATE, "map_create" },
	{ BPF_MAP_LOOKUP_ELEM, "map_lookup_elem" },
	{ BPF_MAP_UPDATE_ELEM, "map_update_elem" },
	{ BPF_MAP_DELETE_ELEM, "map_delete_elem" },
	{ BPF_MAP_GET_NEXT_KEY, "map_get_next_key" },
	{ BPF_PROG_LOAD, "prog_load" },
	{ BPF_OBJ_PIN, "obj_pin" },
	{ BPF_OBJ_GET, "obj_get" },
	{ BPF_PROG_ATTACH, "prog_attach" },
	{ BPF_PROG_DETACH, "prog_detach" },
	{ BPF_PROG_TEST_RUN, "prog_test_run" },
	{ BPF_PROG_GET_NEXT_ID, "prog_get_next_id" },
	{ BPF_MAP_GET_NEXT_ID, "map_get_next_id" },
	{ BPF_PROG_GET_FD_BY_ID, "prog_get_fd_by_id" },
	{ BPF_MAP_GET_FD_BY_ID, "map_get_fd_by_id" },
	{ BPF_OBJ_GET_INFO_BY_FD, "obj_get_info_by_fd" },
	{ BPF_PROG_QUERY, "prog_query" },
	{ BPF_RAW_TRACEPOINT_OPEN, "raw_tracepoint_open" },
	{ BPF_BTF_LOAD, "btf_load" },
	{ BPF_BTF_GET_FD_BY_ID, "btf_get_fd_by_id" },
	{ BPF_TASK_FD_QUERY, "task_fd_query" },
	{ BPF_MAP_LOOKUP_AND_DELETE_ELEM, "map_lookup_and_delete_elem" },
	{ BPF_MAP_FREEZE, "map_freeze" },
	{ BPF_BTF_GET_NEXT_ID, "btf_get_next_id" },
	{ BPF_MAP_LOOKUP_BATCH, "map_lookup_batch" },
	{ BPF_MAP_LOOKUP_AND_DELETE_BATCH, "map_lookup_and_delete_batch" },
	{ BPF_MAP_UPDATE_BATCH, "map_update_batch" },
	{ BPF_MAP_DELETE_BATCH, "map_delete_batch" },
	{ BPF_LINK_CREATE, "link_create" },
	{ BPF_LINK_UPDATE, "link_update" },
	{ BPF_LINK_GET_FD_BY_ID, "link_get_fd_by_id" },
	{ BPF_LINK_GET_NEXT_ID, "link_get_next_id" },
	{ BPF_ENABLE_STATS, "enable_stats" },
	{ BPF_ITER_CREATE, "iter_create" },
	{ BPF_LINK_DETACH, "link_detach" },
	{ BPF_PROG_BIND_MAP, "prog_bind_map" },
	{ 36, "token_create" }, /* Linux 6.9 */
	{ 0, NULL },
};

const struct name_row call_seccomp_operations[] = {
	{ SECCOMP_SET_MODE_STRICT, "set_mode_strict" },
	{ SECCOMP_SET_MODE_FILTER, "set_mode_filter" },
	{ SECCOMP_GET_ACTION_AVAIL, "get_action_avail" },
	{ SECCOMP_GET_NOTIF_SIZES, "get_notif_sizes" },
	{ 0, NULL },
};

const struct name_row call_seccomp_flags[] = {
	{ SECCOMP_FILTER_FLAG_TSYNC, "tsync" },
	{ SECCOMP_FILTER_FLAG_LOG, "log" },
	{ SECCOMP_FILTER_FLAG_SPEC_ALLOW, "spec_allow" },
	{ SECCOMP_FILTER_FLAG_NEW_LISTENER, "new_listener" },
	{ SECCOMP_FILTER_FLAG_TSYNC_ESRCH, "tsync_esrch" },
	{ SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, "wait_killable_recv" },
	{ 0, NULL },
};

const struct name_row call_mount_flags[] = {
	{ MS_RDONLY, "rdonly" },
	{ MS_NOSUID, "nosuid" },
	{ MS_NODEV, "nodev" },
	{ MS_NOEXEC, "noexec" },
	{ MS_SYNCHRONOUS, "synchronous" },
	{ MS_REMOUNT, "remount" },
	{ MS_MANDLOCK, "mandlock" },
	{ MS_DIRSYNC, "dirsync" },
	{ 256, "nosymfollow" }, /* MS_NOSYMFOLLOW, Linux 5.10 */
	{ MS_NOATIME, "noatime" },
	{ MS_NODIRATIME, "nodiratime" },
	{ MS_BIND, "bind" },
	{ MS_MOVE, "move" },
	{ MS_REC, "rec" },
	{ MS_SILENT, "silent" },
	{ MS_POSIXACL, "posixacl" },
	{ MS_UNBINDABLE, "unbindable" },
	{ MS_PRIVATE, "private" },
	{ MS_SLAVE, "slave" },
	{ MS_SHARED, "shared" },
	{ MS_RELATIME, "relatime" },
	{ MS_KERNMOUNT, "kernmount" },
	{ MS_I_VERSION, "i_version" },
	{ MS_STRICTATIME, "strictatime" },
	{ MS_LAZYTIME, "lazytime" },
	{ 0, NULL },
};

const struct name_row call_umount_flags[] = {
	{ MNT_FORCE, "force" },
	{ MNT_DETACH, "detach" },
	{ MNT_EXPIRE, "expire" },
	{ UMOUNT_NOFOLLOW, "nofollow" },
	{ 0, NULL },
};

/* enum fsconfig_command of linux/mount.h, which cannot be included beside sys/mount.h. */
const struct name_row call_fsconfig_commands[] = {
	{ 0, "set_flag" },
	{ 1, "set_string" },
	{ 2, "set_binary" },
	{ 3, "set_path" },
	{ 4, "set_path_empty" },
	{ 5, "set_fd" },
	{ 6, "cmd_create" },
	{ 7, "cmd_reconfigure" },
	{ 8, "cmd_create_excl" }, /* Linux 6.6 */
	{ 0, NULL },
};

/* OPEN_TREE_* of linux/mount.h with the AT_* flags that open_tree(2) takes. */
const struct name_row call_open_tree_flags[] = {
	{ 1, "clone" },
	{ O_CLOEXEC, "cloexec" },
	{ AT_SYMLINK_NOFOLLOW, "symlink_nofollow" },
	{ AT_NO_AUTOMOUNT, "no_automount" },
	{ AT_EMPTY_PATH, "empty_path" },
	{ AT_RECURSIVE, "recursive" },
	{ 0, NULL },
};

/* MOVE_MOUNT_* of linux/mount.h. */
const struct name_row call_move_mount_flags[] = {
	{ 0x1, "f_symlinks" },
	{ 0x2, "f_automounts" },
	{ 0x4, "f_empty_path" },
	{ 0x10, "t_symlinks" },
	{ 0x20, "t_automounts" },
	{ 0x40, "t_empty_path" },
	{ 0x100, "set_group" },
	{ 0x200, "beneath" },
	{ 0, NULL },
};

/* enum io_uring_register_op of linux/io_uring.h, Linux 6.17. */
const struct name_row call_io_uring_opcodes[] = {
	{ 0, "register_buffers" },
	{ 1, "unregister_buffers" },
	{ 2, "register_files" },
	{ 3, "unregister_files" },
	{ 4, "register_eventfd" },
	{ 5, "unregister_eventfd" },
	{ 6, "register_files_update" },
	{ 7, "register_eventfd_async" },
	{ 8, "register_probe" },
	{ 9, "register_personality" },
	{ 10, "unregister_personality" },
	{ 11, "register_restrictions" },
	{ 12, "register_enable_rings" },
	{ 13, "register_files2" },
	{ 14, "register_files_update2" },
	{ 15, "register_buffers2" },
	{ 16, "register_buffers_update" },
	{ 17, "register_iowq_aff" },
	{ 18, "unregister_iowq_aff" },
	{ 19, "register_iowq_max_workers" },
	{ 20, "register_ring_fds" },
	{ 21, "unregister_ring_fds" },
	{ 22, "register_pbuf_ring" },
	{ 23, "unregister_pbuf_ring" },
	{ 24, "register_sync_cancel" },
	{ 25, "register_file_alloc_range" },
	{ 26, "register_pbuf_status" },
	{ 27, "register_napi" },
	{ 28, "unregister_napi" },
	{ 29, "register_clock" },
	{ 30, "register_clone_buffers" },
	{ 31, "register_send_msg_ring" },
	{ 32, "register_zcrx_ifq" },
	{ 33, "register_resize_rings" },
	{ 34, "register_mem_region" },
	{ 0, NULL },
};

const struct name_row call_userfaultfd_flags[] = {
	{ 1, "user_mode_only" }, /* UFFD_USER_MODE_ONLY, Linux 5.11 */
	{ O_NONBLOCK, "nonblock" },
	{ O_CLOEXEC, "cloexec" },
	{ 0, NULL },
};

/* The kernel's; libc keeps the first two for itself. */
enum { KERNEL_SIGRTMIN = 32 };

const char *call_signal_name(unsigned number, char *buf, size_t size)
{
	const char *name = number < KERNEL_SIGRTMIN ? sigabbrev_np((int)number) : NULL;

	if (name)
		snprintf(buf, size, "SIG%s", name);
	else if (number >= KERNEL_SIGRTMIN && number <= CALL_SIGNAL_MAX)
		snprintf(buf, size, "SIGRTMIN+%u", number - KERNEL_SIGRTMIN);
	else
		snprintf(buf, size, "signal %u", number);
	return buf;
}
