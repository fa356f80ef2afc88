/* Events as the supervisor makes them, for the tests of what sinks do with them. */
#ifndef CALLGATE_TESTS_MADE_EVENT_H
#define CALLGATE_TESTS_MADE_EVENT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "report/event.h"
#include "tests/support/decoded.h"

/* One event and all that it borrows. Not to be copied. */
struct made_event {
	struct decoded decoded;
	struct sockaddr_in inet;
	char words[8][64];
	uint64_t vector[9];
	struct program program;
	struct lineage lineage;
	struct call_result result;
	struct socket_facts facts;
	struct decision decision;
	struct event event;
};

#define cleanup_made __attribute__((cleanup(made_free)))

static inline void made_free(struct made_event *m)
{
	decoded_free(&m->decoded);
}

/* By node[4131], 0.391 s after the beginning. */
static inline void made_init(struct made_event *m, enum event_type type)
{
	memset(m, 0, sizeof(*m));
	decoded_init(&m->decoded);
	m->program = (struct program){ .path = "/usr/bin/node" };
	m->lineage.program = &m->program;
	m->event = (struct event){
		.type = type,
		.seq = 1,
		.time = { .tv_sec = 1767323045, .tv_nsec = 678901234 },
		.mono_ns = 391000000,
		.mode = MODE_TRACE,
		.task = { .pid = 4131, .tid = 4131, .comm = "node", .lineage = &m->lineage },
	};
}

static inline void made_call_init(struct made_event *m)
{
	made_init(m, EVENT_CALL);
	m->event.call = (struct event_call){
		.call = &m->decoded.call,
		.result = &m->result,
		.duration_ns = 18400,
		.socket = &m->facts,
	};
}

static inline void made_result(struct made_event *m, int64_t value)
{
	m->result = (struct call_result){ .known = true, .is_error = value < 0, .value = value };
}

/* connect(21, ADDRESS:PORT) on a TCP socket. */
static inline void made_connect(
	struct made_event *m, const char *address, uint16_t port, int64_t result)
{
	made_call_init(m);
	m->inet = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
	inet_pton(AF_INET, address, &m->inet.sin_addr);
	m->facts = (struct socket_facts){ true, AF_INET, SOCK_STREAM, IPPROTO_TCP };
	fake_put(&m->decoded.mem, 0x1000, &m->inet, sizeof(m->inet));
	DECODE(&m->decoded, SYS_connect, 21, 0x1000, sizeof(m->inet));
	made_result(m, result);
}

/* execve(PATH, [WORD, ...], []), which succeeded in running `program` where that is not NULL. */
static inline void made_exec(struct made_event *m, const char *path, const char *const *argv,
	const struct program *program, int64_t result)
{
	made_call_init(m);
	fake_string(&m->decoded.mem, 0x1000, path);
	for (size_t i = 0; argv[i]; i++) {
		m->vector[i] = 0x2000 + 0x100 * i;
		fake_string(&m->decoded.mem, m->vector[i], argv[i]);
	}
	fake_put(&m->decoded.mem, 0x3000, m->vector, sizeof(m->vector));
	DECODE(&m->decoded, SYS_execve, 0x1000, 0x3000, 0);
	m->event.call.program = program;
	made_result(m, result);
}

/* clone(FLAGS | SIGNAL, ...), fork() where flags are 0. */
static inline void made_spawn(struct made_event *m, uint64_t flags, pid_t child, bool thread)
{
	made_call_init(m);
	DECODE(&m->decoded, flags ? SYS_clone : SYS_fork, flags);
	m->event.call.child = child;
	m->event.call.child_is_thread = thread;
	made_result(m, child);
}

/* What the policy said: the default of ci.yaml, or the rule that is named. */
static inline void made_decision(
	struct made_event *m, enum verdict verdict, int errnum, const char *rule)
{
	m->decision = (struct decision){
		.verdict = verdict,
		.errnum = errnum,
		.rule = { .id = rule, .file = "ci.yaml", .line = 21 },
		.reason = *rule ? "rule" : "default",
		.near_miss = -1,
	};
	m->event.call.decision = &m->decision;
}

static inline void made_exit(struct made_event *m, int status)
{
	made_init(m, EVENT_EXIT);
	m->event.exit = (struct event_exit){ .status = status, .lifetime_ns = 1234000000 };
}

static inline void made_warning(struct made_event *m, const char *code, const char *text)
{
	made_init(m, EVENT_WARNING);
	m->event.warning = (struct event_warning){ code, text };
}

#endif
