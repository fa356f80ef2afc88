#!/usr/bin/python3
"""Holds docs/architecture.md against the code: architecture.py SOURCE

The first drawing has the rooms, the highest first; rooms on one line do not know each
other. CMake must have the same rooms and link each to rooms under it, and no file may
include one of a room that is not its own or under it. Functions that the drawings name and
paths in `backticks` must be there. Prints a line for each fault and ends with 1 if there
is one.
"""
import glob
import os
import re
import sys

PATH = re.compile(r"`((?:\w[\w-]*/)+[\w.*-]*|[\w-]+/[\w./*-]+\.\w+)`")
INCLUDE = re.compile(r'^\s*#include "(\w+)/', re.M)


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def drawings(page):
    return re.findall(r"^```\n(.*?)^```$", page, re.M | re.S)


def rooms_of(drawing):
    """{room: its height}: 0 is the highest."""
    heights = {}
    for height, line in enumerate(drawing.splitlines()):
        for room in re.findall(r"(?<![\w/])(\w+)/(?=\s)", line):
            heights[room] = height
    return heights


def check_cmake(heights, cmake):
    links = dict(re.findall(r"^add_room\((\w+)([^)]*)\)", cmake, re.M))
    links.update(re.findall(r"^target_link_libraries\((cli) PUBLIC([^)]*)\)", cmake, re.M))
    for room in sorted(set(links) ^ set(heights)):
        yield f"{room} is {'drawn, but no room' if room in heights else 'a room, but not drawn'}"
    for room, to in links.items():
        for other in set(to.split()) & set(heights):
            if heights[other] <= heights.get(room, -1):
                yield f"CMakeLists.txt: {room} is linked to {other}, which is not under it"


def sources(folder):
    for where, _, names in os.walk(folder):
        for name in names:
            if name.endswith((".c", ".h")):
                yield os.path.join(where, name)


def check_includes(heights, source):
    for room, height in heights.items():
        for path in sources(os.path.join(source, room)):
            for other in INCLUDE.findall(read(path)):
                if other != room and heights.get(other, -1) <= height:
                    yield f"{os.path.relpath(path, source)}: includes {other}/, not under {room}/"


def check_functions(heights, page, source):
    code = "".join(read(path) for room in heights
                   for path in sources(os.path.join(source, room)))
    words = set(re.findall(r"\b\w+\b", code))
    for drawing in drawings(page):
        for name in sorted(set(re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", drawing)) - words):
            yield f"{name} is drawn, and nowhere in the code"


def check_paths(page, source):
    for path in sorted(set(PATH.findall(page))):
        if not glob.glob(os.path.join(source, path.replace("NAME", "*"))):
            yield f"{path} is named, and not there"


def main():
    source = sys.argv[1]
    page = read(source, "docs/architecture.md")
    heights = rooms_of(drawings(page)[0])
    faults = [*check_cmake(heights, read(source, "CMakeLists.txt")),
              *check_includes(heights, source), *check_functions(heights, page, source),
              *check_paths(page, source)]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
