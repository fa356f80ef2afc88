/*
 * What tests/coverage/run adds to every program: _exit(2) writes down what ran, as exit(3)
 * does. Linked by --wrap=_exit.
 */
#include <fcntl.h>
#include <unistd.h>

#include <gcov.h>

_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

/* A process that may not write there says so, where tests would read it as the program's words. */
_Noreturn void __wrap__exit(int status)
{
	int null = open("/dev/null", O_WRONLY);

	if (null >= 0 && dup2(null, STDERR_FILENO) >= 0)
		__gcov_dump();
	__real__exit(status);
}
