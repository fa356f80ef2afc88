"""What strace saw, in the words of callgate's log: see gate_calls.py for the form."""

import os
import re
import socket
import struct

from strace_text import Abstract, Call, Commented, Cut, Flags, Name, read_line

UNREADABLE = {"unreadable": True}
INT_MAX = 0x7fffffff
CLONE_ARGS_SIZE_VER0 = 64
PAGE_SIZE = os.sysconf("SC_PAGESIZE")
# Of include/net and the C library: what strace prints and Python does not name.
EXTRA = {"AF_LOCAL": "unix", "IPPROTO_IP": 0, "PF_UNSPEC": 0}


def word(value, *prefixes):
    """AF_INET -> inet. A number stays one."""
    if isinstance(value, Commented):
        value = value.value
    if isinstance(value, Name):
        if value in EXTRA:
            return EXTRA[value]
        for prefix in prefixes:
            if value.startswith(prefix):
                return value[len(prefix):].lower()
        return str(value)
    return int(value)


def words(value, *prefixes):
    """The flags of an argument, sorted, without the 0 that stands for none."""
    parts = value if isinstance(value, Flags) else Flags([value])
    found = (word(part, *prefixes) for part in parts)
    return sorted(hex(flag) if isinstance(flag, int) else flag for flag in found if flag != 0)


def number(value):
    """The number in htons(80), 80, 0x50 or 0x50 /* fifty */."""
    if isinstance(value, Commented):
        value = value.value
    if isinstance(value, Call):
        if value.name == "if_nametoindex":
            return socket.if_nametoindex(value.args[0].decode())
        return number(value.args[0])
    return int(value)


def text_of(value):
    return value.decode()


def raw_address(fields):
    """Family and bytes of an address that strace does not take apart."""
    family = word(fields["sa_family"], "AF_")
    data = fields.get("sa_data", b"")
    if family in TAKEN_APART and len(data) >= struct.calcsize(TAKEN_APART[family][0]):
        return {"family": family, **TAKEN_APART[family][1](data)}
    return {"family": family, "raw": data.hex()}


def inet(fields):
    return {"address": text_of(fields["sin_addr"].args[0]), "port": number(fields["sin_port"])}


def inet6(fields):
    return {"address": text_of(fields["inet_pton"].args[1]), "port": number(fields["sin6_port"]),
            "flowinfo": number(fields["sin6_flowinfo"]),
            "scope_id": number(fields.get("sin6_scope_id", 0))}


def unix(fields):
    name = fields.get("sun_path")
    if name is None:
        return {"unnamed": True}
    return {"abstract" if isinstance(name, Abstract) else "path": name.hex()}


def netlink(fields):
    return {"pid": number(fields["nl_pid"]), "groups": number(fields["nl_groups"])}


ETHERTYPES = {"ETH_P_ALL": 3, "ETH_P_ARP": 0x806, "ETH_P_IP": 0x800}


def packet(fields):
    protocol = fields["sll_protocol"].args[0]
    hwaddr = bytes(int(byte) for byte in fields["sll_addr"])
    return {"ethertype": ETHERTYPES.get(protocol, protocol),
            "ifindex": number(fields["sll_ifindex"]), "hwaddr": hwaddr.hex(":")}


def vsock(fields):
    return {"cid": number(fields["svm_cid"]), "port": number(fields["svm_port"])}


def alg(fields):
    return {"alg_type": text_of(fields["salg_type"]), "alg_name": text_of(fields["salg_name"])}


def xdp(fields):
    return {"ifindex": number(fields["sxdp_ifindex"]), "queue_id": number(fields["sxdp_queue_id"]),
            "shared_umem_fd": number(fields["sxdp_shared_umem_fd"])}


def bdaddr(text):
    """strace prints the bytes as they lie in memory; the notation begins with the
    last of them (ba2str() of BlueZ)."""
    return ":".join(reversed(text.lower().split(":")))


def bluetooth(fields):
    """The members that strace shows as numbers."""
    if "hci_dev" in fields:
        return {"dev": number(fields["hci_dev"])}
    if "l2_psm" in fields:
        return {"bdaddr": bdaddr(fields["l2_bdaddr"]), "psm": number(fields["l2_psm"])}
    return {"bdaddr": bdaddr(fields["rc_bdaddr"]), "channel": number(fields["rc_channel"])}


# Addresses that callgate takes apart and strace, or strace when they are as short
# as the kernel allows, does not: linux/can.h, linux/if_packet.h; without the family.
CAN = "<HiII"
PACKET = "<HiHBB"


def can_bytes(data):
    _, ifindex, rx_id, tx_id = struct.unpack_from(CAN, data)
    return {"ifindex": ifindex, "rx_id": rx_id, "tx_id": tx_id}


def packet_bytes(data):
    protocol, ifindex, _, _, halen = struct.unpack_from(PACKET, data)
    hwaddr = data[struct.calcsize(PACKET):][:halen]
    return {"ethertype": socket.ntohs(protocol), "ifindex": ifindex, "hwaddr": hwaddr.hex(":")}


