"""The rows of the table: which load, under which subjects, against which base."""

from dataclasses import dataclass, field

FLOORS = ["floor: notify", "floor: on behalf", "floor: ptrace entry", "floor: ptrace exit"]
STRACES = ["strace bpf", "strace"]
MODES = ["trace", "audit", "enforce"]
STACKS = ["strace bpf", "strace bpf -k", "trace, logged", "trace -k", "trace -kk"]
ALL = FLOORS + STRACES + MODES


@dataclass(frozen=True)
class Row:
    """One load, and what it is run under.

    `load` has {n} where its count goes, and {names} of the places. `by` says how a
    run is measured (measure.py); `metrics` are the keys of the values it gives.
    Without a base there are no ratios, only the values.
    """

    name: str
    load: str
    subjects: list
    n: int = 1
    base: str = "native"
    by: str = "output"
    metrics: list = field(default_factory=lambda: ["ns"])
    rounds: int = 7
    quick_n: int = 0  # with --quick; a quarter of n when it is not said


def _at_once(threads):
    return Row(
        f"connects-{threads}",
        "{bench}/connects_at_once " + str(threads) + " {n}",
        FLOORS[:2] + STRACES[:1] + MODES,
        6400,
        metrics=["ns", "p50_ns", "p99_ns"],
    )


def _memory(what, n, quick_n):
    return Row(
        f"memory-{what}",
        "{bench}/supervisor_memory " + what + " {n}",
        STRACES[:1] + MODES,
        n,
        base="",
        metrics=["bytes"],
        rounds=1,
        quick_n=quick_n,
    )


ROWS = [
    Row("untrapped", "{bench}/untrapped {n}", ["native"] + ALL, 200000, "allow filter"),
    Row("socket", "{bench}/socket {n}", ALL, 3000),
    Row(
        "udp-connect",
        "{bench}/udp_connect {n}",
        ALL + ["trace, logged", "enforce, no log", "enforce, large policy"],
        6000,
    ),
    Row("tcp-connect", "{bench}/tcp_connect {n}", ALL, 1500),
    Row("sendto", "{bench}/send to {n}", ALL, 3000),
    Row("sendmsg", "{bench}/send msg {n}", ALL, 3000),
    Row("fork-exec", "{bench}/fork_exec {n}", ALL, 200),
    # The same stack again and again; stacks of processes that were not seen before.
    Row("stacks", "{bench}/deep_connect 8 {n}",
        STACKS + ["enforce, denied", "enforce -k, denied"], 1000, rounds=5),
    Row("first-stacks", "{bench}/fork_exec {n}", STACKS, 100, rounds=5),
    Row("threads", "{bench}/threads {n}", ALL, 1000),
    *[_at_once(threads) for threads in (1, 2, 8, 64)],
    Row("start-up", "/bin/true", STRACES[:1] + ["bubblewrap", "firejail"] + MODES, by="hyperfine",
        metrics=["s"]),
    Row("shell", "sh {here}/load/shell_loop {n}", STRACES + MODES, 1000, by="clock",
        metrics=["s"], rounds=3),
    Row("make", "make -s -B -j2 -C {tmp}/project", STRACES + MODES, by="clock", metrics=["s"],
        rounds=5),
    Row("requests", "{python} {here}/load/requests.py {web_port} {n}", STRACES + MODES, 1000,
        rounds=5),
    Row("redis", "sh {here}/load/redis {tmp} {redis_port} {n}",
        STRACES[:1] + MODES, 20000, rounds=5),
    Row("policy-20", "{bench}/policy_decide 20", [], base="ten_rules", by="inside", rounds=3),
    Row("policy-8192", "{bench}/policy_decide 8192", [], base="ten_rules", by="inside", rounds=3),
    _memory("processes", 1000, 1000),
    _memory("threads", 1000, 1000),
    _memory("events", 200000, 10000),
]
