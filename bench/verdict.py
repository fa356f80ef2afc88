"""What the design demands, and whether it was met."""

from dataclasses import dataclass

from figures import compare, median, summary


@dataclass(frozen=True)
class Demand:
    """`subject` of `row` is at most `limit`: as a ratio to `against`, or by itself."""

    what: str
    row: str
    subject: str
    against: str
    limit: float
    how: str = "ratio"  # or "difference", or "value"
    metric: str = "ns"


DEMANDS = [
    Demand("a call that is not trapped", "untrapped", "enforce", "allow filter", 1.05),
    Demand("UDP connect on behalf, logged", "udp-connect", "enforce", "floor: on behalf", 1.25),
    Demand("UDP connect", "udp-connect", "enforce", "strace bpf", 0.6),
    Demand("fork + exec + wait", "fork-exec", "enforce", "native", 1.35),
    Demand("fork + exec + wait", "fork-exec", "trace", "strace bpf", 1.0),
    Demand("a stack taken again", "stacks", "trace -k", "strace bpf -k", 0.2),
    Demand("a stack of what is denied", "stacks", "enforce -k, denied", "strace bpf -k", 0.2),
    Demand("a first stack", "first-stacks", "trace -k", "strace bpf -k", 1.0),
    Demand("make -j2", "make", "enforce", "native", 1.05, metric="s"),
    *[
        Demand("a large policy, per decision", row, subject, "ten_rules", 1.2)
        for row in ("policy-20", "policy-8192")
        for subject in ("one_rule", "many_rules", "mixed")
    ],
    Demand("start-up", "start-up", "enforce", "native", 0.010, "difference", "s"),
    Demand("memory per live process", "memory-processes", "enforce", "", 2048, "value", "bytes"),
    Demand("memory per live thread", "memory-threads", "enforce", "", 2048, "value", "bytes"),
    # What the queue of events that wait to be written may hold, once; nothing grows after it.
    Demand("memory per event", "memory-events", "enforce", "", 150, "value", "bytes"),
]


def judge(results):
    """One dict for each demand whose row was measured."""
    by_name = {result["row"]: result["samples"] for result in results}
    verdicts = []
    for demand in DEMANDS:
        samples = by_name.get(demand.row, {})
        if demand.subject not in samples or (demand.against and demand.against not in samples):
            continue
        values = [values[demand.metric] for values in samples[demand.subject]]
        if demand.how == "value":
            got = median(values)
        else:
            base = [values[demand.metric] for values in samples[demand.against]]
            got = summary(compare(values, base, demand.how))["median"]
        verdicts.append(
            {"what": demand.what, "row": demand.row, "subject": demand.subject,
             "against": demand.against, "how": demand.how, "limit": demand.limit, "is": got,
             "met": got <= demand.limit}
        )
    return verdicts
