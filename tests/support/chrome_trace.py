#!/usr/bin/python3
"""Checks a file in Chrome's trace event format, as Perfetto and chrome://tracing read it.

    chrome_trace.py FILE

Every event must have what its phase needs, in the right type; slices of a
thread must nest; an arrow must end in a slice, and not before it begins. The
exit status is 0 when all is right; otherwise each fault is a line on stderr.
"""
import collections
import json
import sys

NUMBER = (int, float)
COMMON = {"ph": str, "pid": int, "tid": int, "name": str}
PHASES = {  # what the phase needs beyond the common
    "M": {"args": dict},
    "X": {"ts": NUMBER, "dur": NUMBER, "cat": str, "args": dict},
    "i": {"ts": NUMBER, "s": str},
    "s": {"ts": NUMBER, "id": int, "cat": str},
    "f": {"ts": NUMBER, "id": int, "cat": str, "bp": str},
    "C": {"ts": NUMBER, "args": dict},
}


def no_constant(word):
    raise ValueError(f"{word} is not JSON")


def faults_of_event(event):
    if not isinstance(event, dict) or event.get("ph") not in PHASES:
        yield "no event, or of no phase known here"
        return
    for key, kind in {**COMMON, **PHASES[event["ph"]]}.items():
        if not isinstance(event.get(key), kind) or isinstance(event.get(key), bool):
            yield f"{key} is {event.get(key)!r}"
    if event["ph"] == "M":
        if event.get("name") not in ("process_name", "thread_name"):
            yield f"metadata called {event.get('name')!r}"
        if not isinstance(event["args"].get("name"), str):
            yield "metadata without a name"
    if event["ph"] == "i" and event["s"] not in ("g", "p", "t"):
        yield f"scope {event['s']!r}"
    if event["ph"] == "C" and not all(isinstance(v, NUMBER) for v in event["args"].values()):
        yield "a counter that is no number"
    for key in ("ts", "dur"):
        if event.get(key, 0) < 0:
            yield f"{key} is {event[key]}"


def faults_of_nesting(events):
    threads = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X":  # whole nanoseconds: sums of fractions are not exact
            begin = round(event["ts"] * 1000)
            threads[event["pid"], event["tid"]].append((begin, begin + round(event["dur"] * 1000), event["name"]))
    for thread, slices in threads.items():
        stack = []
        for begin, end, name in sorted(slices, key=lambda s: (s[0], -s[1])):
            while stack and stack[-1][0] <= begin:
                stack.pop()
            if stack and end > stack[-1][0]:
                yield f"thread {thread}: {name} at {begin} ns ends after {stack[-1][1]}, which it is in"
            stack.append((end, name))


def faults_of_arrows(events):
    begun = {(e["cat"], e["id"]): e["ts"] for e in events if e["ph"] == "s"}
    for event in events:
        if event["ph"] == "f" and begun.get((event["cat"], event["id"]), 0) > event["ts"]:
            yield f"the arrow {event['id']} ends before it begins"


def faults(trace):
    if not isinstance(trace, dict) or not isinstance(trace.get("traceEvents"), list):
        yield "no traceEvents"
        return
    if trace.get("displayTimeUnit") not in ("ms", "ns"):
        yield f"displayTimeUnit is {trace.get('displayTimeUnit')!r}"
    wrong = False
    for number, event in enumerate(trace["traceEvents"]):
        for fault in faults_of_event(event):
            wrong = True
            yield f"event {number}: {fault}"
    if not wrong:
        yield from faults_of_nesting(trace["traceEvents"])
        yield from faults_of_arrows(trace["traceEvents"])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        trace = json.load(file, parse_constant=no_constant)
    wrong = 0
    for wrong, fault in enumerate(faults(trace), 1):
        print(f"{sys.argv[1]}: {fault}", file=sys.stderr)
        if wrong == 20:
            break
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
