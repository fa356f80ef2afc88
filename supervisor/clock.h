/* A moment on both clocks: one to tell people, one to measure with. */
#ifndef CALLGATE_SUPERVISOR_CLOCK_H
#define CALLGATE_SUPERVISOR_CLOCK_H

#include <stdint.h>
#include <time.h>

struct moment {
	struct timespec real; /* CLOCK_REALTIME */
	uint64_t mono_ns;     /* CLOCK_MONOTONIC */
};

static inline uint64_t timespec_ns(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

/* CLOCK_MONOTONIC, where nobody is told the time. */
static inline uint64_t mono_now(void)
{
	struct timespec mono;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	return timespec_ns(&mono);
}

static inline struct moment moment_now(void)
{
	struct moment now;

	clock_gettime(CLOCK_REALTIME, &now.real);
	now.mono_ns = mono_now();
	return now;
}

#endif
