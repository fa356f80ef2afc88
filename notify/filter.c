#include "notify/filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "decoders/abi.h"
#include "decoders/acts_on.h"
#include "decoders/wait_call.h"

/* The ABIs whose programs run here, native first. */
static const uint32_t filter_arches[] = {
#if defined(__x86_64__)
	SCMP_ARCH_X86_64,
	SCMP_ARCH_X86,
#elif defined(__aarch64__)
	SCMP_ARCH_AARCH64,
	SCMP_ARCH_ARM,
#else
#error "callgate has no ABI table for this machine"
#endif
};

enum { FILTER_ARCHES = sizeof(filter_arches) / sizeof(filter_arches[0]) };

static void release_ctx(scmp_filter_ctx *ctx)
{
	if (*ctx)
		seccomp_release(*ctx);
}

#define cleanup_ctx __attribute__((cleanup(release_ctx)))

/* The calls that make tasks and change programs. */
static const char *const spawns[] = { "clone", "clone3", "fork", "vfork" };
static const char *const execs[] = { "execve", "execveat" };

/*
 * What changes a task's credentials. Whoever makes calls on behalf has to know: a
 * task that changed none since they were looked at has them still. unshare(2) and
 * setns(2) are watched anyhow.
 */
static const char *const identities[] = { "setuid", "setuid32", "setgid", "setgid32", "setreuid",
	"setreuid32", "setregid", "setregid32", "setresuid", "setresuid32", "setresgid",
	"setresgid32", "setfsuid", "setfsuid32", "setfsgid", "setfsgid32", "setgroups",
	"setgroups32", "capset" };

static bool is_among(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

bool filter_accounts_for(const char *name)
{
	/* prctl(2) names a task. */
	return strcmp(name, "prctl") == 0 || wait_call_by_name(name) ||
	       is_among(name, identities, sizeof(identities) / sizeof(identities[0]));
}

static bool changes_table(const char *name)
{
	return filter_accounts_for(name) ||
	       is_among(name, spawns, sizeof(spawns) / sizeof(spawns[0])) ||
	       is_among(name, execs, sizeof(execs) / sizeof(execs[0]));
}

static uint32_t seccomp_action(enum filter_action action, const char *name)
{
	return action == FILTER_NOTIFY && !changes_table(name) ? SCMP_ACT_NOTIFY
							       : SCMP_ACT_TRACE(0);
}

/* Not of i386, which makes the calls of sockets through socketcall(2) as well. */
static bool has_arguments_in_registers(uint32_t arch)
{
	return arch != SCMP_ARCH_X86;
}

/* A test of one register: of the bits in mask `a`, where the comparison is a masked one. */
static struct scmp_arg_cmp test_arg(
	unsigned arg, enum scmp_compare op, scmp_datum_t a, scmp_datum_t b)
{
	return (struct scmp_arg_cmp){ .arg = arg, .op = op, .datum_a = a, .datum_b = b };
}

/* Level, option and length are ints: the kernel does not look above their 32 bits. */
static int add_option(
	scmp_filter_ctx ctx, uint32_t arch, uint32_t action, const struct acts_on *acts)
{
	const struct scmp_arg_cmp tests[] = {
		test_arg(1, SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)acts->level),
		test_arg(2, SCMP_CMP_MASKED_EQ, UINT32_MAX, acts->request),
		test_arg((unsigned)acts->change, SCMP_CMP_NE, 0, 0),
	};
	unsigned n = acts->change == ACTS_NO_ARG ? 2 : 3;

	return seccomp_rule_add_array(ctx, action, seccomp_syscall_resolve_name(acts->name),
		has_arguments_in_registers(arch) ? n : 0, tests);
}

