/*
 * Policy text: whatever it is, it loads or is refused with a message; what
 * loads can be printed, read again and decided by.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decoders/sockaddr.h"
#include "policy/policy.h"
#include "policy/root/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct policy *load(const char *text, size_t len)
{
	/* Programs are looked for in a place that has none, included files too. */
	static const struct root_view nowhere = { .fd = -1 };
	const struct policy_env env = {
		.root = &nowhere, .resolv_conf = "/nowhere/resolv.conf", .cwd = "/nowhere"
	};
	struct policy *policy = NULL;
	struct err *err = NULL;

	if (policy_load_text(text, len, "/nowhere/p.yaml", &env, &policy, &err) < 0) {
		if (!strstr(err_text(err), ":"))
			abort();
		err_free(&err);
		return NULL;
	}
	return policy;
}

static void decide(const struct policy *policy)
{
	const struct program program = { .path = "/usr/bin/curl", .script = "/usr/bin/npm" };
	const struct lineage lineage = { NULL, &program };
	struct sockaddr_value address = { .status = VALUE_OK,
		.len = 16,
		.raw_len = 16,
		.raw = { AF_INET, 0, 1, 187, 10, 0, 0, 1 } };
	struct decision decision;

	sockaddr_decode(&address);
	for (int kind = CALL_KIND_OTHER; kind <= CALL_KIND_SYSCALL; kind++) {
		const struct request request = { .lineage = &lineage,
			.by_path = true,
			.kind = (enum call_kind)kind,
			.destination = &address,
			.target = &program,
			.env_code = "LD_PRELOAD",
			.call = kind == CALL_KIND_OTHER ? "getsockopt" : "connect",
			.syscall = "ptrace" };
		struct sbuf text = SBUF_INIT;

		policy_decide(policy, &request, &decision);
		policy_explain_near_miss(policy, &request, &decision, &text);
		sbuf_free(&text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sbuf first = SBUF_INIT, second = SBUF_INIT;
	struct policy *policy = load((const char *)data, size), *again;

	if (!policy)
		return 0;
	decide(policy);
	policy_print(policy, &first);
	again = load(sbuf_text(&first), first.len);
	if (!again)
		abort();
	policy_print(again, &second);
	if (first.len != second.len || memcmp(sbuf_text(&first), sbuf_text(&second), first.len))
		abort();
	policy_free(policy);
	policy_free(again);
	sbuf_free(&first);
	sbuf_free(&second);
	return 0;
}
