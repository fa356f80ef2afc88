"""Runs loads under subjects, in turn, round after round."""

import json
import shlex
import subprocess
import time

from subjects import prefix


class Failed(Exception):
    """A load that did not do its work; its subject has no figures then."""


def _run(command, places):
    begin = time.perf_counter()
    done = subprocess.run(
        command, cwd=places["tmp"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=300, check=False,
    )
    took = time.perf_counter() - begin
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Failed(f"exit status {done.returncode}: {said[-1] if said else ''}")
    return done.stdout, took


def _keys(text):
    pairs = (line.split() for line in text.splitlines())
    return {key: float(value) for key, value in pairs}


def _by_output(command, places):
    """The load itself says what it measured, in lines of "key value"."""
    return _keys(_run(command, places)[0])


def _by_clock(command, places):
    return {"s": _run(command, places)[1]}


def _by_hyperfine(command, places):
    out = places["tmp"] + "/hyperfine.json"
    words = "hyperfine -N --style none --warmup 1 --runs 5 --export-json".split()
    _run(words + [out, shlex.join(command)], places)
    with open(out, encoding="utf-8") as file:
        return {"s": json.load(file)["results"][0]["median"]}


_WAYS = {"output": _by_output, "clock": _by_clock, "hyperfine": _by_hyperfine}


def _rounds_inside(row, rounds, places):
    """The load compares subjects of its own: its keys are their names."""
    command = [word.format(**places) for word in row.load.split()]
    samples = {}
    for _ in range(rounds):
        for subject, value in _by_output(command, places).items():
            samples.setdefault(subject, []).append({"ns": value})
    return samples, {}


def measure(row, rounds, n, places, only=None):
    """({subject: [values of each round]}, {subject: why it failed})."""
    rounds = min(rounds, row.rounds)
    if row.by == "inside":
        return _rounds_inside(row, rounds, places)
    load = [word.format(n=n, **places) for word in row.load.split()]
    subjects = ([row.base] if row.base else []) + [
        subject for subject in row.subjects if not only or subject in only
    ]
    samples = {subject: [] for subject in subjects}
    failed = {}
    for turn in range(rounds):
        # Another one begins each time, so that none always follows the same one.
        for i in range(len(subjects)):
            subject = subjects[(i + turn) % len(subjects)]
            if subject in failed:
                continue
            try:
                values = _WAYS[row.by](prefix(subject, places) + load, places)
                samples[subject].append(values)
            except (Failed, OSError, subprocess.TimeoutExpired) as error:
                failed[subject] = str(error)
    return {s: v for s, v in samples.items() if s not in failed}, failed
