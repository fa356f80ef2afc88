"""What the loads need: a directory with policies and a project, a web server, ports."""

import http.server
import os
import shutil
import socket
import threading

PROGRAMS, PREFIXES = 10000, 100000
DEFAULT = "version: 1\ndefault: {connect: deny, bind: allow, exec: allow, spawn: allow, socket: allow}\n"
LAST = '- {connect: "@loopback", verdict: allow}\n'


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # its name is http.server's
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args):  # pylint: disable=arguments-differ
        pass


def _free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _web_server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def _write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _ten_rules(tmp):
    rules = "".join(
        f'- {{exe: "/usr/bin/program-{i}*", connect: "10.{i}.0.0/16:443", verdict: allow}}\n'
        for i in range(9)
    )
    _write(tmp + "/ten.yaml", DEFAULT + "rules:\n" + rules + LAST)


def _no_rules(tmp):
    _write(tmp + "/none.yaml", DEFAULT)


def _many_rules(tmp):
    """As many programs as prefixes by ten, and a list of prefixes that is denied to all."""
    os.mkdir(tmp + "/programs")
    for i in range(PROGRAMS):
        with open(f"{tmp}/programs/{i}", "wb"):
            pass
    prefixes = "".join(f"{20 + i // 65536}.{i // 256 % 256}.{i % 256}.0/24:443\n" for i in range(PREFIXES))
    _write(tmp + "/prefixes", prefixes)
    rules = "- {connect: 'file:prefixes', verdict: deny}\n" + "".join(
        f'- {{exe: "{tmp}/programs/{i}", connect: "10.{i // 256}.{i % 256}.0/24:443", verdict: allow}}\n'
        for i in range(PROGRAMS)
    )
    _write(tmp + "/large.yaml", DEFAULT + "rules:\n" + rules + LAST)


def _project(tmp, root):
    """A C project to make: two rooms of callgate itself."""
    for room in ("base", "decoders"):
        shutil.copytree(f"{root}/{room}", f"{tmp}/project/{room}")
    _write(
        tmp + "/project/Makefile",
        "CC = gcc\nCFLAGS = -O2 -I. -D_GNU_SOURCE\n"
        "all: $(patsubst %.c,%.o,$(wildcard base/*.c decoders/*.c))\n",
    )


def make_places(root, build, tmp, options):
    """The names that rows and subjects may use."""
    _ten_rules(tmp)
    _no_rules(tmp)
    _many_rules(tmp)
    _project(tmp, root)
    return {
        "here": root + "/bench",
        "bench": build + "/bench",
        "callgate": build + "/callgate",
        "options": options,
        "tmp": tmp,
        "python": "/usr/bin/python3",
        "web_port": _web_server(),
        "redis_port": _free_port(),
    }
