#include "decoders/select.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "decoders/acts_on.h"
#include "decoders/call.h"
#include "decoders/select_classes.h"

struct call_set {
	bool all;
	bool plain_send;
	char **names; /* owned, as are the strings */
	size_t len, cap;
};

static void free_set(struct call_set **set)
{
	call_set_free(*set);
}

#define cleanup_set __attribute__((cleanup(free_set)))

void call_set_free(struct call_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->len; i++)
		free(set->names[i]);
	free(set->names);
	free(set);
}

bool call_set_is_all(const struct call_set *set)
{
	return set->all;
}

const char *call_set_name(const struct call_set *set, size_t i)
{
	return i < set->len ? set->names[i] : NULL;
}

static size_t set_find(const struct call_set *set, const char *name)
{
	size_t i = 0;

	while (i < set->len && strcmp(set->names[i], name) != 0)
		i++;
	return i;
}

bool call_set_has_only_other(const struct call_set *set, const char *name)
{
	const struct acts_on *acts;

	if (set->all || set_find(set, name) < set->len)
		return false;
	for (size_t i = 0; (acts = acts_on_at(i)); i++) {
		if (strcmp(acts->name, name) == 0 && set_find(set, acts->word) < set->len)
			return true;
	}
	return false;
}

bool call_set_has(const struct call_set *set, const char *name)
{
	return set->all || set_find(set, name) < set->len || call_set_has_only_other(set, name);
}

bool call_set_wants_plain_send(const struct call_set *set)
{
	return set->all || set->plain_send;
}

static int set_add(struct call_set *set, const char *name, struct err **err)
{
	if (set_find(set, name) < set->len)
		return 0;
	if (set->len == set->cap) {
		size_t cap = set->cap ? 2 * set->cap : 64;
		char **names = realloc(set->names, cap * sizeof(*names));

		if (!names)
			return err_set(err, ENOMEM, "cannot keep the list of calls");
		set->names = names;
		set->cap = cap;
	}
	set->names[set->len] = strdup(name);
	if (!set->names[set->len])
		return err_set(err, ENOMEM, "cannot keep the list of calls");
	set->len++;
	return 0;
}

static void set_remove(struct call_set *set, const char *name)
{
	size_t i = set_find(set, name);

	if (i == set->len)
		return;
	free(set->names[i]);
	memmove(&set->names[i], &set->names[i + 1], (set->len - i - 1) * sizeof(set->names[0]));
	set->len--;
}

/* What is done with each call that an item of the list stands for. */
struct edit {
	struct call_set *set;
	bool remove;
};

static int edit_call(const struct edit *edit, const char *name, struct err **err)
{
	if (!edit->remove)
		return set_add(edit->set, name, err);
	set_remove(edit->set, name);
	return 0;
}

static int edit_names(const struct edit *edit, const char *const *names, struct err **err)
{
	int r = 0;

	for (; r == 0 && *names; names++)
		r = edit_call(edit, *names, err);
	return r;
}

/* The calls with a decoder, or only those of the deny list. */
static int edit_decoded(const struct edit *edit, bool deny_only, struct err **err)
{
	int r = 0;

	for (unsigned id = CALL_NONE + 1; r == 0 && id < CALL_COUNT; id++) {
		const struct call_desc *desc = call_desc((enum call_id)id);

		if (!deny_only || desc->kind == CALL_KIND_SYSCALL)
			r = edit_call(edit, desc->name, err);
	}
	return r;
}

static int edit_class(const struct edit *edit, const char *name, struct err **err)
{
	static const char *const known[] = { "%gate", "%deny", "%net", "%network", "%process",
		NULL };
	const char *near;

	if (strcmp(name, "%gate") == 0)
		return edit_decoded(edit, false, err);
	if (strcmp(name, "%deny") == 0)
		return edit_decoded(edit, true, err);
	if (strcmp(name, "%process") == 0)
		return edit_names(edit, select_process, err);
	if (strcmp(name, "%net") == 0 || strcmp(name, "%network") == 0) {
		edit->set->plain_send |= !edit->remove;
		return edit_names(edit, select_net, err);
	}
	near = name_nearest(known, name);
	return err_set(err, 0,
		"%s is no class of calls: %s%s%sthere are %%gate, %%deny, %%net, %%process", name,
		near ? "did you mean " : "", near ? near : "", near ? "? " : "");
}

