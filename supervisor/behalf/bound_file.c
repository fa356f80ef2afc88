/*
 * Which file a Unix socket is bound to, asked of the kernel by sock_diag(7): it answers everybody
 * (SIOCUNIXFILE, unix(7), only who has CAP_NET_ADMIN). Its inode has 32 bits there, and its device
 * is that of the mount, which stat(2) does not tell on btrfs and overlayfs.
 */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/behalf/impl.h"

enum { ANSWER_SIZE = 1024, DEVICE_MINOR_BITS = 20 /* include/linux/kdev_t.h */ };

union answer {
	struct nlmsghdr head;
	char bytes[ANSWER_SIZE];
};

/* The length of the answer about the socket of this inode, 0: there is none. */
static size_t ask(ino_t socket_ino, union answer *answer)
{
	struct {
		struct nlmsghdr head;
		struct unix_diag_req request;
	} ask = {
		.head = { .nlmsg_len = sizeof(ask),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST },
		.request = { .sdiag_family = AF_UNIX,
			.udiag_states = UINT32_MAX,
			.udiag_ino = (uint32_t)socket_ino,
			.udiag_show = UDIAG_SHOW_VFS,
			.udiag_cookie = { UINT32_MAX, UINT32_MAX } },
	};
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	cleanup_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	ssize_t n;

	if (fd < 0 || sendto(fd, &ask, sizeof(ask), 0, (const struct sockaddr *)&kernel,
			      sizeof(kernel)) < 0)
		return 0;
	n = recv(fd, answer, sizeof(*answer), 0);
	return n > 0 && NLMSG_OK(&answer->head, (size_t)n) &&
			       answer->head.nlmsg_type == SOCK_DIAG_BY_FAMILY
		       ? (size_t)n
		       : 0;
}

static bool is_file(const struct unix_diag_vfs *vfs, const struct stat *file)
{
	unsigned major = vfs->udiag_vfs_dev >> DEVICE_MINOR_BITS;
	unsigned minor = vfs->udiag_vfs_dev & ((1U << DEVICE_MINOR_BITS) - 1);
	bool unnamed = major == 0 && major(file->st_dev) == 0; /* a file system's own numbers */

	return vfs->udiag_vfs_ino == (uint32_t)file->st_ino &&
	       (unnamed || file->st_dev == makedev(major, minor));
}

enum bound_file behalf_bound_file(int fd, const struct stat *file)
{
	union answer answer;
	struct stat socket;
	struct rtattr *attr;
	size_t len;

	if (fstat(fd, &socket) < 0 || !ask(socket.st_ino, &answer))
		return BOUND_UNKNOWN;
	len = NLMSG_PAYLOAD(&answer.head, sizeof(struct unix_diag_msg));
	attr = (struct rtattr *)((char *)NLMSG_DATA(&answer.head) +
				 NLMSG_ALIGN(sizeof(struct unix_diag_msg)));
	for (; RTA_OK(attr, len); attr = RTA_NEXT(attr, len)) {
		if (attr->rta_type == UNIX_DIAG_VFS &&
			RTA_PAYLOAD(attr) >= sizeof(struct unix_diag_vfs))
			return is_file(RTA_DATA(attr), file) ? BOUND_HERE : BOUND_ELSEWHERE;
	}
	return BOUND_ELSEWHERE;
}
