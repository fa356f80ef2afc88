#include <string.h>

#include "base/cleanup.h"
#include "policy/lint.h"
#include "report/learn/impl.h"

/* Their purpose is to run what a person types: what they reach is up to whoever feeds them. */
static bool is_shell(const char *path)
{
	static const char *const shells[] = { "sh", "ash", "bash", "dash", "zsh", "ksh", "mksh",
		"fish", "csh", "tcsh", "busybox", "toybox" };
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(name, shells[i]) == 0)
			return true;
	}
	return false;
}

static bool is_remote(const struct learn_grant *grant)
{
	return grant->is_host && grant->kind == CALL_KIND_CONNECT &&
	       !address_set_has(SET_LOOPBACK, &grant->host.addr);
}

static bool reaches_network(const struct learn_program *program)
{
	for (const struct learn_grant *g = program->grants; g; g = g->hh.next) {
		if (is_remote(g))
			return true;
	}
	return false;
}

/* Sets of places that nobody should allow without a thought. */
static bool is_delicate_place(const struct learn_grant *grant, struct sbuf *why)
{
	static const struct {
		enum address_set set;
		const char *why;
	} places[] = {
		{ SET_METADATA, "@metadata: clouds serve credentials there" },
		{ SET_PRIVATE, "@private: a host of an inner network" },
		{ SET_LINK_LOCAL, "@link-local: a host of the inner network" },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (address_set_has(places[i].set, &grant->host.addr)) {
			sbuf_str(why, places[i].why);
			return true;
		}
	}
	return false;
}

/* A socket is as much to be trusted as those who may put another in its place. */
static bool is_writable_socket(const struct learn_grant *grant, struct sbuf *why)
{
	const char *slash = strrchr(grant->path, '/');
	cleanup_free char *directory = strndup(grant->path, (size_t)(slash - grant->path));

	return directory && lint_path_writable(NULL, *directory ? directory : "/", true, why);
}

static bool risk_of_connect(
	const struct learn_program *program, const struct learn_grant *grant, struct sbuf *why)
{
	if (grant->path)
		return is_writable_socket(grant, why);
	if (!is_remote(grant))
		return false;
	if (is_delicate_place(grant, why))
		return true;
	if (!is_shell(program->exe))
		return false;
	sbuf_str(why, "a shell that reaches the network");
	return true;
}

static bool risk_of_exec(
	const struct learn_program *program, const struct learn_grant *grant, struct sbuf *why)
{
	if (grant->special) {
		sbuf_str(why, "an ELF interpreter: it runs any program it is given");
		return true;
	}
	if (lint_path_writable(NULL, grant->path, false, why))
		return true;
	if (!lint_path_is_interpreter(grant->path) || !reaches_network(program))
		return false;
	sbuf_str(why, "a program that reaches the network, and can run what it fetches");
	return true;
}

bool learn_risk(
	const struct learn_program *program, const struct learn_grant *grant, struct sbuf *why)
{
	if (*program->exe && lint_path_writable(NULL, program->exe, false, why))
		return true;
	if (grant->kind == CALL_KIND_CONNECT)
		return risk_of_connect(program, grant, why);
	if (grant->kind == CALL_KIND_EXEC)
		return risk_of_exec(program, grant, why);
	if (!grant->special)
		return false;
	sbuf_str(why, "a socket past all destinations: no default allows it");
	return true;
}
