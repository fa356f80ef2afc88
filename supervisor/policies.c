#include "supervisor/policies.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/root/view.h"

/* Where and in what environment the policy is for: ours. `cwd` has room for PATH_MAX bytes. */
static int make_env(struct policies *policies, char *cwd, struct policy_env *env, struct err **err)
{
	policies->resolver = name_resolver_new(&name_source_system);
	if (!policies->resolver)
		return err_set(err, ENOMEM, "cannot resolve names");
	env->environ = (const char *const *)environ;
	env->cwd = getcwd(cwd, PATH_MAX);
	env->resolver = policies->resolver;
	return 0;
}

static int load(struct policies *policies, char *const *files,
	void (*warn)(void *ctx, const char *text), void *ctx, struct err **err)
{
	struct policy_env env = { .root = policies->root, .warn = warn, .warn_ctx = ctx };
	char cwd[PATH_MAX];
	size_t n = 0;

	while (files[n])
		n++;
	if (make_env(policies, cwd, &env, err) < 0)
		return -1;
	return policy_load((const char *const *)files, n, &env, &policies->policy, err);
}

int policies_load(struct policies *policies, char *const *files,
	void (*warn)(void *ctx, const char *text), void *ctx, struct err **err)
{
	return load(policies, files, warn, ctx, err);
}

int policies_load_in(struct policies *policies, int root, char *const *files,
	void (*warn)(void *ctx, const char *text), void *ctx, struct err **err)
{
	policies->root = calloc(1, sizeof(*policies->root));
	if (!policies->root)
		return err_set(err, ENOMEM, "cannot load the policy");
	/* One for each policy: it lives as long as the last of its calls. */
	policies->root->fd = fcntl(root, F_DUPFD_CLOEXEC, 0);
	if (policies->root->fd < 0)
		return err_set(err, errno, "cannot look into the command's root");
	return load(policies, files, warn, ctx, err);
}

int policies_load_text(
	struct policies *policies, const char *text, const char *name, struct err **err)
{
	struct policy_env env = { 0 };
	char cwd[PATH_MAX];

	if (make_env(policies, cwd, &env, err) < 0)
		return -1;
	return policy_load_text(text, strlen(text), name, &env, &policies->policy, err);
}

void policies_free(struct policies *policies)
{
	policy_free(policies->policy);
	name_resolver_free(policies->resolver);
	if (policies->root && policies->root->fd >= 0)
		close(policies->root->fd);
	free(policies->root);
	*policies = (struct policies){ 0 };
}