/* Only where the registers may name another process: acts_on_other() looks more closely. */
static int add_other(scmp_filter_ctx ctx, uint32_t arch, enum filter_action filter_action,
	const struct acts_on *acts)
{
	int nr = seccomp_syscall_resolve_name(acts->name);
	uint32_t action = seccomp_action(filter_action, acts->name);
	struct scmp_arg_cmp tests[] = {
		test_arg((unsigned)acts->who, SCMP_CMP_NE, 0, 0),
		test_arg((unsigned)acts->change, SCMP_CMP_NE, 0, 0),
	};
	int rc;

	if (acts->level != ACTS_NO_ARG)
		return add_option(ctx, arch, action, acts);
	if (acts->request)
		return seccomp_rule_add(ctx, action, nr, 1,
			test_arg(1, SCMP_CMP_MASKED_EQ, UINT32_MAX, acts->request));
	if (acts->descriptor)
		rc = seccomp_rule_add(ctx, action, nr, 0);
	else
		rc = seccomp_rule_add_array(
			ctx, action, nr, acts->change == ACTS_NO_ARG ? 1 : 2, tests);
	if (rc < 0 || acts->which == ACTS_NO_ARG)
		return rc;
	return seccomp_rule_add(
		ctx, action, nr, 1, test_arg((unsigned)acts->which, SCMP_CMP_NE, acts->process, 0));
}

static int add_call(scmp_filter_ctx ctx, uint32_t arch, enum filter_action filter_action,
	const char *name, bool plain_send)
{
	/* seccomp_rule_add(3) wants the native number, or the pseudo number of a call we lack. */
	int nr = seccomp_syscall_resolve_name(name);
	uint32_t action = seccomp_action(filter_action, name);
	const struct acts_on *acts = acts_on_by_word(name);
	int rc;

	if (acts)
		return add_other(ctx, arch, filter_action, acts);
	if (nr == __NR_SCMP_ERROR)
		return 0;
	if (!plain_send && strcmp(name, "sendto") == 0 && has_arguments_in_registers(arch))
		rc = seccomp_rule_add(ctx, action, nr, 1, test_arg(4, SCMP_CMP_NE, 0, 0));
	else
		rc = seccomp_rule_add(ctx, action, nr, 0);
	/* EDOM: a call this ABI lacks. */
	return rc == -EDOM ? 0 : rc;
}

/* True for the subcalls of i386's socketcall(2): libseccomp numbers them -101 to -120. */
static bool is_subcall(uint32_t arch, const char *name)
{
	int nr = seccomp_syscall_resolve_name_arch(arch, name);

	return arch == SCMP_ARCH_X86 && nr <= -101 && nr >= -120;
}

/* A subcall nobody knows is stopped as well as those that are watched. */
static int add_unknown_subcalls(scmp_filter_ctx ctx, uint32_t action)
{
	const int first = 1, last = 20; /* SYS_SOCKET, SYS_SENDMMSG in linux/net.h */
	int nr = seccomp_syscall_resolve_name("socketcall");
	int rc = seccomp_rule_add(ctx, action, nr, 1, test_arg(0, SCMP_CMP_LT, first, 0));

	return rc < 0 ? rc
		      : seccomp_rule_add(ctx, action, nr, 1, test_arg(0, SCMP_CMP_GT, last, 0));
}

/* Tracing callgate would halt it and the command for ever: it is stopped whatever is watched. */
static int add_attaching(scmp_filter_ctx ctx, enum filter_action action, const struct call_set *set,
	struct err **err)
{
	static const long requests[] = { PTRACE_ATTACH, PTRACE_SEIZE };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (!call_set_has(set, "ptrace"))
			rc = seccomp_rule_add(ctx, seccomp_action(action, "ptrace"),
				SCMP_SYS(ptrace), 1,
				test_arg(0, SCMP_CMP_EQ, (scmp_datum_t)requests[i], 0));
	}
	return rc < 0 ? err_set(err, -rc, "cannot add ptrace to the seccomp filter") : 0;
}