TAKEN_APART = {"can": (CAN, can_bytes), "packet": (PACKET, packet_bytes)}
FAMILIES = {"inet": inet, "inet6": inet6, "unix": unix, "netlink": netlink, "packet": packet,
            "vsock": vsock, "alg": alg, "xdp": xdp, "bluetooth": bluetooth}


def address(value, length):
    """A socket address; length is what the program gave."""
    if value is None:
        return {"null": True}
    if not isinstance(value, dict):
        # strace follows no pointer with such a length; the kernel does not either.
        return {"bad_length": length} if length < 2 else UNREADABLE
    if length > 128:
        return {"bad_length": length}
    family = word(value["sa_family"], "AF_")
    if "sa_data" in value or (len(value) == 1 and family != "unix"):
        return raw_address(value)
    if family in FAMILIES:
        return {"family": family, **FAMILIES[family](value)}
    # strace takes more families apart than callgate does, and shows no raw bytes then.
    return {"family": family, "raw": {"cut": ""}}


def string(value):
    if value is None:
        return {"null": True}
    if isinstance(value, Cut):
        return {"cut": value.hex()}
    return value.hex() if isinstance(value, bytes) else UNREADABLE


def segments_length(segments, count):
    if not isinstance(segments, list):
        return UNREADABLE if count else 0
    if ... in segments:
        return None  # not all are shown
    return sum(int(segment["iov_len"]) for segment in segments)


def control_message(fields):
    found = {"level": word(fields["cmsg_level"], "SOL_"), "type": word(fields["cmsg_type"], "SCM_")}
    data = fields.get("cmsg_data")
    if isinstance(data, list):
        found["fds"] = [int(fd) for fd in data]
    elif isinstance(data, dict) and "uid" in data:
        found.update({key: int(data[key]) for key in ("pid", "uid", "gid")})
    else:
        found["len"] = int(fields["cmsg_len"])
    return found


def message(fields):
    if not isinstance(fields, dict):
        return UNREADABLE
    found = {"data_len": segments_length(fields.get("msg_iov"), int(fields["msg_iovlen"]))}
    if fields["msg_name"] is not None:
        found["to"] = address(fields["msg_name"], int(fields["msg_namelen"]))
    control = fields.get("msg_control")
    if isinstance(control, list):
        found["control"] = [control_message(c) for c in control if isinstance(c, dict)]
    elif control is not None:
        # Longer than an int: the kernel does not look, and callgate does not.
        length = int(fields["msg_controllen"])
        found["control"] = UNREADABLE if length <= INT_MAX else {"bad_length": length}
    return found


def vector(value):
    """argv: each element, and whether there is more."""
    if value is None:
        return {"null": True}
    if not isinstance(value, list):
        return UNREADABLE
    found = [string(item) for item in value if item is not ...]
    # An element or the array's own end that could not be read is the last that is shown.
    return found + ["..."] if ... in value else found


def environment(value):
    """The number of variables; 0 for NULL, as for an empty one."""
    if value is None:
        return 0
    if isinstance(value, Commented):
        count = re.match(r"/\* (\d+) vars?", value.comment)
        if count:
            return int(count.group(1))
    return UNREADABLE


def exec_args(path, argv, envp):
    return {"path": string(path), "argv": vector(argv), "envp_count": environment(envp)}


def clone_flags(flags, exit_signal=None):
    parts = flags if isinstance(flags, Flags) else Flags([flags])
    signals = [str(part) for part in parts if isinstance(part, Name) and part.startswith("SIG")]
    rest = Flags(part for part in parts if str(part) not in signals)
    if exit_signal is not None:
        signals = [str(exit_signal)] if isinstance(exit_signal, Name) else []
    return {"flags": words(rest, "CLONE_"), "exit_signal": signals[0] if signals else 0}


def clone(line):
    return {**clone_flags(line.keywords["flags"]),
            "stack": line.keywords["child_stack"] is not None}


def clone3(line):
    given = line.args[0]
    size = int(line.args[1])
    if isinstance(given, list):  # before => after
        given = given[0]
    # Of another size the kernel takes none (copy_clone_args_from_user()).
    if not isinstance(given, dict) or not CLONE_ARGS_SIZE_VER0 <= size <= PAGE_SIZE:
        return {"size": size, "unread": True}
    return {**clone_flags(given["flags"], given["exit_signal"]),
            "stack": given["stack"] is not None, "size": size}


def socket_args(line):
    family, kind, protocol = line.args[:3]
    # Beyond what SOCK_TYPE_MASK keeps are flags, also where strace shows one number.
    parts = kind if isinstance(kind, Flags) else Flags([kind])
    flags, types = [], []
    for part in parts:
        found = word(part, "SOCK_")
        if found in ("cloexec", "nonblock"):
            flags.append(found)
        elif isinstance(found, int):
            types.append(found & 0xf)
            flags += [hex(found & ~0xf)] if found & ~0xf else []
        else:
            types.append(found)
    return {"family": word(family, "AF_"), "type": types[0], "type_flags": sorted(flags),
            "protocol": word(protocol, "IPPROTO_", "NETLINK_", "BTPROTO_")}


