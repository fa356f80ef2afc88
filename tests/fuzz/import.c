/*
 * Policies from elsewhere: whatever the text, it is refused with its place, or
 * becomes a policy of ours that loads, but for users and groups that this host
 * does not have.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/import.h"
#include "policy/policy.h"
#include "policy/root/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void load(const struct sbuf *text)
{
	static const struct root_view nowhere = { .fd = -1 };
	const struct policy_env env = {
		.root = &nowhere, .resolv_conf = "/nowhere/resolv.conf", .cwd = "/nowhere"
	};
	struct policy *policy = NULL;
	struct err *err = NULL;

	if (policy_load_text(sbuf_text(text), text->len, "p", &env, &policy, &err) < 0 &&
		!strstr(err_text(err), " here"))
		abort();
	policy_free(policy);
	err_free(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sbuf out = SBUF_INIT, unheld = SBUF_INIT;
	struct err *err = NULL;

	if (import_openshell((const char *)data, size, "f", &out, &unheld, &err) == 0)
		load(&out);
	else if (!strstr(err_text(err), ":"))
		abort();
	err_free(&err);
	sbuf_free(&out);
	sbuf_free(&unheld);
	return 0;
}