static int add_names(
	scmp_filter_ctx ctx, uint32_t arch, const char *const *names, size_t n, struct err **err)
{
	for (size_t i = 0; i < n; i++) {
		int rc = add_call(ctx, arch, FILTER_TRACE, names[i], true);

		if (rc < 0)
			return err_set(err, -rc, "cannot add %s to the seccomp filter", names[i]);
	}
	return 0;
}

/* Waits without blocking for one process, which may have been seen to end by its pidfd. */
static int add_waits(scmp_filter_ctx ctx, struct err **err)
{
	const struct wait_call *call;

	for (size_t i = 0; (call = wait_call_at(i)); i++) {
		int rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0),
			seccomp_syscall_resolve_name(call->name), 2,
			test_arg(0, SCMP_CMP_MASKED_EQ, call->mask, call->one),
			test_arg(call->options, SCMP_CMP_MASKED_EQ, WNOHANG, WNOHANG));

		if (rc < 0 && rc != -EDOM)
			return err_set(err, -rc, "cannot add %s to the seccomp filter", call->name);
	}
	return 0;
}

/*
 * What the task table is kept by is stopped whatever is watched: the calls that
 * make tasks, because whose child a task is must be known even when its maker
 * is killed halfway, and the one that changes a task's name.
 */
static int add_accounting(
	scmp_filter_ctx ctx, uint32_t arch, enum filter_action action, struct err **err)
{
	const size_t n = sizeof(identities) / sizeof(identities[0]);
	int rc = add_names(ctx, arch, spawns, sizeof(spawns) / sizeof(spawns[0]), err);

	if (rc == 0)
		rc = add_waits(ctx, err);
	if (rc == 0 && action == FILTER_NOTIFY)
		rc = add_names(ctx, arch, identities, n, err);
	if (rc < 0)
		return rc;
	/* The option is an int: the kernel does not look above its 32 bits. */
	rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), SCMP_SYS(prctl), 1,
		test_arg(0, SCMP_CMP_MASKED_EQ, UINT32_MAX, PR_SET_NAME));
	return rc < 0 ? err_set(err, -rc, "cannot add prctl to the seccomp filter") : 0;
}

static int add_calls(scmp_filter_ctx ctx, uint32_t arch, enum filter_action action,
	const struct call_set *set, struct err **err)
{
	bool plain_send = call_set_wants_plain_send(set);
	bool subcalls = false;
	const char *name;
	int rc;

	for (size_t i = 0; (name = call_set_name(set, i)); i++) {
		rc = add_call(ctx, arch, action, name, plain_send);
		if (rc < 0)
			return err_set(err, -rc, "cannot add %s to the seccomp filter", name);
		subcalls |= is_subcall(arch, name);
	}
	rc = subcalls ? add_unknown_subcalls(ctx, seccomp_action(action, "socketcall")) : 0;
	if (rc < 0)
		return err_set(err, -rc, "cannot add socketcall to the seccomp filter");
	rc = add_attaching(ctx, action, set, err);
	return rc < 0 ? rc : add_accounting(ctx, arch, action, err);
}

/* A filter for one ABI only: argument tests differ between them. */
static int build_arch(scmp_filter_ctx *out, uint32_t arch, enum filter_action action,
	const struct call_set *set, struct err **err)
{
	bool all = call_set_is_all(set);
	cleanup_ctx scmp_filter_ctx ctx = seccomp_init(all ? SCMP_ACT_TRACE(0) : SCMP_ACT_ALLOW);
	int rc;

	if (!ctx)
		return err_set(err, ENOMEM, "cannot make a seccomp filter");
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_TRACE(0));
	if (rc == 0 && arch != seccomp_arch_native()) {
		rc = seccomp_arch_add(ctx, arch);
		if (rc == 0)
			rc = seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE);
	}
	if (rc < 0)
		return err_set(err, -rc, "cannot make a seccomp filter");
	if (!all && (rc = add_calls(ctx, arch, action, set, err)) < 0)
		return rc;
	*out = take_ptr(ctx);
	return 0;
}