static bool name_known(const char *name)
{
	static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32,
		SCMP_ARCH_AARCH64 };

	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		if (seccomp_syscall_resolve_name_arch(archs[i], name) != __NR_SCMP_ERROR)
			return true;
	return abi_new_call(name) >= 0 || strcmp(name, ABI_UNKNOWN_CALLS) == 0;
}

static int unknown_name(const char *name, struct err **err)
{
	cleanup_free const char **words = calloc(SELECT_NUMBERS + 1, sizeof(*words));
	const char *near = NULL;
	size_t len = 0;
	int r;

	/* libseccomp has no list of its names, but of its numbers. */
	for (int nr = 0; words && nr < SELECT_NUMBERS; nr++) {
		words[len] = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);
		len += words[len] != NULL;
	}
	if (words)
		near = name_nearest(words, name);
	r = err_set(err, 0, "%s is no system call%s%s%s", name, near ? ": did you mean " : "",
		near ? near : "", near ? "?" : "; see syscalls(2) for their names");
	for (size_t i = 0; i < len; i++)
		free((char *)words[i]);
	return r;
}

static bool is_send(const char *name)
{
	return strcmp(name, "sendto") == 0 || strcmp(name, "sendmsg") == 0 ||
	       strcmp(name, "sendmmsg") == 0 || strcmp(name, "send") == 0;
}

/* One item: a name or a class. */
static int edit_item(const struct edit *edit, const char *item, struct err **err)
{
	if (!*item)
		return err_set(err, 0, "there is an empty name among the calls");
	if (item[0] == '%')
		return edit_class(edit, item, err);
	if (strcmp(item, "all") == 0 || strcmp(item, "none") == 0)
		return err_set(err, 0, "\"%s\" stands alone: it cannot be one of several", item);
	if (strcmp(item, "socketcall") == 0)
		return edit_names(edit, select_socketcall, err);
	if (!name_known(item) && !acts_on_by_word(item))
		return unknown_name(item, err);
	if (is_send(item))
		edit->set->plain_send |= !edit->remove;
	return edit_call(edit, item, err);
}

static int edit_list(struct call_set *set, char *list, bool inverted, struct err **err)
{
	char *item;
	int r = 0;

	while (r == 0 && (item = strsep(&list, ","))) {
		struct edit edit = { .set = set, .remove = inverted };

		if (*item == '!' && !inverted) {
			edit.remove = true;
			item++;
		}
		r = edit_item(&edit, item, err);
	}
	return r;
}

static int set_fill(struct call_set *set, const char *expr, struct err **err)
{
	cleanup_free char *list = NULL;
	bool inverted = expr[0] == '!';
	struct edit gate = { .set = set };

	if (strcmp(expr, "none") == 0 || strcmp(expr, "!all") == 0)
		return 0;
	if (strcmp(expr, "all") == 0 || strcmp(expr, "!none") == 0) {
		set->all = true;
		return 0;
	}
	list = strdup(expr + inverted);
	if (!list)
		return err_set(err, ENOMEM, "cannot keep the list of calls");
	if (inverted) {
		int r = edit_decoded(&gate, false, err);

		if (r < 0)
			return r;
	}
	return edit_list(set, list, inverted, err);
}

int call_set_parse(const char *expr, struct call_set **out, struct err **err)
{
	static const char prefix[] = "trace=";
	cleanup_set struct call_set *set = calloc(1, sizeof(*set));
	int r;

	if (!set)
		return err_set(err, ENOMEM, "cannot keep the list of calls");
	if (!expr)
		expr = "%gate";
	if (strncmp(expr, prefix, sizeof(prefix) - 1) == 0)
		expr += sizeof(prefix) - 1;
	r = set_fill(set, expr, err);
	if (r < 0)
		return r;
	*out = take_ptr(set);
	return 0;
}