def socketpair(line):
    found = socket_args(line)
    pair = line.args[3]
    found["fds"] = [int(fd) for fd in pair] if isinstance(pair, list) else None
    return found


def accept(line):
    found = {"fd": int(line.args[0])}
    if isinstance(line.args[1], dict):
        found["peer"] = address(line.args[1], 128)
    if len(line.args) > 3:
        found["flags"] = words(line.args[3], "SOCK_")
    return found


def sendto(line):
    found = {"fd": int(line.args[0]), "data_len": int(line.args[2]),
             "flags": words(line.args[3], "MSG_")}
    if line.args[4] is not None:
        found["to"] = address(line.args[4], int(line.args[5]))
    return found


def sendmmsg(line):
    found = {"fd": int(line.args[0]), "flags": words(line.args[3], "MSG_")}
    if isinstance(line.args[1], list):
        found["messages"] = ["..." if m is ... else message(m["msg_hdr"]) for m in line.args[1]]
    return found


ARGS = {
    "socket": socket_args,
    "socketpair": socketpair,
    "connect": lambda l: {"fd": int(l.args[0]), "to": address(l.args[1], int(l.args[2]))},
    "bind": lambda l: {"fd": int(l.args[0]), "to": address(l.args[1], int(l.args[2]))},
    "listen": lambda l: {"fd": int(l.args[0]), "backlog": int(l.args[1])},
    "accept": accept,
    "accept4": accept,
    "sendto": sendto,
    "sendmsg": lambda l: {"fd": int(l.args[0]), "flags": words(l.args[2], "MSG_"),
                          **({"unread": True} if not isinstance(l.args[1], dict)
                             else message(l.args[1]))},
    "sendmmsg": sendmmsg,
    "execve": lambda l: exec_args(*l.args[:3]),
    "execveat": lambda l: {"dirfd": word(l.args[0]), **exec_args(*l.args[1:4]),
                           "flags": words(l.args[4], "AT_")},
    "clone": clone,
    "clone3": clone3,
    "fork": lambda l: {},
    "vfork": lambda l: {},
}

# Calls without a decoder in callgate whose descriptor says which stream they are about.
FD_ONLY = {"recvfrom", "recvmsg", "recvmmsg", "recv"}


# Its task ended within it, and its result is known to nobody.
UNFINISHED = re.compile(r" <unfinished \.\.\.>\)\s+= \?$")


def read_call(text):
    """(name, arguments, result), or None."""
    line = read_line(UNFINISHED.sub(") = ?", text), lambda name: name in ARGS)
    if line is None:
        return None
    args = ARGS[line.name](line) if line.name in ARGS else {}
    if line.name in FD_ONLY:
        args = {"fd": int(re.match(r"\w+\((-?\d+)", text).group(1))}
    return line.name, args, line.result


NR_EXIT_GROUP = 231  # on x86-64
# Its task was gone, by a kill or by another thread's exec, before strace had asked which
# call it stopped at.
NAMELESS = "???( <unfinished ...>"
EXEC_BY_THREAD = re.compile(r"(.*) <pid changed to (\d+) \.\.\.>$")


def read_whole_call(path, text):
    """The same; what cannot be read is an error that shows it."""
    try:
        call = read_call(text)
    except (LookupError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: cannot read: {text[:200]}") from error
    if call is None:
        raise ValueError(f"{path}: cannot read: {text[:200]}")
    return call


def read_task(path, calls, exits):
    """Adds the calls of the file that strace -ff wrote for one task."""
    tid = int(path.rsplit(".", 1)[1])
    own = calls.setdefault(tid, [])
    with open(path, encoding="ascii") as file:
        for text in file:
            text = text.rstrip("\n")
            moved = EXEC_BY_THREAD.match(text)
            if moved:
                # A thread's exec makes it the leader: there the call returns.
                leader = calls.setdefault(int(moved.group(2)), [])
                leader.append(read_call(moved.group(1) + ") = 0"))
            elif text.startswith("+++ exited with"):
                exits[tid] = int(text.split()[3])
            elif text.startswith("+++ killed by"):
                exits[tid] = text.split()[3]
            elif text.startswith("<... execve resumed"):
                # strace 6.1 takes the new program's first call for the end of its
                # exec, and that call's number for the result.
                if not text.endswith(f"= {NR_EXIT_GROUP}"):
                    raise ValueError(f"{path}: cannot read: {text}")
                own.append(("exit_group", {}, None))
            elif text != NAMELESS and not text.startswith(("---", "+++")):
                own.append(read_whole_call(path, text))


def read_run(folder):
    """(calls by tid, exits by tid) of all that strace wrote to the folder."""
    calls, exits = {}, {}
    for name in sorted(os.listdir(folder)):
        if re.fullmatch(r"strace\.\d+", name):
            read_task(os.path.join(folder, name), calls, exits)
    return calls, exits
