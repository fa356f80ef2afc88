/*
 * What the loads share: each makes one kind of call many times and prints what
 * one cost, as lines of "key value". A tenth is made first and not counted.
 */
#ifndef CALLGATE_BENCH_LOAD_H
#define CALLGATE_BENCH_LOAD_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LOAD_PORT = 9 }; /* discard: nobody listens, and a UDP connect does not care */

static inline uint64_t load_time(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t load_now(void)
{
	return load_time(CLOCK_MONOTONIC);
}

static inline _Noreturn void load_die(const char *what)
{
	perror(what);
	exit(1);
}

static inline unsigned long load_number(int argc, char **argv, int i)
{
	unsigned long n = i < argc ? strtoul(argv[i], NULL, 10) : 0;

	if (n)
		return n;
	fprintf(stderr, "%s: argument %d is to be a number\n", argv[0], i);
	exit(1);
}

static inline struct sockaddr_in load_loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static inline void load_print(const char *key, double value)
{
	printf("%s %.1f\n", key, value);
}

/* Calls `once` n times. */
static inline void load_repeat_by(
	clockid_t clock, unsigned long n, void (*once)(void *ctx), void *ctx)
{
	uint64_t begin;

	for (unsigned long i = 0; i < n / 10 + 1; i++)
		once(ctx);
	begin = load_time(clock);
	for (unsigned long i = 0; i < n; i++)
		once(ctx);
	load_print("ns", (double)(load_time(clock) - begin) / (double)n);
}

static inline void load_repeat(unsigned long n, void (*once)(void *ctx), void *ctx)
{
	load_repeat_by(CLOCK_MONOTONIC, n, once, ctx);
}

#endif