/* What libseccomp cannot say, before what it says: room for it. */
enum { NEW_CALLS_MAX = 32, HEAD_MAX = 2 * NEW_CALLS_MAX + 4 };

static bool is_new_call(const char *name)
{
	return seccomp_syscall_resolve_name(name) == __NR_SCMP_ERROR && abi_new_call(name) >= 0;
}

/*
 * Calls that are newer than libseccomp, by their numbers, which are the same in every ABI;
 * and all that are newer than callgate. Returns how many instructions there are, 0 when the
 * set has none of these calls.
 */
static size_t build_head(
	const struct call_set *set, enum filter_action action, struct sock_filter code[HEAD_MAX])
{
	const struct sock_filter load =
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	bool unknown = call_set_has(set, ABI_UNKNOWN_CALLS);
	unsigned first, end;
	const char *name;
	size_t n = 0;

	code[n++] = load;
	for (size_t i = 0; (name = call_set_name(set, i)) && n < 2 * NEW_CALLS_MAX; i++) {
		if (!is_new_call(name))
			continue;
		code[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)abi_new_call(name), 0, 1);
		code[n++] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, seccomp_action(action, name));
	}
	if (unknown) {
		abi_unknown_calls(&first, &end);
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, first, 0, 2);
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, end, 1, 0);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	}
	return n > 1 ? n : 0;
}

static int export_program(scmp_filter_ctx ctx, const struct sock_filter *head, size_t head_len,
	struct filter *out, struct err **err)
{
	cleanup_close int fd = memfd_create("callgate-filter", MFD_CLOEXEC);
	cleanup_free struct sock_filter *code = NULL;
	struct stat st;
	size_t len;
	int rc;

	if (fd < 0)
		return err_set(err, errno, "cannot export the seccomp filter: memfd_create");
	rc = seccomp_export_bpf(ctx, fd);
	if (rc < 0)
		return err_set(err, -rc, "cannot export the seccomp filter");
	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot export the seccomp filter: fstat");
	len = head_len + (size_t)st.st_size / sizeof(*code);
	if (len > BPF_MAXINSNS)
		return err_set(err, 0, "the seccomp filter is too long: watch fewer calls with -e");
	code = malloc(len * sizeof(*code));
	if (!code)
		return err_set(err, ENOMEM, "cannot export the seccomp filter");
	memcpy(code, head, head_len * sizeof(*code));
	if (pread(fd, code + head_len, (size_t)st.st_size, 0) != st.st_size)
		return err_set(err, errno, "cannot export the seccomp filter: read");
	out->fprog.len = (unsigned short)len;
	out->fprog.filter = take_ptr(code);
	return 0;
}

int filter_build(
	const struct call_set *set, enum filter_action action, struct filter *out, struct err **err)
{
	cleanup_ctx scmp_filter_ctx ctx = NULL;
	struct sock_filter head[HEAD_MAX];
	size_t head_len;
	int rc;

	rc = build_arch(&ctx, filter_arches[0], action, set, err);
	if (rc < 0)
		return rc;
	for (size_t i = 1; i < FILTER_ARCHES; i++) {
		cleanup_ctx scmp_filter_ctx more = NULL;

		rc = build_arch(&more, filter_arches[i], action, set, err);
		if (rc < 0)
			return rc;
		rc = seccomp_merge(ctx, more);
		if (rc < 0)
			return err_set(err, -rc, "cannot merge the filters of two ABIs");
		more = NULL; /* seccomp_merge(3) released it */
	}
	/* A binary tree instead of a list: fewer instructions for calls that pass. */
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc < 0)
		return err_set(err, -rc, "cannot optimise the seccomp filter");
	head_len = call_set_is_all(set) ? 0 : build_head(set, action, head);
	return export_program(ctx, head, head_len, out, err);
}

void filter_free(struct filter *filter)
{
	free(filter->fprog.filter);
	*filter = (struct filter){ 0 };
}
