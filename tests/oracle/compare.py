#!/usr/bin/python3
"""Holds what callgate logs of a command against what strace sees of it.

    compare.py [--unordered] [--port N]... [--keep DIR] -- CMD...
    compare.py [--unordered] [--port N]... --strace DIR --log FILE

Runs the command twice, under `strace -f -e trace=%net,%process` and under
`callgate trace -e %net,%process`, or takes what two such runs have left. Every
process must have made the same calls with the same arguments and results, in
the same order, in both; none may be missing in either. --unordered is for
commands whose processes or threads run side by side: then the calls of a
process are compared as a heap. --port N: N is a port known before the run.

The program callgate is $CALLGATE, or build/callgate. Exit status 0: the same.
"""

import argparse
import difflib
import itertools
import os
import resource
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import gate_calls  # noqa: E402
import strace_calls  # noqa: E402
from tree import Builder, forget_order, show  # noqa: E402

CALLS = "%net,%process"
STRING_MAX = 4096  # bytes of a string, and elements of an array, that strace shows
DEADLINE = 300
FILE_MAX = 1 << 28
SHOWN_LINES, SHOWN_WIDTH = 100, 400  # of what either side saw, when they differ


def run_strace(command, folder):
    # -xx: all strings in hexadecimal; -ff: a file for each task, which no other
    # task's output interrupts.
    options = ["-f", "-ff", "-o", os.path.join(folder, "strace"), "-xx", "-s", str(STRING_MAX),
               "--seccomp-bpf", "--quiet=attach,personality", "-e", "trace=" + CALLS]
    return run(["strace", *options, "--", *command])


def run_callgate(command, log):
    callgate = os.environ.get("CALLGATE") or os.path.join(
        os.path.dirname(os.path.realpath(__file__)), "../../build/callgate")
    return run([callgate, "trace", "-e", CALLS, "--log", log, "-o", os.devnull, "--", *command])


def run(argv):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=DEADLINE, check=False,
                          preexec_fn=bound_files)
    return done.returncode


def bound_files():
    """strace can be led to write about one call without end."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_MAX, FILE_MAX))


def agree(ours, theirs):
    """Equal, but that either side may know only the beginning of a string or list."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and set(ours) == set(theirs) \
            and "cut" not in ours:
        return all(agree(ours[key], theirs[key]) for key in ours)
    for cut, whole in ((ours, theirs), (theirs, ours)):
        if isinstance(cut, dict) and "cut" in cut:
            text = whole.get("cut") if isinstance(whole, dict) else whole
            if isinstance(text, str) and (text.startswith(cut["cut"])
                                          or cut["cut"].startswith(text)):
                return True
    if isinstance(ours, list) and isinstance(theirs, list):
        if "..." in (ours[-1:] + theirs[-1:]):
            known = min(len([i for i in side if i != "..."]) for side in (ours, theirs))
            return all(map(agree, ours[:known], theirs[:known]))
        return len(ours) == len(theirs) and all(map(agree, ours, theirs))
    # Not all the segments of a message are shown by strace.
    return ours == theirs or theirs is None


def same_call(ours, theirs):
    return ours[0] == theirs[0] and ours[2] == theirs[2] and agree(ours[1], theirs[1])


def differences(name, ours, theirs):
    """Lines about two lists of calls; none when they agree."""
    if len(ours) == len(theirs) and all(map(same_call, ours, theirs)):
        return []
    # Calls that agree without being equal are shown as one side has them.
    shown = [show(our if our and their and same_call(our, their) else their)
             for our, their in itertools.zip_longest(ours, theirs) if their]
    return [f"process {name}:"] + list(difflib.unified_diff(
        shown, [show(call) for call in ours], "strace", "callgate", lineterm="", n=2))


def compare_ordered(ours, theirs):
    found = []
    for index in range(max(len(ours.threads), len(theirs.threads))):
        pair = [side.threads[index] if index < len(side.threads) else [] for side in (ours, theirs)]
        found += differences(f"{ours.name} thread {index}", *pair)
    if ours.end != theirs.end:
        found.append(f"process {ours.name} ended with {theirs.end} for strace, "
                     f"{ours.end} for callgate")
    if len(ours.children) != len(theirs.children):
        found.append(f"process {ours.name} made {len(theirs.children)} processes for strace, "
                     f"{len(ours.children)} for callgate")
    for our, their in zip(ours.children, theirs.children):
        found += compare_ordered(our, their)
    return found


def lines_of(process, depth=0):
    calls, end, children = process
    indent = "  " * depth
    lines = [indent + call for call in calls] + [f"{indent}ended with {end}"]
    for child in children:
        lines += lines_of(child, depth + 1)
    return lines


def compare_unordered(ours, theirs):
    return list(difflib.unified_diff(lines_of(forget_order(theirs)), lines_of(forget_order(ours)),
                                     "strace", "callgate", lineterm="", n=2))


def compare(folder, log, unordered, ports):
    theirs = Builder(*strace_calls.read_run(folder), ports).build()
    ours = Builder(*gate_calls.read_run(log), ports).build()
    return (compare_unordered if unordered else compare_ordered)(ours, theirs)


def show_end(name, path, lines):
    with open(path, encoding="utf-8", errors="backslashreplace") as file:
        for text in file.readlines()[-lines:]:
            print(f"{name}: {text.rstrip()[:SHOWN_WIDTH]}")


def show_runs(folder, log):
    """What the runs left: a failure that does not come again is to be understood by it."""
    tasks = sorted(name for name in os.listdir(folder) if name.startswith("strace."))
    for name in tasks[:SHOWN_LINES]:
        show_end(name, os.path.join(folder, name), max(SHOWN_LINES // len(tasks), 2))
    show_end("callgate", log, SHOWN_LINES)


def main():
    parser = argparse.ArgumentParser(usage=__doc__, add_help=True)
    parser.add_argument("--unordered", action="store_true")
    parser.add_argument("--port", type=int, action="append", default=[])
    parser.add_argument("--keep")
    parser.add_argument("--strace")
    parser.add_argument("--log")
    parser.add_argument("command", nargs="*")
    options = parser.parse_args()
    folder, log, work = options.strace, options.log, None
    if options.command:
        folder = work = options.keep or tempfile.mkdtemp(prefix="callgate-oracle-")
        os.makedirs(folder, exist_ok=True)
        log = os.path.join(folder, "log.jsonl")
        ends = run_strace(options.command, folder), run_callgate(options.command, log)
        if ends[0] != ends[1]:
            show_runs(folder, log)
            print(f"exit status {ends[0]} under strace, {ends[1]} under callgate")
            sys.exit(1)
    try:
        found = compare(folder, log, options.unordered, options.port)
        total = sum(map(len, strace_calls.read_run(folder)[0].values()))
    except (LookupError, TypeError, ValueError) as error:
        found, total = [f"cannot be compared: {error!r}"], 0
    if found:
        show_runs(folder, log)
    print("\n".join(found))
    print(f"{total} calls compared, {len(found)} lines of difference")
    if work and not options.keep:
        shutil.rmtree(work)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
