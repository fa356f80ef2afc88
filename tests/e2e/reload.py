"""Reloads the policy of a running callgate many times.

reload.py PID LOG FILE TIMES GOOD... : each time FILE becomes one of the files GOOD by
turns, every other time a broken one before that; then callgate gets SIGHUP, and the
log must tell of it.
"""

import os
import signal
import sys
import time

DEADLINE = 60
BROKEN = [
    "version: 1\ndefault: deny\nrules:\n  - {id: half, connect: \"127.0.0.2\", verd",
    "",
    "version: 1\ndefault: deny\nrules: [{connect: nonsense/33, verdict: allow}]\n",
]


class Log:
    def __init__(self, name):
        self.file = open(name, "rb")
        self.told = 0
        self.rest = b""

    def wait_for_next(self):
        end = time.monotonic() + DEADLINE
        before = self.told
        while self.told == before:
            data = self.file.read(1 << 20)
            if not data:
                if time.monotonic() > end:
                    sys.exit(f"nothing was told of reload {before + 1}")
                time.sleep(0.001)
                continue
            *lines, self.rest = (self.rest + data).split(b"\n")
            self.told += sum(b'"code":"policy.' in line for line in lines)


def main():
    pid, log, name, times, *good = sys.argv[1:]
    log = Log(log)
    texts = [open(g).read() for g in good]
    for i in range(int(times)):
        broken = i % 2 == 0
        text = BROKEN[i // 2 % len(BROKEN)] if broken else texts[i // 2 % len(texts)]
        with open(name + ".new", "w") as f:
            f.write(text)
        os.rename(name + ".new", name)
        os.kill(int(pid), signal.SIGHUP)
        log.wait_for_next()


main()
