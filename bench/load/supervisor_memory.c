/*
 * supervisor_memory processes|threads|events N: the memory of the parent, which is to be the
 * supervisor: what it gets to have for each of N live processes or threads, or for
 * each of N connects after the first tenth of them.
 */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/load/load.h"

static double parent_bytes(void)
{
	char path[64], line[256];
	unsigned long kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", getppid());
	file = fopen(path, "re");
	if (!file)
		load_die(path);
	while (!kib && fgets(line, sizeof(line), file))
		sscanf(line, "RssAnon: %lu kB", &kib);
	fclose(file);
	return (double)kib * 1024;
}

static void *pause_thread(void *arg)
{
	pause();
	return arg;
}

static void one_process(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		load_die("fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			pause();
		_exit(0);
	}
}

static void one_thread(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	if (pthread_create(&thread, &attr, pause_thread, NULL) != 0)
		load_die("pthread_create");
}

static void one_event(void)
{
	const struct sockaddr_in to = load_loopback(LOAD_PORT);
	static int fd = -1;

	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		load_die("connect");
}

static const struct what {
	const char *name;
	void (*one)(void);
} whats[] = { { "processes", one_process }, { "threads", one_thread }, { "events", one_event } };

int main(int argc, char **argv)
{
	unsigned long n = load_number(argc, argv, 2);
	double before;

	for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++) {
		if (strcmp(argv[1], whats[i].name) != 0)
			continue;
		for (unsigned long k = 0; k < n / 10; k++)
			whats[i].one();
		before = parent_bytes();
		for (unsigned long k = 0; k < n; k++)
			whats[i].one();
		/* The last of them may still be at work in the supervisor. */
		sleep(1);
		load_print("bytes", (parent_bytes() - before) / (double)n);
		return 0;
	}
	return 1;
}
