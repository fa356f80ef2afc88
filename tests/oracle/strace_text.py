"""Reads the notation strace(1) writes calls in: with -xx, so that every string
is in hexadecimal and nothing in it can be mistaken for punctuation.

A value becomes: None for NULL; a Number; bytes, or Cut for a string that goes
on; a Name for a word such as AF_INET; a Flags for words and numbers joined by
"|"; a list; a dict for a structure; a Call for htons(80) and the like.
"""

import re
from dataclasses import dataclass, field


class Number(int):
    """A number; one in hexadecimal may be a pointer that could not be followed."""

    is_hex = False


class Cut(bytes):
    """The beginning of a string: strace showed no more."""


class Abstract(bytes):
    """A string that strace marks with @: the name of an abstract socket."""


class Name(str):
    """A word that stands for a number."""


class Flags(list):
    """Names and numbers joined by |."""


@dataclass
class Call:
    """name(arguments)"""

    name: str
    args: list


@dataclass
class Commented:
    """A value with something said about it in a comment."""

    value: object
    comment: str


@dataclass
class Line:
    """A call as strace shows it. result is a number, an errno's name, or None."""

    name: str
    args: list
    result: object
    keywords: dict = field(default_factory=dict)  # clone(child_stack=NULL, ...)


TOKEN = re.compile(r"""
    \s*(?:
      (?P<string>@?"(?:\\x[0-9a-f]{2})*"(?:\.\.\.)?)
    | (?P<comment>/\*.*?\*/)
    | (?P<bdaddr>(?:[0-9A-F]{2}:){5}[0-9A-F]{2})
    | (?P<number>-?(?:0x[0-9a-f]+|\d+))
    | (?P<word>[A-Za-z_&][A-Za-z0-9_]*)
    | (?P<dots>\.\.\.|\?\?\?)
    | (?P<mark>=>|[][{}(),=|])
    )""", re.VERBOSE)


class Reader:
    """A line, taken apart from left to right."""

    def __init__(self, text, pos):
        self.text, self.pos = text, pos

    def peek(self):
        match = TOKEN.match(self.text, self.pos)
        if not match:
            raise ValueError(f"cannot read: {self.text[self.pos:self.pos + 80]!r}")
        return match.lastgroup, match.group(match.lastgroup), match.end()

    def take(self, wanted=None):
        kind, text, end = self.peek()
        if wanted is not None and text != wanted:
            raise ValueError(f"{wanted!r} expected: {self.text[self.pos:self.pos + 80]!r}")
        self.pos = end
        return kind, text

    def take_if(self, wanted):
        if self.peek()[1] != wanted:
            return False
        self.take()
        return True


def string_value(text):
    abstract = text.startswith("@")
    cut = text.endswith("...")
    data = bytes.fromhex(text.strip('@."').replace("\\x", ""))
    return Abstract(data) if abstract else Cut(data) if cut else data


def number_value(text):
    number = Number(text, 0) if not re.fullmatch(r"0\d+", text) else Number(text, 8)
    number.is_hex = text.lstrip("-").startswith("0x")
    return number


def read_items(reader, end):
    """Values up to `end`; key=value pairs are tuples."""
    items = []
    while not reader.take_if(end):
        kind, text, after = reader.peek()
        if kind == "word" and reader.text[after:after + 1] == "=" \
                and reader.text[after:after + 2] != "==":
            reader.take()
            reader.take("=")
            items.append((text, read_value(reader)))
        elif kind == "dots":
            reader.take()
            if reader.peek()[0] == "comment":  # where it could not be read any more
                reader.take()
            items.append(Ellipsis)
        else:
            items.append(read_value(reader))
        if not reader.take_if(",") and reader.peek()[1] != end:
            raise ValueError(f"end expected: {reader.text[reader.pos:reader.pos + 80]!r}")
    return items


def read_single(reader):
    kind, text = reader.take()
    if kind == "string":
        return string_value(text)
    if kind == "bdaddr":
        return Name(text)
    if kind == "number":
        return number_value(text)
    if kind == "word":
        if text == "NULL":
            return None
        if reader.text[reader.pos:reader.pos + 1] == "(":
            reader.take("(")
            return Call(text, read_items(reader, ")"))
        return Name(text)
    if text == "[":
        return read_items(reader, "]")
    if text == "{":
        # Among the members there may be one like inet_pton(AF_INET6, "::1", &sin6_addr).
        return dict(item if isinstance(item, tuple) else (getattr(item, "name", ""), item)
                    for item in read_items(reader, "}"))
    raise ValueError(f"a value expected, not {text!r}")


def read_value(reader):
    if reader.peek()[0] == "comment":  # /* bytes 88..4095 */ "..."
        reader.take()
    value = read_single(reader)
    flags = Flags([value])
    while reader.peek()[1] == "|":
        reader.take()
        flags.append(read_single(reader))
    if len(flags) > 1:
        value = flags
    if reader.peek()[0] == "comment":
        value = Commented(value, reader.take()[1])
    if reader.take_if("=>"):  # what it was, and what the kernel made of it
        after = read_value(reader)
        value = [value, after]
    return value


RESULT = re.compile(r"\s*=\s(\?|-?\d+|0x[0-9a-f]+)(?:\s([A-Z][A-Z0-9_]+)\b)?")
CALL = re.compile(r"([a-z_][a-z0-9_]*)\(")


def read_result(text):
    match = RESULT.match(text)
    if not match:
        raise ValueError(f"a result expected: {text!r}")
    number, errno = match.groups()
    if errno:
        return errno
    return None if number == "?" else int(number, 0)


def read_line(text, with_args):
    """A Line, or None for what is no call (signals, exits). Arguments are read
    only where asked: strace's notation for some calls has no grammar."""
    match = CALL.match(text)
    if not match:
        return None
    name = match.group(1)
    if not with_args(name):
        return Line(name, [], read_result(text[text.rindex(") ") + 1:] if ") " in text else text))
    reader = Reader(text, match.end())
    items = read_items(reader, ")")
    keywords = dict(item for item in items if isinstance(item, tuple))
    args = [item for item in items if not isinstance(item, tuple)]
    return Line(name, args, read_result(text[reader.pos:]), keywords)
