#include "supervisor/privileges.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "policy/identity.h"
#include "supervisor/behalf/status.h"
#include "tracer/proc_path.h"

/* What a task is, as far as gaining privileges goes. */
struct standing {
	unsigned euid, egid;
	bool no_new_privs;
};

/* The number at a place of a field, from 0. */
static unsigned field_number(const char *status, const char *field, int place)
{
	const char *at = behalf_status_field(status, field);
	unsigned long number = 0;
	char *end;

	for (int i = 0; at && i <= place; i++, at = end)
		number = strtoul(at, &end, 10);
	return (unsigned)number;
}

static bool read_standing(pid_t tid, struct standing *out)
{
	cleanup_free char *status = behalf_status_read(tid);

	if (!status)
		return false;
	/* "Uid: real effective saved fs" */
	out->euid = field_number(status, "Uid", 1);
	out->egid = field_number(status, "Gid", 1);
	out->no_new_privs = field_number(status, "NoNewPrivs", 0) == 1;
	return true;
}

/* Giving it some, as by chmod(2) or setxattr(2), changes its ctime. */
static void put_plain(struct privileges *privileges, const struct stat *st)
{
	struct identity id;

	identity_of_stat(st, &id);
	identity_set_put(&privileges->plain, &id);
}

/* How the file would give privileges; NULL when it would not. */
static const char *gain_of(const struct stat *st, bool capable, const struct standing *who)
{
	/* Without the group's execute bit it means mandatory locking: inode(7). */
	const mode_t set_gid = S_ISGID | S_IXGRP;

	if ((st->st_mode & S_ISUID) && st->st_uid != who->euid)
		return "the set-user-ID bit";
	if ((st->st_mode & set_gid) == set_gid && st->st_gid != who->egid)
		return "the set-group-ID bit";
	/* Root has them all: capabilities(7). */
	return capable && who->euid != 0 ? "capabilities of its file" : NULL;
}

static bool is_told(struct privileges *privileges, const struct identity *id)
{
	for (size_t i = 0; i < privileges->ntold; i++) {
		if (identity_same_file(&privileges->told[i], id))
			return true;
	}
	if (privileges->ntold == PRIVILEGED_MAX)
		return true;
	privileges->told[privileges->ntold++] = *id;
	return false;
}

static bool mount_gives_none(const char *exe)
{
	struct statvfs fs;

	return statvfs(exe, &fs) == 0 && (fs.f_flag & ST_NOSUID);
}

/* callgate's own: then the command has it from there, and nothing differs. */
static bool has_it_anyway(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

bool privileges_withheld(struct privileges *privileges, const struct task *task, struct sbuf *words)
{
	const struct program *program = task->process->lineage->program;
	struct standing who;
	char exe[PROC_PATH_SIZE];
	const char *gain;
	struct stat st;
	bool capable;

	if (identity_set_has(&privileges->plain, &program->id))
		return false;
	proc_path(exe, task->process->pid, "exe");
	if (stat(exe, &st) < 0)
		return false;
	capable = getxattr(exe, "security.capability", NULL, 0) > 0;
	if (!capable && !(st.st_mode & (S_ISUID | S_ISGID))) {
		put_plain(privileges, &st);
		return false;
	}
	if (!read_standing(task->tid, &who) || !who.no_new_privs || has_it_anyway())
		return false;
	gain = gain_of(&st, capable, &who);
	if (!gain || mount_gives_none(exe) || is_told(privileges, &program->id))
		return false;
	escape_text(words, program->path, strlen(program->path));
	sbuf_fmt(words,
		" has %s, and gains nothing by that here: callgate runs the command under "
		"no_new_privs. If it needs them, run callgate as the user that has them",
		gain);
	return true;
}
