#include "supervisor/credentials.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/behalf/status.h"
#include "tracer/proc_path.h"

enum { REAL, EFFECTIVE, SAVED, FILES };

struct capabilities {
	uint64_t effective, permitted, inheritable;
};

static int capabilities_get(struct capabilities *c)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	c->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	c->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	c->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return 0;
}

/* Sets the effective ones of the calling thread, which must be permitted, and no others. */
static int capabilities_set_effective(uint64_t effective)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	struct capabilities c;

	if (capabilities_get(&c) < 0)
		return -errno;
	if (c.effective == effective)
		return 0;
	for (int i = 0; i < 2; i++) {
		data[i].effective = (uint32_t)(effective >> 32 * i);
		data[i].permitted = (uint32_t)(c.permitted >> 32 * i);
		data[i].inheritable = (uint32_t)(c.inheritable >> 32 * i);
	}
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

static int groups_own(struct credentials *own)
{
	long n = syscall(SYS_getgroups, 0, NULL);

	own->groups = n > 0 ? calloc((size_t)n, sizeof(*own->groups)) : NULL;
	if (n < 0 || (n > 0 && !own->groups))
		return -ENOMEM;
	own->groups_len = (size_t)n;
	return n > 0 && syscall(SYS_getgroups, n, own->groups) != n ? -EAGAIN : 0;
}

static void groups_free(struct credentials *c)
{
	free(c->groups);
}

static int read_own(struct credentials *own)
{
	struct capabilities c;

	if (syscall(SYS_getresuid, &own->uid[REAL], &own->uid[EFFECTIVE], &own->uid[SAVED]) < 0 ||
		syscall(SYS_getresgid, &own->gid[REAL], &own->gid[EFFECTIVE], &own->gid[SAVED]) < 0)
		return -errno;
	/* An id that cannot be: tells the present one and changes nothing (setfsuid(2)). */
	own->uid[FILES] = (uid_t)syscall(SYS_setfsuid, -1);
	own->gid[FILES] = (gid_t)syscall(SYS_setfsgid, -1);
	if (capabilities_get(&c) < 0)
		return -errno;
	own->effective = c.effective;
	return groups_own(own);
}

/* Reads up to `max` numbers of a line. Returns how many there were room for and found. */
static size_t numbers(const char *line, uint32_t *out, size_t max)
{
	size_t n = 0;

	while (n < max && line && *line != '\n') {
		char *end;
		unsigned long value = strtoul(line, &end, 10);

		if (end == line)
			break;
		out[n++] = (uint32_t)value;
		/* Not over the end of the line, which strtoul() takes for space. */
		line = end + strspn(end, " \t");
	}
	return n;
}

static int parse_groups(const char *text, struct credentials *task)
{
	const char *line = behalf_status_field(text, "Groups");
	size_t room;

	if (!line)
		return -EIO;
	room = strcspn(line, "\n") / 2 + 1; /* a digit and a space each */
	task->groups = calloc(room, sizeof(*task->groups));
	if (!task->groups)
		return -ENOMEM;
	task->groups_len = numbers(line, task->groups, room);
	return 0;
}

static int parse_task(const char *text, struct credentials *task)
{
	const char *effective = behalf_status_field(text, "CapEff");
	const char *mask = behalf_status_field(text, "Umask"); /* Linux 4.7 */

	if (numbers(behalf_status_field(text, "Uid"), task->uid, 4) != 4 ||
		numbers(behalf_status_field(text, "Gid"), task->gid, 4) != 4 || !effective || !mask)
		return -EIO;
	task->effective = strtoull(effective, NULL, 16);
	task->umask = (mode_t)strtoul(mask, NULL, 8);
	return parse_groups(text, task);
}

/* Capabilities are worth something in the task's own user namespace only. */
static bool in_our_user_namespace(pid_t tid)
{
	char path[PROC_PATH_SIZE];
	struct stat task, own;

	proc_path(path, tid, "ns/user");
	return stat(path, &task) == 0 && stat("/proc/self/ns/user", &own) == 0 &&
	       task.st_dev == own.st_dev && task.st_ino == own.st_ino;
}

static bool same_groups(const struct credentials *a, const struct credentials *b)
{
	return a->groups_len == b->groups_len &&
	       (a->groups_len == 0 ||
		       memcmp(a->groups, b->groups, a->groups_len * sizeof(*a->groups)) == 0);
}

