#include "tracer/stack/map_query.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

/* As in linux/fs.h of 6.11 and later, struct procmap_query. */
struct query {
	uint64_t size, flags, address;           /* asked */
	uint64_t start, end, vma_flags;          /* answered */
	uint64_t page_size, offset, inode;       /* page_size is not of interest */
	uint32_t major, minor;                   /* of the device */
	uint32_t name_size, build_id_size;       /* 0: not wanted */
	uint64_t name_address, build_id_address; /* where to */
};

enum { EXECUTABLE = 0x04 }; /* PROCMAP_QUERY_VMA_EXECUTABLE */

/* PROCMAP_QUERY */
const unsigned stack_map_query_request = _IOWR('f', 17, struct query);

int stack_map_query(int maps_fd, uint64_t address, struct stack_segment *out)
{
	struct query query = { .size = sizeof(query), .address = address };

	if (ioctl(maps_fd, stack_map_query_request, &query) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!(query.vma_flags & EXECUTABLE))
		return 0;
	*out = (struct stack_segment){
		.start = query.start,
		.end = query.end,
		.offset = query.offset,
		.dev = makedev(query.major, query.minor),
		.ino = query.inode,
	};
	return 1;
}
