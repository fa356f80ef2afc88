#include "supervisor/ask/builtin.h"

#include <string.h>

static const char name[] = "callgate ask";

/* A socket bound to port 0 for datagrams is what sending on an unbound one makes anyhow. */
#define HARMLESS "  - {bind: \"udp:*:0\", verdict: allow, why: \"any free port, to send from\"}\n"

static const char text[] =
	"version: 1\n"
	"default: {connect: ask, bind: ask, exec: ask, spawn: allow, socket: allow}\n"
	"rules:\n"
	"  - {id: name-servers, connect: \"@resolvers:53\", verdict: ask}\n" HARMLESS;

int ask_builtin_load(struct policy **out, struct err **err)
{
	return policy_load_text(text, strlen(text), name, NULL, out, err);
}

bool ask_builtin_decided(const struct decision *decision)
{
	return decision->rule.file && strcmp(decision->rule.file, name) == 0;
}

bool ask_builtin_is_dns(const struct decision *decision)
{
	return ask_builtin_decided(decision) && strcmp(decision->rule.id, "name-servers") == 0;
}

void ask_builtin_forget(struct decision *decision)
{
	if (ask_builtin_decided(decision))
		decision->rule = (struct rule_ref){ .id = "" };
}

void ask_builtin_header(const struct policy *policy, struct sbuf *out)
{
	sbuf_str(out, "# Rules saved by callgate ask. To hold a command to them:\n"
		      "# callgate enforce -p FILE -- COMMAND\n"
		      "version: 1\n");
	if (!policy) {
		sbuf_str(out, "default: {connect: deny, bind: deny, exec: deny, spawn: allow, "
			      "socket: allow}\nrules:\n" HARMLESS);
		return;
	}
	sbuf_str(out, "default: {");
	for (int kind = CALL_KIND_CONNECT; kind <= CALL_KIND_SOCKET; kind++)
		sbuf_fmt(out, "%s%s: %s", kind == CALL_KIND_CONNECT ? "" : ", ",
			call_kind_name((enum call_kind)kind),
			verdict_name(policy_default_verdict(policy, (enum call_kind)kind)));
	sbuf_str(out, "}\nrules:\n");
}
