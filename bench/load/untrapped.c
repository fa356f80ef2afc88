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
	/* Nobody else has a part in it: its own time, not that of others who use the processor. */
	load_repeat_by(CLOCK_PROCESS_CPUTIME_ID, load_number(argc, argv, 1), once, NULL);
	return 0;
}
