/* threads N: pthread_create and pthread_join. */
#include <pthread.h>

#include "bench/load/load.h"

static void *nothing(void *arg)
{
	return arg;
}

static void once(void *ctx)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, nothing, ctx) != 0)
		load_die("pthread_create");
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	load_repeat(load_number(argc, argv, 1), once, NULL);
	return 0;
}
