#include "policy/verdict.h"

const char *mode_name(enum mode mode)
{
	static const char *const names[] = {
		[MODE_TRACE] = "trace",
		[MODE_AUDIT] = "audit",
		[MODE_ASK] = "ask",
		[MODE_ENFORCE] = "enforce",
	};

	return names[mode];
}

bool mode_enforces(enum mode mode)
{
	return mode == MODE_ASK || mode == MODE_ENFORCE;
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_ALLOW] = "allow",
		[VERDICT_DENY] = "deny",
		[VERDICT_ASK] = "ask",
		[VERDICT_KILL] = "kill",
	};

	return names[verdict];
}
