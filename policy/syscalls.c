#include <errno.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "decoders/abi.h"
#include "decoders/acts_on.h"
#include "policy/load.h"

/*
 * What is denied unless the policy says otherwise: calls by which a program
 * could reach its supervisor or other processes, undo the view of the file
 * system that paths are judged in, act past the filter, or run kernel code.
 */
static const char *const denied_by_default[] = {
	/* other processes, and the supervisor among them */
	"ptrace",
	"process_vm_writev",
	"pidfd_getfd",
	/* the same by signals, where the kernel does not keep them within the run */
	"kill:other",
	"pidfd_send_signal:other",
	"rt_sigqueueinfo:other",
	"rt_tgsigqueueinfo:other",
	"tgkill:other",
	"tkill:other",
	/* the same by what they may use: they ask for no more than the same user */
	"ioprio_set:other",
	"prlimit64:other",
	"sched_setaffinity:other",
	"sched_setattr:other",
	"sched_setparam:other",
	"sched_setscheduler:other",
	"setpriority:other",
	/* typing for whoever reads from the terminal: the shell that callgate was started from */
	"ioctl:tiocsti",
	"ioctl:tioclinux",
	/* another destination for packets than the calls that send them name */
	"setsockopt:ip_options",
	"setsockopt:ip_hdrincl",
	"setsockopt:ipv6_hdrincl",
	"setsockopt:raw_hdrincl",
	"setsockopt:ipv6_rthdr",
	"setsockopt:ipv6_2292pktoptions",
	"setsockopt:ipv6_flowlabel_mgr",
	"setsockopt:sctp_bindx",
	"setsockopt:sctp_connectx",
	"setsockopt:sctp_connectx_old",
	"getsockopt:sctp_connectx3",
	/* an interface to see and make whole packets with */
	"ioctl:tunsetiff",
	/* acting without a system call of its own, past the filter */
	"io_uring_setup",
	"io_uring_enter",
	"io_uring_register",
	/* by programs that the kernel starts for it, outside the run: /sbin/request-key asks name
	 * servers, among others (request-key.conf(5)) */
	"request_key",
	/* holding the kernel still in the middle of a call: how checks are raced */
	"userfaultfd",
	"ioctl:userfaultfd",
	"bpf",
	"perf_event_open",
	/* another view of the world; a pattern would match other files in another root */
	"chroot",
	"setns",
	"clone:newuser",
	"unshare:newuser",
	"mount",
	"umount",
	"umount2",
	"pivot_root",
	"open_tree",
	"open_tree_attr",
	"move_mount",
	"fsopen",
	"fsconfig",
	"fsmount",
	"fspick",
	"mount_setattr",
	/* a second listener would decide before ours: seccomp_unotify(2) */
	"seccomp:listener",
	/* another kernel, or more of it; the memory of everybody, in a file, or by devices */
	"iopl",
	"ioperm",
	"swapon",
	"kexec_load",
	"kexec_file_load",
	"init_module",
	"finit_module",
	"delete_module",
	/* nobody knows */
	ABI_UNKNOWN_CALLS,
	NULL,
};

/* Calls that are denied only with some of their arguments, which are in registers. */
static const struct {
	const char *call, *word;
	uint8_t arg;
	uint64_t bits;
} narrow_words[] = {
	{ "clone", "clone:newuser", 0, CLONE_NEWUSER },
	{ "unshare", "unshare:newuser", 0, CLONE_NEWUSER },
	{ "seccomp", "seccomp:listener", 1, SECCOMP_FILTER_FLAG_NEW_LISTENER },
};

static bool is_unknown(const struct call *call)
{
	unsigned first, end;

	abi_unknown_calls(&first, &end);
	return !call->desc && call->nr >= first && call->nr < end;
}

const char *policy_syscall_word(const struct call *call)
{
	const struct acts_on *acts = acts_on_other(call);

	if (acts)
		return acts->word;
	for (size_t i = 0; i < sizeof(narrow_words) / sizeof(narrow_words[0]); i++)
		if (!strcmp(call->name, narrow_words[i].call) &&
			(call->args[narrow_words[i].arg] & narrow_words[i].bits))
			return narrow_words[i].word;
	return is_unknown(call) ? ABI_UNKNOWN_CALLS : call->name;
}

int syscall_errno(const char *word)
{
	/* What programs take for an old kernel, and have a way around. */
	return !strcmp(word, "clone3") || !strcmp(word, ABI_UNKNOWN_CALLS) ||
			       !strncmp(word, "io_uring_", 9)
		       ? ENOSYS
		       : EPERM;
}

static int word_order(const void *key, const void *row)
{
	return strcmp(key, ((const struct denied_syscall *)row)->word);
}

static const struct denied_syscall *find_denied(const struct policy *p, const char *word)
{
	return p->ndenied ? bsearch(word, p->denied, p->ndenied, sizeof(*p->denied), word_order)
			  : NULL;
}

const struct denied_syscall *syscall_denied(const struct policy *p, const char *word)
{
	const struct denied_syscall *denied = find_denied(p, word);
	const char *colon = strchr(word, ':');
	char base[32];

	if (denied || !colon || (size_t)(colon - word) >= sizeof(base))
		return denied;
	memcpy(base, word, (size_t)(colon - word));
	base[colon - word] = '\0';
	return find_denied(p, base);
}

