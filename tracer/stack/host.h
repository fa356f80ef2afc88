/*
 * What unwinding has to ask for outside of itself: memory of the stopped task
 * and files that it maps. The code that parses those, which may be hostile, runs
 * where it can get at neither by itself (tracer/stack/worker.h).
 *
 * Every question is about the task of the request that is being worked on.
 */
#ifndef CALLGATE_TRACER_STACK_HOST_H
#define CALLGATE_TRACER_STACK_HOST_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tracer/stack/maps.h"
#include "tracer/stack/regs.h"

enum { STACK_PAGE = 4096, STACK_PAGES_AHEAD = 2, STACK_BUILD_ID_MAX = 64 };

/* A stack that is wanted. No pointers: it crosses between processes as it is. */
struct stack_request {
	pid_t pid, tid;
	bool symbols; /* else modules alone */
	struct stack_regs regs;
	uint64_t ahead; /* address of the pages below: those that are asked for first */
	bool has_ahead[STACK_PAGES_AHEAD];
	uint8_t pages[STACK_PAGES_AHEAD][STACK_PAGE];
};

enum stack_ask {
	STACK_ASK_PAGE,     /* one of memory */
	STACK_ASK_MAPS,     /* /proc/PID/maps; its answer's text is the process's root */
	STACK_ASK_FILE,     /* a file that is mapped */
	STACK_ASK_DEBUG,    /* the separate debug file of a build-id */
	STACK_ASK_PERF_MAP, /* /tmp/perf-PID.map, of the process's user or root */
	STACK_ASK_COUNT,
};

struct stack_question {
	enum stack_ask what;
	uint64_t address;     /* STACK_ASK_PAGE */
	struct stack_map map; /* STACK_ASK_FILE; its path is the one below */
	char path[PATH_MAX];
	uint8_t build_id[STACK_BUILD_ID_MAX]; /* STACK_ASK_DEBUG */
	unsigned build_id_len;
};

struct stack_answer {
	int fd;                   /* the asker's to close; -errno */
	char text[PATH_MAX];      /* "" but where said above */
	uint8_t page[STACK_PAGE]; /* when fd is not negative, which is then 0 and no descriptor */
};

struct stack_host {
	void *ctx;
	void (*ask)(void *ctx, const struct stack_question *question, struct stack_answer *answer);
};

/* The answer from this very process, which must be allowed to trace the task. */
void stack_host_answer(const struct stack_request *request, const struct stack_question *question,
	struct stack_answer *answer);

/* Fills the request but for `symbols`. The task is in a ptrace stop. False: it is gone. */
bool stack_host_request(pid_t pid, pid_t tid, struct stack_request *request);

#endif
