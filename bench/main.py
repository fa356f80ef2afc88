"""Measures what callgate costs, always as ratios to something run in turn with it."""

import argparse
import json
import os
import platform
import sys
import tempfile

from measure import measure
from places import make_places
from rows import ROWS
from table import HEAD, result_lines, verdict_line
from verdict import judge

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def _arguments():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds of shorter loads")
    parser.add_argument("--json", action="store_true", help="print JSON, with every sample")
    parser.add_argument("--row", action="append", metavar="NAME", help="only this row; several may be named")
    parser.add_argument("--under", action="append", metavar="NAME", help="only these subjects, and the base")
    parser.add_argument("--list", action="store_true", help="name the rows and their subjects")
    parser.add_argument("--rounds", type=int, help="at most so many rounds")
    parser.add_argument("--backend", choices=["auto", "notify", "ptrace"], help="callgate's backend")
    parser.add_argument("--build", metavar="DIR", help="measure what was built there; install and build nothing")
    return parser.parse_args()


def _wanted(args):
    unknown = set(args.row or []) - {row.name for row in ROWS}
    if unknown:
        sys.exit(f"bench/run: no such row: {', '.join(unknown)}; --list names them")
    return [row for row in ROWS if not args.row or row.name in args.row]


def _machine():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                if line.startswith("model name")), platform.machine())
    return {"cpu": cpu, "cpus": os.cpu_count(), "kernel": platform.release()}


def _measure_row(row, args, places):
    rounds = args.rounds or ((1 if row.by == "inside" else 2) if args.quick else row.rounds)
    n = (row.quick_n or -(-row.n // 4)) if args.quick else row.n
    samples, failed = measure(row, rounds, n, places, args.under)
    return {"row": row.name, "base": row.base, "metrics": row.metrics, "n": n,
            "samples": samples, "failed": failed}


def main():
    args = _arguments()
    if args.list:
        for row in _wanted(args):
            print(f"{row.name:<18} {row.base or '-'}: {', '.join(row.subjects)}")
        return
    build = os.path.realpath(args.build or ROOT + "/build")
    options = f"--backend {args.backend}" if args.backend else ""
    results = []
    with tempfile.TemporaryDirectory(prefix="callgate-bench-") as tmp:
        places = make_places(ROOT, build, tmp, options)
        if not args.json:
            print(HEAD)
        for row in _wanted(args):
            results.append(_measure_row(row, args, places))
            if not args.json:
                print("\n".join(result_lines(results[-1])), flush=True)
    verdicts = judge(results)
    if args.json:
        print(json.dumps({"machine": _machine(), "results": results, "verdicts": verdicts}, indent=1))
        return
    machine = _machine()
    print(f"\n{machine['cpus']} x {machine['cpu']}, Linux {machine['kernel']}")
    for verdict in verdicts:
        print(verdict_line(verdict))


main()