bool policy_judges_syscall(const struct policy *policy, const struct call *call)
{
	return policy->judges_call[call->desc ? call->desc->id : CALL_NONE];
}

const char *policy_syscall_denied(const struct policy *policy, size_t i)
{
	return i < policy->ndenied ? policy->denied[i].word : NULL;
}

static bool known_word(const char *word)
{
	for (size_t i = 0; denied_by_default[i]; i++)
		if (!strcmp(denied_by_default[i], word))
			return true;
	/* The name of a system call of any architecture: seccomp_syscall_resolve_name(3). */
	return seccomp_syscall_resolve_name(word) != __NR_SCMP_ERROR || abi_new_call(word) >= 0;
}

static int load_edit(struct loader *l, const struct yaml *node, bool deny)
{
	cleanup_sbuf struct sbuf near = SBUF_INIT;
	struct syscall_edit *edit;

	if (load_text(l, node, "the name of a system call") < 0)
		return -1;
	if (!known_word(node->text)) {
		load_suggest(&near, denied_by_default, node->text);
		return load_fail_text(l, node,
			"no such system call: expected a name like "
			"ptrace%s",
			sbuf_text(&near));
	}
	for (size_t i = 0; i < l->edits.len; i++)
		if (!strcmp(l->edits.items[i].name, node->text) && l->edits.items[i].deny != deny)
			return load_fail_text(l, node,
				"both denied and allowed: the other is at "
				"%s:%d",
				l->edits.items[i].place.file, l->edits.items[i].place.line);
	edit = vec_add(&l->edits);
	if (!edit)
		return load_no_memory(l);
	edit->name = load_dup(l, node->text, node->len);
	edit->deny = deny;
	edit->place = load_place(l, node);
	return edit->name ? 0 : -ENOMEM;
}

static int load_deny_edit(struct loader *l, const struct yaml *node, void *unused)
{
	(void)unused;
	return load_edit(l, node, true);
}

static int load_allow_edit(struct loader *l, const struct yaml *node, void *unused)
{
	(void)unused;
	return load_edit(l, node, false);
}

static int load_deny(struct loader *l, const struct yaml *node, void *unused)
{
	return load_each(l, node, load_deny_edit, unused);
}

static int load_allow(struct loader *l, const struct yaml *node, void *unused)
{
	return load_each(l, node, load_allow_edit, unused);
}

int load_syscalls(struct loader *l, const struct yaml *node, void *unused)
{
	static const struct load_key rows[] = {
		{ "deny", load_deny },
		{ "allow", load_allow },
		{ NULL, NULL },
	};

	return load_map(l, node, "syscalls", rows, unused);
}

/* To allow a call allows also the narrower words of it. */
static bool is_allowed(const struct policy *p, const char *word)
{
	size_t base = strcspn(word, ":");

	for (size_t i = 0; i < p->nedits; i++) {
		const struct syscall_edit *edit = &p->edits[i];

		if (!edit->deny &&
			(!strcmp(edit->name, word) ||
				(strlen(edit->name) == base && !memcmp(edit->name, word, base))))
			return true;
	}
	return false;
}

/* Is it denied, or a narrower word of it? */
static bool has_denied_word(const struct policy *p, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < p->ndenied; i++) {
		const char *word = p->denied[i].word;

		if (!strncmp(word, name, len) && (word[len] == '\0' || word[len] == ':'))
			return true;
	}
	return false;
}

/* A message may have a control message that has another call's word: acts_on_other(). */
static void find_judged_calls(struct policy *p)
{
	for (enum call_id id = CALL_NONE; id < CALL_COUNT; id++) {
		const struct call_desc *desc = call_desc(id);

		p->judges_call[id] = !desc || id == CALL_SENDMSG || id == CALL_SENDMMSG ||
				     has_denied_word(p, desc->name);
	}
}

static int denied_order(const void *a, const void *b)
{
	const struct denied_syscall *x = a, *y = b;

	return strcmp(x->word, y->word);
}

int load_syscalls_finish(struct loader *l)
{
	struct policy *p = l->policy;
	size_t most = sizeof(denied_by_default) / sizeof(denied_by_default[0]) + p->nedits;
	size_t n = 0;

	p->denied = arena_alloc(&p->arena, most * sizeof(*p->denied));
	if (!p->denied)
		return load_no_memory(l);
	/* Edits first: an entry of the default list that is denied again has the policy's place. */
	for (size_t i = 0; i < p->nedits; i++)
		if (p->edits[i].deny)
			p->denied[n++] =
				(struct denied_syscall){ p->edits[i].name, p->edits[i].place };
	for (size_t i = 0; denied_by_default[i]; i++)
		if (!is_allowed(p, denied_by_default[i]))
			p->denied[n++] = (struct denied_syscall){ .word = denied_by_default[i] };
	qsort(p->denied, n, sizeof(*p->denied), denied_order);
	p->ndenied = 0;
	for (size_t i = 0; i < n; i++) {
		struct denied_syscall *last = p->ndenied ? &p->denied[p->ndenied - 1] : NULL;

		if (!last || strcmp(last->word, p->denied[i].word))
			p->denied[p->ndenied++] = p->denied[i];
		else if (!last->place.file)
			*last = p->denied[i];
	}
	find_judged_calls(p);
	return 0;
}
