/* A log of any bytes, in memory. */
#ifndef CALLGATE_TESTS_LOG_OF_H
#define CALLGATE_TESTS_LOG_OF_H

#include <sys/mman.h>
#include <unistd.h>

#include "report/log/reader.h"
#include "tests/support/must.h"

static inline int file_of(const void *data, size_t size)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static inline struct log_reader *log_of(const void *data, size_t size)
{
	struct log_reader *reader = NULL;

	MUST(log_reader_open_fd(file_of(data, size), "log", &reader, NULL) == 0);
	return reader;
}

#endif
