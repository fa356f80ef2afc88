"""Runs as trees of processes that can be held against each other: what differs
from run to run without meaning anything is given a neutral form, each kind for
the reason that is said beside it."""

import re
import tempfile
from collections import Counter
from dataclasses import dataclass, field

SPAWNS = {"clone", "clone3", "fork", "vfork"}
WAITS = {"wait4", "waitpid", "waitid"}
RECEIVES = {"recvfrom", "recvmsg", "recvmmsg", "recv", "read"}
# Calls whose result is the number of a task.
GIVE_TASK = SPAWNS | WAITS | {"getpid", "gettid", "set_tid_address", "setsid", "getpgid"}

# The kernel's own codes for "to be called again", which no program ever sees.
# Whether a signal finds a task inside a call is a matter of luck.
RESTARTS = {"ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND", "ERESTART_RESTARTBLOCK"}

# Names made anew in every run: gcc's temporary files (with another slash when TMPDIR
# ends with one), git's packs in the making.
TEMPORARY = [(re.compile(re.escape(tempfile.gettempdirb()) + rb"/+cc[A-Za-z0-9]{6}"), b"/tmp/cc*"),
             (re.compile(rb"tmp_pack_[A-Za-z0-9]{6}"), b"tmp_pack_*"),
             # fetch-pack tells index-pack its own number, to name a lock by it.
             (re.compile(rb"fetch-pack \d+ on "), b"fetch-pack N on ")]

# The range of net.ipv4.ip_local_port_range: the kernel chose such a port itself.
EPHEMERAL = range(32768, 61000)


@dataclass
class Process:
    """A process: its threads' calls in the order the threads were made, its
    children in the order they were made, and how it ended."""

    name: str
    threads: list = field(default_factory=list)
    children: list = field(default_factory=list)
    end: object = None


class Builder:
    """Makes the tree of one run. `keep_ports` are those that mean the same in
    both runs, though they look as if the kernel had chosen them."""

    def __init__(self, calls, exits, keep_ports=()):
        self.calls, self.exits, self.keep_ports = calls, exits, keep_ports
        self.names = {}
        self.spawned = {result for run in calls.values() for name, _, result in run
                        if name in SPAWNS and isinstance(result, int) and result > 0}

    def build(self):
        roots = [tid for tid in self.calls if tid not in self.spawned]
        if len(roots) != 1:
            raise ValueError(f"one task must have no maker, not these: {roots}")
        root = self.process(roots[0], "0")
        self.neutralise_all(root)
        return root

    def spawns_of(self, tid):
        for name, args, result in self.calls.get(tid, []):
            if name in SPAWNS and isinstance(result, int) and result > 0:
                yield result, "thread" in args.get("flags", [])

    def process(self, pid, name):
        process = Process(name, end=self.exits.get(pid))
        tids = [pid]
        for tid in tids:  # grows while it is walked
            self.names[tid] = f"{name}/{len(process.threads)}" if process.threads else name
            process.threads.append(self.calls.get(tid, []))
            for child, is_thread in self.spawns_of(tid):
                if is_thread:
                    tids.append(child)
                else:
                    child_name = f"{name}.{len(process.children) + 1}"
                    process.children.append(self.process(child, child_name))
        return process

    def neutralise_all(self, process):
        process.threads = [self.neutralise_thread(calls) for calls in process.threads]
        for child in process.children:
            self.neutralise_all(child)

    def neutralise_thread(self, calls):
        kept = []
        received = {}
        for name, args, result in calls:
            if result in RESTARTS:
                continue
            # Asked without waiting, while no child has ended: a matter of time.
            if name in WAITS and result == 0:
                continue
            if name in RECEIVES:
                self.add_received(received, name, args, result)
                continue
            kept.append((name, self.neutral(args), self.result(name, result)))
        for fd, total in received.items():
            kept.append(("received", {"fd": fd}, total))
        return kept

    @staticmethod
    def add_received(received, name, args, result):
        """How a stream is cut into pieces, and how often there is nothing yet, is
        a matter of time; how many bytes come out of it is not."""
        if name in RECEIVES and isinstance(result, int):
            received[args["fd"]] = received.get(args["fd"], 0) + result
        elif result != "EAGAIN":
            received[(args["fd"], result)] = 1

    def result(self, name, result):
        if name in GIVE_TASK and result in self.names:
            return "task " + self.names[result]
        return result

    def neutral(self, value, key=None):
        if isinstance(value, dict):
            # A name the kernel chose: five hexadecimal digits (autobind, unix(7)).
            if re.fullmatch(r"(3[0-9]|6[1-6]){5}", str(value.get("abstract", ""))):
                value = {**value, "abstract": "autobind"}
            return {k: self.neutral(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self.neutral(item, key) for item in value]
        if key == "port" and value in EPHEMERAL and value not in self.keep_ports:
            return "ephemeral"
        if key == "pid" and value in self.names:
            return "task " + self.names[value]
        if isinstance(value, str) and key in ("path", "argv", "cut"):
            return self.neutral_name(value)
        return value

    @staticmethod
    def neutral_name(value):
        try:
            data = bytes.fromhex(value)
        except ValueError:
            return value
        for pattern, replacement in TEMPORARY:
            data = pattern.sub(replacement, data)
        return data.hex()


def forget_order(process):
    """A process whose threads or children run side by side: its calls as one
    heap without an order, and tasks without their place among their kin."""

    def nameless(call):
        name, args, result = call
        is_task = isinstance(result, str) and result.startswith("task ")
        return name, args, "task" if is_task else result

    calls = Counter(show(nameless(call)) for thread in process.threads for call in thread)
    merged = sorted(calls.elements())
    children = sorted((forget_order(child) for child in process.children), key=repr)
    return merged, process.end, children


def show(call):
    """One line for a call; hexadecimal strings are made readable."""
    name, args, result = call
    inner = ", ".join(f"{key}={readable(args[key])}" for key in sorted(args))
    return f"{name}({inner}) = {result}"


def readable(value):
    if isinstance(value, list):
        return "[" + ", ".join(readable(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {readable(value[k])}" for k in sorted(value)) + "}"
    if isinstance(value, str) and re.fullmatch(r"(?:[0-9a-f]{2}){2,}", value):
        return repr(bytes.fromhex(value))[1:]
    return repr(value)
