#include "supervisor/policies.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

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

int policies_load(struct policies *policies, char *const *files,
	void (*warn)(void *ctx, const char *text), void *ctx, struct err **err)
{
	struct policy_env env = { .warn = warn, .warn_ctx = ctx };
	char cwd[PATH_MAX];
	size_t n = 0;

	while (files[n])
		n++;
	if (make_env(policies, cwd, &env, err) < 0)
		return -1;
	return policy_load((const char *const *)files, n, &env, &policies->policy, err);
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
	*policies = (struct policies){ 0 };
}