static bool same_credentials(const struct credentials *a, const struct credentials *b)
{
	return memcmp(a->uid, b->uid, sizeof(a->uid)) == 0 &&
	       memcmp(a->gid, b->gid, sizeof(a->gid)) == 0 && a->effective == b->effective &&
	       same_groups(a, b);
}

int credentials_read(pid_t tid, struct credentials_pair *pair)
{
	cleanup_free char *text = NULL;
	int rc;

	*pair = (struct credentials_pair){ 0 };
	text = behalf_status_read(tid);
	if (!text)
		return errno == ENOENT ? -ESRCH : -errno;
	rc = parse_task(text, &pair->task);
	if (rc < 0)
		return rc;
	if (pair->task.effective && !in_our_user_namespace(tid))
		pair->task.effective = 0;
	rc = read_own(&pair->own);
	pair->same = rc == 0 && same_credentials(&pair->task, &pair->own);
	return rc;
}

/* Does not ask for what is so already, which may not be permitted. */
static int set_groups(const struct credentials *to)
{
	__attribute__((cleanup(groups_free))) struct credentials now = { 0 };

	if (groups_own(&now) == 0 && same_groups(&now, to))
		return 0;
	return syscall(SYS_setgroups, to->groups_len, to->groups) < 0 ? -errno : 0;
}

static int set_users(const struct credentials *to)
{
	const uid_t *u = to->uid;

	if (syscall(SYS_setresuid, u[REAL], u[EFFECTIVE], u[SAVED]) < 0)
		return -errno;
	if (u[FILES] == u[EFFECTIVE])
		return 0; /* setresuid(2) has set it */
	syscall(SYS_setfsuid, u[FILES]);
	return (uid_t)syscall(SYS_setfsuid, -1) == u[FILES] ? 0 : -EPERM;
}

static int set_gids(const struct credentials *to)
{
	const gid_t *g = to->gid;

	if (syscall(SYS_setresgid, g[REAL], g[EFFECTIVE], g[SAVED]) < 0)
		return -errno;
	if (g[FILES] == g[EFFECTIVE])
		return 0;
	syscall(SYS_setfsgid, g[FILES]);
	return (gid_t)syscall(SYS_setfsgid, -1) == g[FILES] ? 0 : -EPERM;
}

int credentials_take_on(const struct credentials_pair *pair)
{
	if (pair->same)
		return 0;
	/* Of the thread: leaving user 0 does not take the permitted capabilities, the way back. */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || set_groups(&pair->task) < 0 ||
		set_gids(&pair->task) < 0 || set_users(&pair->task) < 0 ||
		capabilities_set_effective(pair->task.effective) < 0) {
		credentials_give_back(pair);
		return -EPERM;
	}
	return 0;
}

void credentials_give_back(const struct credentials_pair *pair)
{
	struct capabilities c;

	if (pair->same)
		return;
	if (capabilities_get(&c) < 0 || capabilities_set_effective(c.permitted) < 0 ||
		set_users(&pair->own) < 0 || capabilities_set_effective(c.permitted) < 0 ||
		set_gids(&pair->own) < 0 || set_groups(&pair->own) < 0 ||
		capabilities_set_effective(pair->own.effective) < 0)
		abort();
}

bool credentials_capable(const struct credentials *who, unsigned capability)
{
	return who->effective >> capability & 1;
}

/* Real, effective or saved. */
static bool is_one_of(uint32_t id, const uint32_t ids[4])
{
	return id == ids[REAL] || id == ids[EFFECTIVE] || id == ids[SAVED];
}

bool credentials_may_claim(const struct credentials *task, pid_t pid, const struct ucred *claimed)
{
	return (claimed->pid == pid || credentials_capable(task, CAP_SYS_ADMIN)) &&
	       (is_one_of(claimed->uid, task->uid) || credentials_capable(task, CAP_SETUID)) &&
	       (is_one_of(claimed->gid, task->gid) || credentials_capable(task, CAP_SETGID));
}

void credentials_free(struct credentials_pair *pair)
{
	free(pair->task.groups);
	free(pair->own.groups);
	*pair = (struct credentials_pair){ 0 };
}
