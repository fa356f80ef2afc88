/*
 * connects_at_once THREADS N: UDP connects by many threads, N in all. Prints what
 * one cost in the whole, and how long half of them and 99 of 100 took at most.
 */
#include <pthread.h>
#include <sys/socket.h>

#include "bench/load/load.h"

struct connector {
	pthread_t thread;
	pthread_barrier_t *barrier;
	unsigned long n;
	uint64_t *took; /* n */
	uint64_t begin, end;
};

static void connect_one(int fd, uint64_t *took)
{
	const struct sockaddr_in to = load_loopback(LOAD_PORT);
	uint64_t begin = load_now();

	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		load_die("connect");
	*took = load_now() - begin;
}

static void *connect_all(void *arg)
{
	struct connector *c = arg;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	pthread_barrier_wait(c->barrier);
	c->begin = load_now();
	for (unsigned long i = 0; i < c->n; i++)
		connect_one(fd, &c->took[i]);
	c->end = load_now();
	return NULL;
}

/* From the first to begin to the last to end: the main thread may be let run after that only. */
static uint64_t whole_time(const struct connector *connectors, unsigned long n)
{
	uint64_t begin = connectors[0].begin, end = connectors[0].end;

	for (unsigned long i = 1; i < n; i++) {
		begin = connectors[i].begin < begin ? connectors[i].begin : begin;
		end = connectors[i].end > end ? connectors[i].end : end;
	}
	return end - begin;
}

static int by_time(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	unsigned long threads = load_number(argc, argv, 1);
	unsigned long each = load_number(argc, argv, 2) / threads, all = each * threads;
	struct connector *connectors = calloc(threads, sizeof(*connectors));
	uint64_t *took = calloc(all, sizeof(*took));
	pthread_barrier_t barrier;

	if (!connectors || !took)
		load_die("memory");
	pthread_barrier_init(&barrier, NULL, (unsigned)threads);
	for (unsigned long i = 0; i < threads; i++) {
		struct connector *c = &connectors[i];

		*c = (struct connector){ .barrier = &barrier, .n = each, .took = took + i * each };
		if (pthread_create(&c->thread, NULL, connect_all, c) != 0)
			load_die("pthread_create");
	}
	for (unsigned long i = 0; i < threads; i++)
		pthread_join(connectors[i].thread, NULL);
	load_print("ns", (double)whole_time(connectors, threads) / (double)all);
	qsort(took, all, sizeof(*took), by_time);
	load_print("p50_ns", (double)took[all / 2]);
	load_print("p99_ns", (double)took[all * 99 / 100]);
	return 0;
}
