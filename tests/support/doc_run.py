#!/usr/bin/python3
"""Does what a page of the documentation says, in the current directory: doc_run.py PAGE

Blocks are done in their order:

    ```console   lines that begin with "$ " are commands, "> " goes on with one; what
                 follows must be what they print, on stdout and stderr together
    ```sh        a script that must succeed
    any, whose first line is a comment with a file's name: that file; so it is after
                 <!-- file: NAME -->. It is there from the beginning of the page
    ```yaml      without a name: the file policy.yaml

In what is printed, "..." is anything within a line, and as a line any lines. Times,
process ids and runs of blanks need not be the same, nor which of callgate's lines and the
command's comes first: they write at the same time.

A block that is not run says why in a comment on the line before it,

    <!-- not run: REASON -->    or    <!-- run by: TEST -->

and <!-- first: COMMAND --> is a command that the reader is not shown. Blocks of other
languages, and those without one, have no commands. Prints a line for each fault and ends with 1 if there is one.
"""
import os
import re
import subprocess
import sys
import time

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
LIMIT_SECONDS = 120
COMMENT = re.compile(r"^<!-- (not run|run by|first|file): (.+) -->$")
FILE_NAME = re.compile(r"^(?:#|//) ((?:[\w-]+/)*[\w-]+\.\w+|Makefile)$")
# Those that are shown, or are files. Another word for a shell would not be run.
SHOWN = {"", "yaml", "json", "python", "make", "c", "diff"}
COMMAND = re.compile(r"^(\$ |\./\w|bench/run|sudo |callgate )")
# Exit statuses that say that a command was not even there, or callgate failed.
NO_RUN = {125, 126, 127}


class Block:
    def __init__(self, line, language, comments):
        self.line = line
        self.language = language
        self.comments = comments  # [(word, text)]
        self.lines = []

    def said(self, word):
        return [text for kind, text in self.comments if kind == word]

    def file_name(self):
        if self.said("file"):
            return self.said("file")[0]
        found = FILE_NAME.match(self.lines[0]) if self.lines else None
        if found:
            return found.group(1)
        return "policy.yaml" if self.language == "yaml" else None

    def commands(self):
        """[(line, command, [expected line])]"""
        found = []
        for number, line in enumerate(self.lines, self.line + 1):
            if line.startswith("$ "):
                found.append((number, line[2:], []))
            elif line.startswith("> ") and found and not found[-1][2]:
                found[-1] = (found[-1][0], found[-1][1] + "\n" + line[2:], [])
            elif found:
                found[-1][2].append(line)
        return found


def read_blocks(path):
    blocks, comments, block = [], [], None
    with open(path, encoding="utf-8") as page:
        for number, line in enumerate(page, 1):
            line = line.rstrip("\n")
            if block is not None:
                if line.startswith("```"):
                    blocks.append(block)
                    block = None
                else:
                    block.lines.append(line)
            elif line.startswith("```"):
                block = Block(number, line[3:].strip(), comments)
                comments = []
            else:
                comment = COMMENT.match(line)
                comments = comments + [comment.groups()] if comment else []
    return blocks


def plain(line):
    """Without what differs from run to run."""
    line = re.sub(r"(?<![\d.])\d+\.\d{3,6}(?![\d.])", "TIME", line)
    line = re.sub(r"\[\d+(/\d+)?\]", "[PID]", line)
    line = re.sub(r"\bprocess \d+\b", "process PID", line)
    return re.sub(r"[ \t]+", " ", line).strip()


def pattern(expected):
    parts = []
    for line in expected:
        if line.strip() == "...":
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            parts.append("[^\n]*".join(map(re.escape, plain(line).split("..."))) + "\n")
    return "".join(parts)


def is_event(line):
    """callgate's own: a time and what became of a call."""
    return re.match(r"TIME (ok|fail|DENY|WOULD|ASK|KILL) ", line) is not None


