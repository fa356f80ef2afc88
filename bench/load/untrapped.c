/* untrapped N: a call that nobody judges, and that does next to nothing. */
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/load/load.h"

static void once(void *ctx)
{
	(void)ctx;
	syscall(SYS_getppid);
}

int main(int argc, char **argv)
{
	load_repeat(load_number(argc, argv, 1), once, NULL);
	return 0;
}
