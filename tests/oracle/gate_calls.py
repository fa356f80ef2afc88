"""What callgate logged, in a form that can be compared: per task a list of
(name, arguments, result).

Arguments keep the log's words. An address is one dict under "to" (or "peer"),
strings are in hexadecimal, and where something could not be read or makes no
sense, a dict says so: {"unreadable": true}, {"null": true}, {"bad_length": N}.
The result is a number, the name of an errno, or None where the task died in it.
"""

import base64
import json

from strace_calls import UNREADABLE

FAMILY_SIZE = 2  # bytes of sa_family_t, which begin every address

# Members of an address, next to the call's own: see decoders/json/sockaddr.c's table of families.
SOCKET_CALLS = {"connect": "to", "bind": "to", "accept": "peer", "accept4": "peer",
                "sendto": "to"}


def hex_of(value):
    """A string of the log, which may be in base64, in hexadecimal."""
    if isinstance(value, dict):
        return base64.b64decode(value["base64"]).hex()
    return value.encode().hex()


def inet(args):
    return {"address": args["address"], "port": args["port"]}


def inet6(args):
    return {**inet(args), "flowinfo": args.get("flowinfo", 0), "scope_id": args.get("scope_id", 0)}


def unix(args):
    for key in ("path", "abstract"):
        if key in args:
            return {key: hex_of(args[key])}
    return {"unnamed": args["unnamed"]}


def pick(*keys):
    return lambda args: {key: args[key] for key in keys}


def bluetooth(args):
    keys = ("dev",) if "dev" in args else ("bdaddr", "psm" if "psm" in args else "channel")
    return pick(*keys)(args)


FAMILIES = {
    "inet": inet, "inet6": inet6, "unix": unix,
    "netlink": lambda args: {"pid": args["pid"], "groups": int(args["groups"], 0)},
    "packet": pick("ethertype", "ifindex", "hwaddr"),
    "bluetooth": bluetooth,
    "can": pick("ifindex", "rx_id", "tx_id"),
    "vsock": pick("cid", "port"),
    "alg": pick("alg_type", "alg_name"),
    "xdp": pick("ifindex", "queue_id", "shared_umem_fd"),
}


def address(args):
    status = args.get("sockaddr_status")
    if status == "null":
        return {"null": True}
    if status == "bad_length":
        return {"bad_length": int(args["sockaddr_len"])}
    if status:
        return UNREADABLE
    family = args["family"]
    if "raw" in args:
        return {"family": family, "raw": args["raw"][2 * FAMILY_SIZE:]}
    if family in FAMILIES:
        return {"family": family, **FAMILIES[family](args)}
    return {"family": family}


def has_address(args):
    return "family" in args or "sockaddr_status" in args


def with_address(name, args):
    key = SOCKET_CALLS[name]
    found = {"fd": args["fd"]}
    if key == "to" and has_address(args):
        found["to"] = address(args)
    # What the kernel did not write is shown by callgate as such, by strace as a pointer.
    if key == "peer" and "family" in args:
        found["peer"] = address(args)
    if "flags" in args:
        found["flags"] = sorted(args["flags"])
    if name == "sendto":
        found["data_len"] = args["data_len"]
    return found


def control(args):
    if args.get("control_status") == "unreadable":
        return UNREADABLE
    if args.get("control_status") == "bad_length" and not args.get("control"):
        return {"bad_length": int(args["control_len"])}
    return args.get("control")


def message(args):
    found = {}
    if args.get("iov_status") != "bad_length":
        unread = args.get("data_status") == "unreadable"
        found["data_len"] = UNREADABLE if unread else args["data_len"]
    if has_address(args):
        found["to"] = address(args)
    if control(args) is not None:
        found["control"] = control(args)
    return found


def sendmsg(args):
    found = {"fd": args["fd"], "flags": sorted(args["flags"])}
    return {**found, **({"unread": True} if args.get("msg_status") else message(args))}


def sendmmsg(args):
    found = {"fd": args["fd"], "flags": sorted(args["flags"])}
    if args.get("messages_status") not in ("unreadable", "null"):
        # Where they cannot be read any more, both sides stop.
        found["messages"] = ["..." if m.get("msg_status") else message(m)
                             for m in args["messages"]]
    return found


def string(args, key):
    status = args.get(key + "_status")
    if status == "null":
        return {"null": True}
    if status == "unreadable":
        return UNREADABLE
    return {"cut": hex_of(args[key])} if status == "cut" else hex_of(args[key])


def element(value):
    if isinstance(value, dict) and value.get("status") == "unreadable":
        return UNREADABLE
    if isinstance(value, dict) and value.get("status") == "cut":
        return {"cut": hex_of(value["value"])}
    return hex_of(value)


def vector(args):
    status = args.get("argv_status")
    if status == "null":
        return {"null": True}
    if status == "unreadable" and not args.get("argv"):
        return UNREADABLE
    found = [element(value) for value in args["argv"]]
    return found + ["..."] if status else found


def execution(args):
    found = {"path": string(args, "path"), "argv": vector(args), "envp_count": args["envp_count"]}
    if args.get("envp_status") == "unreadable":
        found["envp_count"] = UNREADABLE
    if "dirfd" in args:
        found.update(dirfd=args["dirfd"], flags=sorted(args["flags"]))
    return found


def clone(args):
    return {"flags": sorted(args["flags"]), "exit_signal": args["exit_signal"],
            "stack": args["stack"] != "0x0"}


def clone3(args):
    if args.get("flags") is None:
        return {"size": args["size"], "unread": True}
    return {**clone(args), "size": args["size"]}


def sockets(args):
    found = {key: args[key] for key in ("family", "type", "protocol")}
    found["type_flags"] = sorted(args["type_flags"])
    return found


ARGS = {
    "socket": sockets,
    "socketpair": lambda args: {**sockets(args), "fds": args.get("fds")},
    "listen": pick("fd", "backlog"),
    "sendmsg": sendmsg,
    "sendmmsg": sendmmsg,
    "execve": execution,
    "execveat": execution,
    "clone": clone,
    "clone3": clone3,
    "recvfrom": lambda args: {"fd": signed(args["raw"][0])},
    "recvmsg": lambda args: {"fd": signed(args["raw"][0])},
    "recvmmsg": lambda args: {"fd": signed(args["raw"][0])},
}


def signed(register):
    value = int(register, 0) & 0xffffffff
    return value - (1 << 32) if value >> 31 else value


def read_args(event):
    name, args = event["call"], event["args"]
    if name in SOCKET_CALLS:
        return with_address(name, args)
    return ARGS[name](args) if name in ARGS else {}


def is_hidden_from_strace(event):
    """strace shows nothing of a socketcall(2) whose block cannot be read or whose
    number is none, unless socketcall itself is asked for."""
    args = event["args"]
    return event["abi"] == "i386" and event["nr"] == 102 and (
        event["call"] == "socketcall" or args.get("fd_status") == "unreadable"
        or args.get("raw_status") == "unreadable")


def read_run(path):
    """(calls by tid, exits by tid) of a log."""
    calls, exits = {}, {}
    with open(path, encoding="utf-8") as file:
        for text in file:
            event = json.loads(text)
            if event["type"] == "call" and not is_hidden_from_strace(event):
                result = event.get("error", event["result"])
                call = (event["call"], read_args(event), result)
                calls.setdefault(event["tid"], []).append(call)
            elif event["type"] == "start":
                calls.setdefault(event["tid"], [])
            elif event["type"] == "exit":
                exits[event["tid"]] = event.get("exit_code", event.get("signal"))
    return calls, exits