def matches(expected, lines):
    return re.fullmatch(pattern(expected), "".join(line + "\n" for line in lines)) is not None


def is_expected(expected, printed):
    expected = [line for line in expected if line.strip()]
    lines = [plain(line) for line in printed.splitlines() if line.strip()]
    if matches(expected, lines):
        return True
    # Two write at once, callgate and the command: each must have said its own in its order.
    return all(matches([e for e in expected if e.strip() == "..." or is_event(plain(e)) == events],
                       [line for line in lines if is_event(line) == events])
               for events in (True, False))


class Shell:
    """One shell for a page: what a command leaves behind is there for the next."""

    def __init__(self):
        self.shell = subprocess.Popen(["bash", "--norc"], stdin=subprocess.PIPE, text=True,
                                      start_new_session=True)
        self.number = 0

    def run(self, command):
        self.number += 1
        stem = os.path.join(os.environ["DOC_STATE"], str(self.number))
        with open(stem + ".sh", "w") as script:
            script.write(command + "\n")
        self.shell.stdin.write(
            f'script=$(cat {stem}.sh); (exit "${{status:-0}}")\n'
            f'eval "$script" >{stem}.out 2>&1 </dev/null\n'
            f'status=$?; echo $status >{stem}.tmp; mv {stem}.tmp {stem}.status\n')
        self.shell.stdin.flush()
        end = time.monotonic() + LIMIT_SECONDS
        while not os.path.exists(stem + ".status"):
            if time.monotonic() > end or self.shell.poll() is not None:
                raise TimeoutError(f"no end after {LIMIT_SECONDS} s")
            time.sleep(0.01)
        with open(stem + ".out", errors="replace") as out, open(stem + ".status") as status:
            return out.read(), int(status.read())

    def close(self):
        """Ends what was started in the background, too."""
        self.shell.stdin.write("kill $(jobs -p) 2>/dev/null; exit\n")
        self.shell.stdin.close()
        self.shell.wait()


def check_comments(block):
    for test in block.said("run by"):
        if not os.path.exists(os.path.join(SOURCE, test)):
            yield block.line, f"there is no {test}"
    if block.language in ("console", "sh"):
        return
    if block.language not in SHOWN:
        yield block.line, f"{block.language} is none of the languages that are known here"
    if any(COMMAND.match(line) for line in block.lines):
        yield block.line, "commands in a block that is not ```console or ```sh"


def write_file(block):
    name = block.file_name()
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "w") as out:
        out.write("\n".join(block.lines) + "\n")


def do_console(block, shell):
    commands = block.commands()
    for index, (line, command, expected) in enumerate(commands):
        printed, status = shell.run(command)
        asked = index + 1 < len(commands) and commands[index + 1][1].startswith("echo $?")
        if not is_expected(expected, printed):
            yield line, f"{command}\n--- the page says\n" + "\n".join(expected) + \
                f"\n--- it printed\n{printed}"
        elif status in NO_RUN and not asked:
            yield line, f"{command}: status {status}"


def do_block(block, shell):
    yield from check_comments(block)
    for command in block.said("first"):
        printed, status = shell.run(command)
        if status:
            yield block.line, f"{command}: status {status}\n{printed}"
    if block.said("not run") or block.said("run by"):
        return
    if block.file_name():
        write_file(block)
    elif block.language == "console":
        yield from do_console(block, shell)
    elif block.language == "sh":
        printed, status = shell.run("(set -e\n" + "\n".join(block.lines) + "\n)")
        if status:
            yield block.line, f"status {status}\n{printed}"


def main():
    page = sys.argv[1]
    shell = Shell()
    faults = 0
    blocks = read_blocks(page)
    for block in blocks:
        if block.file_name():
            write_file(block)
    for block in blocks:
        for line, text in do_block(block, shell):
            print(f"{os.path.relpath(page, SOURCE)}:{line}: {text}")
            faults += 1
    shell.close()
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
