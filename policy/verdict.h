/* The words of a decision, shared by policies, the log and the supervisor. */
#ifndef CALLGATE_POLICY_VERDICT_H
#define CALLGATE_POLICY_VERDICT_H

#include <stdbool.h>

enum mode { MODE_TRACE, MODE_AUDIT, MODE_ASK, MODE_ENFORCE };

enum verdict { VERDICT_ALLOW, VERDICT_DENY, VERDICT_ASK, VERDICT_KILL };

/* "trace", "audit", "ask", "enforce". */
const char *mode_name(enum mode mode);

/* True for ask and enforce: verdicts are carried out. In trace and audit every call goes on. */
bool mode_enforces(enum mode mode);

/* "allow", "deny", "ask", "kill". */
const char *verdict_name(enum verdict verdict);

#endif
