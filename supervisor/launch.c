#include "supervisor/launch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "policy/environment.h"

static int fill_environment(
	struct launch *launch, const struct policy *policy, bool carry_out, struct err **err)
{
	const struct environment *e = policy_environment(policy);
	size_t n = 0, kept = 0, removed = 0, gone = 0;

	while (environ[n])
		n++;
	launch->envp = calloc(n + e->nset + 1, sizeof(*launch->envp));
	launch->removed = calloc(n + 1, sizeof(*launch->removed));
	launch->gone = calloc(n + 1, sizeof(*launch->gone));
	if (!launch->envp || !launch->removed || !launch->gone)
		return err_set(err, ENOMEM, "cannot keep the command's environment");
	for (size_t i = 0; i < n; i++) {
		enum env_fate fate = environment_fate(policy, environ[i]);

		if (fate == ENV_CODE)
			launch->removed[removed++] = environ[i];
		if (fate != ENV_STAYS)
			launch->gone[gone++] = environ[i];
		if (fate == ENV_STAYS || !carry_out)
			launch->envp[kept++] = environ[i];
	}
	for (size_t i = 0; carry_out && i < e->nset; i++)
		launch->envp[kept++] = (char *)e->set[i].text;
	return 0;
}

/* What an ordinary user may not raise stays as it is. */
static void add_limit(struct launch *launch, int resource, uint64_t value, uint64_t grace)
{
	struct spawn_limit *limit = &launch->limits[launch->nlimits++];
	struct rlimit now;

	*limit = (struct spawn_limit){ resource, { value, value + grace } };
	if (getrlimit(resource, &now) < 0)
		return;
	if (now.rlim_max < limit->limit.rlim_max)
		limit->limit.rlim_max = now.rlim_max;
	if (limit->limit.rlim_max < limit->limit.rlim_cur)
		limit->limit.rlim_cur = limit->limit.rlim_max;
}

static void fill_limits(struct launch *launch, const struct policy *policy)
{
	static const int resources[LIMIT_COUNT] = {
		[LIMIT_NPROC] = RLIMIT_NPROC,
		[LIMIT_CORE] = RLIMIT_CORE,
		[LIMIT_NOFILE] = RLIMIT_NOFILE,
		[LIMIT_FSIZE] = RLIMIT_FSIZE,
		[LIMIT_AS] = RLIMIT_AS,
		[LIMIT_CPU] = RLIMIT_CPU,
	};
	const struct limits *limits = policy_limits(policy);

	for (int i = 0; i < LIMIT_COUNT; i++)
		if (limits->of[i].place.file)
			/* At the soft limit comes SIGXCPU, a second later SIGKILL: setrlimit(2). */
			add_limit(launch, resources[i], limits->of[i].value, i == LIMIT_CPU);
}

static int fill_user(struct launch *launch, const struct policy *policy, struct err **err)
{
	const struct run_as *as = policy_run_as(policy);
	const struct place *place = &as->user_place;

	if (!place->file)
		return 0;
	launch->uid = as->uid;
	launch->gid = as->gid;
	if (geteuid() == 0) {
		/* "user: root" is to stay what one is. */
		launch->drops_root = as->uid != 0;
		return 0;
	}
	if (geteuid() == as->uid && (!as->group_place.file || getegid() == as->gid))
		return 0;
	return err_set(err, 0,
		"%s:%d: only root can become another user: start callgate as root, or remove "
		"\"user\"",
		place->file, place->line);
}

int launch_prepare(
	struct launch *launch, const struct policy *policy, bool carry_out, struct err **err)
{
	int rc = fill_environment(launch, policy, carry_out, err);

	if (rc < 0 || !carry_out)
		return rc;
	fill_limits(launch, policy);
	return fill_user(launch, policy, err);
}

void launch_free(struct launch *launch)
{
	free(launch->envp);
	free(launch->removed);
	free(launch->gone);
	*launch = (struct launch){ 0 };
}

static void warn_removed(const struct launch *launch, struct emitter *emitter)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	if (!launch->removed[0])
		return;
	for (size_t i = 0; launch->removed[i]; i++) {
		sbuf_str(&text, i ? ", " : "");
		escape_text(&text, launch->removed[i], strcspn(launch->removed[i], "="));
	}
	sbuf_str(&text,
		": removed from the environment, where it would put code into programs that "
		"rules name; to keep it, list it in the policy's env: keep");
	emit_warning(emitter, "env.removed", sbuf_text(&text));
}

void launch_warn(const struct launch *launch, struct emitter *emitter)
{
	bool root = geteuid() == 0 && !launch->drops_root;

	warn_removed(launch, emitter);
	for (size_t i = 0; i < launch->nlimits; i++)
		if (root && launch->limits[i].resource == RLIMIT_NPROC)
			emit_warning(emitter, "limits.nproc",
				"the limit nproc does not hold root: give a user, or a budget");
}

void launch_fill(const struct launch *launch, struct spawn_options *spawn)
{
	spawn->envp = launch->envp ? launch->envp : environ;
	spawn->limits = launch->limits;
	spawn->nlimits = launch->nlimits;
	spawn->drops_root = launch->drops_root;
	spawn->uid = launch->uid;
	spawn->gid = launch->gid;
}
