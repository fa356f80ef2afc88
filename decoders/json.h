/*
 * Renders decoded values for tools, as the fields of the log's `args` object.
 */
#ifndef CALLGATE_DECODERS_JSON_H
#define CALLGATE_DECODERS_JSON_H

#include <stdbool.h>

#include "decoders/call.h"
#include "decoders/socket_facts.h"

struct record;

/*
 * Writes an object with one member per argument, named after it (call_table.c
 * has the names). Returns true when they say the type of the call's socket.
 * Member values:
 *
 *   numbers, descriptors   integer; record_unsigned() for sizes
 *   addresses, opaque      "0x7ffd00"
 *   names                  "inet", "stream", "tcp", "attach", "SIGCHLD", "AT_FDCWD"; an
 *                          integer when the number has no name
 *   flags                  array of names, the unknown bits as one "0x..." element:
 *                          ["cloexec","nonblock"]
 *   socket(2)'s type       "type":"stream","type_flags":["cloexec"]
 *   strings                json_bytes()
 *   argv                   array of json_bytes(); an element that is not whole is
 *                          {"status":"cut","value":...,"len":N},
 * {"status":"unreadable","addr":"0x10"} envp                   "envp_count":N, and "envp" as argv
 * only when contents were kept data                   "data_len":N, and "data" only when contents
 * were kept socketpair(2)'s fds    [3,4]
 *
 * A socket address has no member of its own name: its parts stand beside the
 * other arguments, {"fd":21,"family":"inet","address":"169.254.169.254",
 * "port":80,"type":"stream","protocol":"tcp"}, the last two from `facts` when
 * these are known, with "socket_family" when that is another. By family:
 *
 *   inet, unspec   address, port
 *   inet6          address, port; flowinfo, scope_id when not 0
 *   unix           path, or abstract (json_bytes()), or unnamed:true
 *   netlink        pid, groups ("0x...")
 *   packet         ethertype, ifindex, hatype, pkttype, hwaddr ("02:00:...")
 *   vsock          cid, port, vsock_flags when not 0
 *   bluetooth      protocol, bdaddr; rfcomm: channel; l2cap: psm, cid, bdaddr_type;
 *                  hci: dev, channel
 *   alg            alg_type, alg_name, feat, mask
 *   can            ifindex, rx_id, tx_id
 *   xdp            ifindex, queue_id, xdp_flags, shared_umem_fd
 *   all others     raw: hex of all its bytes
 *
 * sendmsg(2)'s message stands beside the others in the same way; sendmmsg(2)
 * has them in "messages":[{...}], each with "sent" once it was. A message
 * has the address it names, data_len, data, and
 * "control":[{"level":"socket","type":"rights","fds":[5]},
 * {...,"type":"credentials","pid":1,"uid":0,"gid":0},{"level":"ip","type":8,"len":20}].
 *
 * Whatever could not be read, or not wholly, is marked beside its name N:
 *   N_status   "null", "unreadable", "cut", "bad_length", "not_read"; absent when all is well
 *   N_addr     "0x10": where it was, for "unreadable"
 *   N_len      bytes there were, for "cut" and "bad_length"
 *   N_count    elements there were, for "cut" arrays
 * and N is null, or for "cut" what was kept. N of a socket address is
 * "sockaddr", of a message "msg", of control messages "control".
 *
 * A call without a decoder has {"raw":["0x3","0x7ffd00",...]}, its six registers.
 */
bool json_record_args(struct record *record, const char *key, const struct call *call,
	const struct socket_facts *facts);

#endif
