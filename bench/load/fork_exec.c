/* fork_exec N: fork, exec of /bin/true, wait. */
#include <sys/wait.h>
#include <unistd.h>

#include "bench/load/load.h"

static void once(void *ctx)
{
	char *argv[] = { ctx, NULL };
	int status;
	pid_t pid = fork();

	if (pid < 0)
		load_die("fork");
	if (pid == 0) {
		execv(argv[0], argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		load_die("/bin/true");
}

int main(int argc, char **argv)
{
	char path[] = "/bin/true";

	load_repeat(load_number(argc, argv, 1), once, path);
	return 0;
}
